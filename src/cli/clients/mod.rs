//! `client-config`: what MCP clients need to be told to use this server.
//!
//! One table says how each client writes things down; what is written follows from the settings.

mod entry;
mod format;
mod notation;
mod table;

use std::process::ExitCode;

use super::text::{complain, print};
use crate::config::Loaded;
pub use entry::ClientOptions;
use entry::Entry;
pub use table::{CLIENTS, Client, Notation, Remote, SYSTEMS, System, TABLE};

/// Prints what the client, or every client, needs. For one client standard output is its file, and
/// where it belongs is said on standard error.
///
/// # Errors
/// When no address can be given to clients.
pub fn print_config(loaded: &Loaded, options: &ClientOptions) -> Result<ExitCode, String> {
    let entry = Entry::new(loaded, options)?;
    let chosen = TABLE.iter().find(|client| options.client.as_deref() == Some(client.id));
    let shape = |client| format::shape(client, &entry, &options.name, options.system);
    let text = match chosen {
        Some(client) => {
            complain(&format!("{}: {}", client.title, client.place(options.system)));
            let shape = shape(client);
            note(&shape.left);
            notation::file(client, &options.name, &shape)
        }
        None => TABLE
            .iter()
            .map(|client| {
                let text = notation::file(client, &options.name, &shape(client));
                let place = client.place(options.system);
                format!("# {} ({}): {place}\n\n{text}\n", client.title, client.id)
            })
            .collect(),
    };
    note(entry.notes());
    Ok(print(&text))
}

fn note(notes: &[String]) {
    for note in notes {
        complain(&format!("note: {note}"));
    }
}
