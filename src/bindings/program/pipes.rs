//! What goes to a program and comes from it, on one thread that never waits for one of its streams.

use std::io::{self, Read, Write};
use std::process::Child;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, BorrowedFd};

use super::heard::Heard;
use crate::limits;

/// The three streams of a program.
pub struct Pipes {
    input: Option<std::process::ChildStdin>,
    output: Option<std::process::ChildStdout>,
    errors: Option<std::process::ChildStderr>,
    /// What the program is to be told, of which it has taken so many bytes.
    told: Vec<u8>,
    taken: usize,
    part: Vec<u8>,
}

impl Pipes {
    /// Those of this program, which is told `told`.
    ///
    /// # Errors
    /// When the system cannot use them without waiting.
    pub fn of(child: &mut Child, told: Vec<u8>) -> io::Result<Self> {
        let (input, output, errors) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let streams = [
            input.as_ref().map(AsFd::as_fd),
            output.as_ref().map(AsFd::as_fd),
            errors.as_ref().map(AsFd::as_fd),
        ];
        for stream in streams.into_iter().flatten() {
            let flags = rustix::fs::fcntl_getfl(stream)?;
            rustix::fs::fcntl_setfl(stream, flags | rustix::fs::OFlags::NONBLOCK)?;
        }
        let part = vec![0; limits::PROGRAM_PIPE_BYTES];
        Ok(Self { input, output, errors, told, taken: 0, part })
    }

    /// Passes on what can be passed on now, after waiting for that for so long at most. Returns true
    /// if anything has changed.
    pub fn pump(&mut self, heard: &mut Heard, wait: Duration) -> bool {
        let [input, output, errors] = self.ready(wait);
        if input {
            self.tell();
        }
        let Self { part, .. } = self;
        if output && !read(&mut self.output, part, |bytes| heard.output(bytes)) {
            self.output = None;
        }
        if errors && !read(&mut self.errors, part, |bytes| heard.errors(bytes)) {
            self.errors = None;
        }
        input || output || errors
    }

    /// Returns true if nothing more comes.
    pub fn is_closed(&self) -> bool {
        self.output.is_none() && self.errors.is_none()
    }

    /// Waits until a stream can be used, or its other end is gone.
    fn ready(&self, wait: Duration) -> [bool; 3] {
        let streams: [Option<(BorrowedFd<'_>, PollFlags)>; 3] = [
            self.input.as_ref().map(|stream| (stream.as_fd(), PollFlags::OUT)),
            self.output.as_ref().map(|stream| (stream.as_fd(), PollFlags::IN)),
            self.errors.as_ref().map(|stream| (stream.as_fd(), PollFlags::IN)),
        ];
        let mut polled: Vec<PollFd<'_>> = streams
            .iter()
            .flatten()
            .map(|(stream, wanted)| PollFd::from_borrowed_fd(*stream, *wanted))
            .collect();
        let wait = Timespec::try_from(wait).ok();
        // Interrupted, it is asked again soon.
        let any = poll(&mut polled, wait.as_ref()).is_ok_and(|count| count > 0);
        let mut events = polled.iter().map(|stream| any && !stream.revents().is_empty());
        streams.map(|stream| stream.is_some() && events.next().unwrap_or(false))
    }

    /// Writes what the program takes; its input ends when it has everything, or wants no more.
    fn tell(&mut self) {
        let Some(input) = &mut self.input else { return };
        let rest = self.told.get(self.taken..).unwrap_or_default();
        match input.write(rest) {
            Ok(count) => self.taken += count,
            Err(error) if is_passing(&error) => {}
            Err(_) => self.taken = self.told.len(),
        }
        if self.taken >= self.told.len() {
            self.input = None;
            self.told = Vec::new();
            self.taken = 0;
        }
    }
}

/// Reads what has come. Returns false if no more will.
fn read(stream: &mut Option<impl Read>, part: &mut [u8], mut heard: impl FnMut(&[u8])) -> bool {
    let Some(stream) = stream else { return false };
    match stream.read(part) {
        Ok(0) => false,
        Ok(count) => {
            heard(part.get(..count).unwrap_or_default());
            true
        }
        Err(error) => is_passing(&error),
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}
