//! `client-config`: what MCP clients need to be told to use this server.
//!
//! One table says how each client writes things down; what is written follows from the settings.

mod entry;
mod format;
mod table;

use std::process::ExitCode;

use super::text::{complain, print};
use crate::config::Loaded;
pub use entry::ClientOptions;
use entry::Entry;
pub use table::{CLIENTS, Remote, TABLE};

/// Prints what the client, or every client, needs. For one client standard output is its file, and
/// where it belongs is said on standard error.
///
/// # Errors
/// When no address can be given to clients.
pub fn print_config(loaded: &Loaded, options: &ClientOptions) -> Result<ExitCode, String> {
    let entry = Entry::new(loaded, options)?;
    let chosen = TABLE.iter().find(|client| options.client.as_deref() == Some(client.id));
    let text = match chosen {
        Some(client) => {
            complain(&format!("{}: {}", client.title, client.file));
            format::file(client, &entry, &options.name)
        }
        None => TABLE
            .iter()
            .map(|client| {
                let text = format::file(client, &entry, &options.name);
                format!("# {} ({}): {}\n\n{text}\n", client.title, client.id, client.file)
            })
            .collect(),
    };
    for note in entry.notes() {
        complain(&format!("note: {note}"));
    }
    Ok(print(&text))
}
