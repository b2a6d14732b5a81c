//! A terminal, and a person before it.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::{Command, ExitStatus, Stdio};

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::wait;

/// A terminal of this size: the side of the person, and that of the program.
pub fn terminal(columns: u16, rows: u16) -> (File, OwnedFd) {
    let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&person).and_then(|()| unlockpt(&person)).expect("ours");
    let name = ptsname(&person, Vec::new()).expect("a name");
    let program = open(&*name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("its end");
    let size = Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&program, size).expect("a size");
    (File::from(person), program)
}

/// Everything that comes until the program has ended. A terminal ends with an error.
fn all(mut person: File) -> String {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(count @ 1..) = person.read(&mut piece) {
        bytes.extend_from_slice(&piece[..count]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Runs a program with standard output and standard error on one terminal.
pub fn at_a_terminal(mut command: Command, columns: u16, rows: u16) -> (ExitStatus, String) {
    let (person, end) = terminal(columns, rows);
    let second = end.try_clone().expect("a second handle");
    let mut child = command
        .env_remove("COLUMNS")
        .env_remove("LINES")
        .stdin(Stdio::null())
        .stdout(Stdio::from(end))
        .stderr(Stdio::from(second))
        .spawn()
        .expect("the program starts");
    // Its own handles would keep the terminal open.
    drop(command);
    let seen = all(person);
    (wait(&mut child), seen)
}
