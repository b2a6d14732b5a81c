//! `token new`: a token for a caller.

use std::path::PathBuf;
use std::process::ExitCode;

use super::command::Invocation;
use super::text::{complain, fail, print};
use crate::auth::tokens::NewToken;

/// Appends a line for a new token to the file and prints the token, alone on standard output: it is
/// written down nowhere else.
pub fn new(invocation: &Invocation) -> ExitCode {
    let given = invocation.option("file").map(PathBuf::from);
    let configured = || invocation.load().ok().and_then(|loaded| loaded.config.auth.tokens_file);
    let Some(file) = given.or_else(configured) else {
        return fail("no file for the token: give --file FILE, or set auth_tokens_file");
    };
    let name = invocation.argument(1);
    let (role, last_day) = (invocation.option("role"), invocation.option("until"));
    match (NewToken { name, role, last_day }).append(&file) {
        Ok(token) => {
            complain(&format!(
                "The token of '{name}', shown this once; {} keeps a hash of it:",
                file.display()
            ));
            print(&format!("{token}\n"))
        }
        Err(error) => fail(&error),
    }
}
