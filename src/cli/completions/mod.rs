//! Completion scripts for shells.

mod bash;
mod fish;
mod power_shell;
mod words;
mod zsh;

use super::command::Command;

/// Writes the script of a shell.
type Write = fn(&[Command]) -> String;

/// Every shell that a script can be written for, by the word of the command line.
const WRITERS: [(&str, Write); 4] = [
    ("bash", bash::script),
    ("fish", fish::script),
    ("powershell", power_shell::script),
    ("zsh", zsh::script),
];

/// Their names.
pub const SHELLS: [&str; 4] = {
    let [(a, _), (b, _), (c, _), (d, _)] = WRITERS;
    [a, b, c, d]
};

/// The script for `shell`, one of [`SHELLS`].
pub fn script(commands: &[Command], shell: &str) -> String {
    let found = WRITERS.iter().find(|(name, _)| *name == shell);
    found.map(|(_, write)| write(commands)).unwrap_or_default()
}
