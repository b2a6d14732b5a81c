//! What goes to a program and comes from it, where streams cannot be asked whether they are ready: a
//! thread waits for each. One whose stream a process of the program keeps open stays until that ends.

use std::io::{self, Read, Write};
use std::process::Child;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use super::heard::Heard;
use crate::limits;

/// The three streams of a program.
pub struct Pipes {
    parts: Receiver<(bool, Vec<u8>)>,
    closed: bool,
}

impl Pipes {
    /// Those of this program, which is told `told`.
    ///
    /// # Errors
    /// When the system starts no threads.
    pub fn of(child: &mut Child, told: Vec<u8>) -> io::Result<Self> {
        let (sender, parts) = sync_channel(2);
        if let Some(mut input) = child.stdin.take() {
            // It may have ended, or want to know nothing.
            spawn(move || drop(input.write_all(&told)))?;
        }
        if let Some(output) = child.stdout.take() {
            let sender = sender.clone();
            spawn(move || pass(output, true, &sender))?;
        }
        if let Some(errors) = child.stderr.take() {
            spawn(move || pass(errors, false, &sender))?;
        }
        Ok(Self { parts, closed: false })
    }

    /// Passes on what has come, after waiting for that for so long at most. Returns true if anything
    /// has changed.
    pub fn pump(&mut self, heard: &mut Heard, wait: Duration) -> bool {
        if self.closed {
            thread::sleep(wait);
            return false;
        }
        match self.parts.recv_timeout(wait) {
            Ok((true, bytes)) => heard.output(&bytes),
            Ok((false, bytes)) => heard.errors(&bytes),
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => return false,
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => self.closed = true,
        }
        true
    }

    /// Returns true if nothing more comes.
    pub fn is_closed(&self) -> bool {
        self.closed
    }
}

fn spawn(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let thread = thread::Builder::new().name("program".into());
    thread.stack_size(limits::WORKER_STACK_BYTES).spawn(work).map(drop)
}

fn pass(mut from: impl Read, output: bool, to: &SyncSender<(bool, Vec<u8>)>) {
    let mut part = vec![0; limits::PROGRAM_PIPE_BYTES];
    while let Ok(count @ 1..) = from.read(&mut part) {
        if to.send((output, part.get(..count).unwrap_or_default().to_vec())).is_err() {
            return;
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let mut command = Command::new("sh");
        command.args(["-c", "cat; echo note >&2"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("a shell");
        let told = vec![b'1'; 1 << 20];
        let mut pipes = Pipes::of(&mut child, told.clone()).expect("threads");
        let mut heard = Heard::default();
        while !pipes.is_closed() {
            pipes.pump(&mut heard, limits::WAIT_SLICE);
        }
        assert!(heard.output == told && heard.last_words() == "note");
        assert!(child.wait().is_ok_and(|status| status.success()));
    }
}
