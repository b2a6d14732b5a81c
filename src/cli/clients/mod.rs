//! `client-config`: what MCP clients need to be told to use this server.
//!
//! One table says how each client writes things down; what is written follows from the settings.

mod entry;
mod format;
mod jsonc;
mod lines;
mod notation;
mod table;
mod write;

use std::path::PathBuf;
use std::process::ExitCode;

use super::command::{Invocation, UsageError};
use super::text::{complain, fail, print, tell};
use crate::config::Loaded;
use entry::{ClientOptions, Entry};
use format::Shape;
pub use table::{CLIENTS, Client, Notation, Remote, SYSTEMS, System, TABLE};
use write::{Edit, Written};

/// Prints or writes what clients need.
///
/// # Errors
/// When the options do not go together.
pub fn run(invocation: &Invocation) -> Result<ExitCode, UsageError> {
    let options = ClientOptions {
        client: TABLE.iter().find(|client| client.id == invocation.argument(0)),
        name: invocation.option("name").unwrap_or("itential").to_owned(),
        url: invocation.option("url").map(str::to_owned),
        ca_file: invocation.option("ca-file").map(PathBuf::from),
        config_file: invocation.sources().file(),
        system: System::named(invocation.option("system")),
    };
    let file = invocation.option("file").map(PathBuf::from);
    let wrong = match (invocation.switch("write"), options.client) {
        (false, _) if file.is_some() => Some("--file belongs to --write"),
        (true, None) => Some("--write needs to know which client"),
        _ => None,
    };
    if let Some(message) = wrong {
        return Err(UsageError { command: Some(invocation.command), message: message.into() });
    }
    let loaded = invocation.load().map_err(|error| error.to_string());
    let done = loaded.and_then(|loaded| match options.client {
        Some(client) if invocation.switch("write") => write_config(&loaded, &options, client, file),
        _ => print_config(&loaded, &options),
    });
    Ok(done.unwrap_or_else(|error| fail(&error)))
}

/// Prints what the client, or every client, needs. For one client standard output is its file, and
/// where it belongs is said on standard error.
fn print_config(loaded: &Loaded, options: &ClientOptions) -> Result<ExitCode, String> {
    let entry = Entry::new(loaded, options)?;
    let shape = |client| format::shape(client, &entry, &options.name, options.system);
    let text = match options.client {
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

/// Puts the server into the client's own file: `given`, or else the one it has on this machine. What
/// cannot be put there without harm is printed, to be put there by hand.
fn write_config(
    loaded: &Loaded,
    options: &ClientOptions,
    client: &Client,
    given: Option<PathBuf>,
) -> Result<ExitCode, String> {
    let entry = Entry::new(loaded, options)?;
    let name = &options.name;
    let shape = format::shape(client, &entry, name, options.system);
    let file = given.map_or_else(|| write::locate(client, options.system), Ok);
    let done = file.and_then(|file| {
        let shown = file.display();
        let edit = |text: &str| edit(client, name, &shape, text);
        let said = match write::write(&file, edit).map_err(|error| format!("{shown}: {error}"))? {
            Written::Same => {
                format!("{shown} has '{name}' as it should be; nothing was changed.\n")
            }
            Written::New => {
                format!("{shown} is new and has '{name}'; start {} again.\n", client.title)
            }
            Written::Changed { backup, replaced } => format!(
                "{} '{name}' in {shown}; what was there before is in {}. Start {} again.\n",
                if replaced { "Replaced the entry" } else { "Added the entry" },
                backup.display(),
                client.title
            ),
        };
        Ok(said)
    });
    note(&shape.left);
    note(entry.notes());
    Ok(match done {
        Ok(said) => tell(&said),
        Err(error) => {
            let code = fail(&format!("{error}; nothing was changed. What belongs there:"));
            print(&notation::file(client, name, &shape));
            code
        }
    })
}

fn edit(client: &Client, name: &str, shape: &Shape, text: &str) -> Result<Edit, String> {
    let (servers, server) = (client.servers, &shape.server);
    match client.notation {
        _ if text.trim().is_empty() => {
            Ok(Edit::Changed { text: notation::file(client, name, shape), replaced: false })
        }
        Notation::Json => jsonc::put(text, servers, name, shape),
        Notation::Toml => lines::toml(text, servers, name, &notation::toml(servers, name, server)),
        Notation::Yaml => {
            lines::yaml(text, servers, name, |indent| notation::yaml(name, server, indent))
        }
    }
}
