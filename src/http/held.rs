//! What the lock of a connection guards: its socket, its machine, and the moving of bytes between them.

use std::io;
use std::net::IpAddr;
use std::time::Instant;

use super::forwarded;
use super::link::{Link, Taken, is_plain_text};
use super::machine::{Machine, NOT_TLS, Step};
use super::message::Request;
use super::phase::Phase;
use super::poller::Interest;
use super::rules::Rules;
use super::turn::Turn;
use super::wire::{Head, Version};

/// Runs when the client leaves.
pub type Callback = Box<dyn FnOnce() + Send>;

/// How a client leaves. It may end its side and read on; whether it has closed its socket altogether
/// shows only when something is sent to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// It sends no more, or has gone.
    Ended,
    /// It has gone, or was dropped.
    Gone,
}

/// What the lock of a connection guards.
pub struct Held {
    /// The socket, until the connection is closed.
    pub link: Option<Link>,
    /// Where it stands.
    pub machine: Machine,
    /// When the TLS handshake must be over, while it goes on.
    pub handshake: Option<Instant>,
    /// Name of the client in its certificate.
    pub client_identity: Option<String>,
    /// The connection is to be closed by its next driver.
    pub doomed: bool,
    /// An I/O thread is working on the connection.
    pub driven: bool,
    /// What the poller was told to wait for.
    pub armed: Option<Interest>,
    /// Who wants to know that the client leaves, and of which request.
    pub on_leave: (u64, Vec<(Leaving, Callback)>),
}

/// What the driver of a connection does next.
pub enum Next {
    /// Wait for the poller.
    Park,
    /// Let everybody else have a turn, and go on then.
    Yield,
    /// Give a request to the handler.
    Serve(Box<Request>),
    /// The client ended its side: tell those who wait for that.
    Ended(Vec<Callback>),
    /// End the connection.
    Close,
}

impl Held {
    /// Goes as far as the bytes and the turn allow.
    pub fn advance(&mut self, peer: IpAddr, rules: &Rules, turn: &mut Turn) -> Next {
        self.go(peer, rules, turn).unwrap_or_else(|error| {
            log::debug!("{peer}: connection lost: {error}");
            Next::Close
        })
    }

    /// As [`Held::advance`], with what went wrong.
    fn go(&mut self, peer: IpAddr, rules: &Rules, turn: &mut Turn) -> io::Result<Next> {
        loop {
            if self.doomed {
                return Ok(Next::Close);
            }
            if self.handshake.is_some() && !self.shake_hands(peer, rules)? {
                return Ok(Next::Park);
            }
            let written = self.flush(rules)?;
            if turn.is_over() && matches!(self.machine.phase, Phase::Head { .. }) {
                return Ok(Next::Yield);
            }
            let Some(link) = &mut self.link else { return Ok(Next::Close) };
            match self.machine.step(written, Instant::now(), rules) {
                Step::Again => {}
                Step::Write | Step::Wait => return Ok(Next::Park),
                Step::Read => match link.read(&mut self.machine.input, turn)? {
                    Taken::Some => {}
                    Taken::Blocked => return Ok(Next::Park),
                    Taken::Enough => return Ok(Next::Yield),
                    Taken::End => return Ok(self.client_ended()),
                },
                Step::Serve(parts) => {
                    turn.served();
                    let (head, body) = *parts;
                    return Ok(Next::Serve(Box::new(self.request(head, body, peer, rules))));
                }
                Step::Finish => link.finish()?,
                Step::Discard => match link.discard(turn)? {
                    Taken::Some => {}
                    Taken::Blocked => return Ok(Next::Park),
                    Taken::Enough => return Ok(Next::Yield),
                    Taken::End => return Ok(Next::Close),
                },
                Step::Close => return Ok(Next::Close),
            }
        }
    }

    /// Goes on with the TLS handshake. Returns true if it is over.
    pub fn shake_hands(&mut self, peer: IpAddr, rules: &Rules) -> io::Result<bool> {
        let Some(link) = &mut self.link else { return Ok(true) };
        match link.handshake() {
            Ok(true) => self.client_identity = link.client_identity(rules.client_identity()),
            Ok(false) => return Ok(false),
            Err(error) if is_plain_text(&error) => {
                link.speak_plainly();
                self.machine.refuse(NOT_TLS, Instant::now(), rules);
                self.handshake = None;
                return Ok(true);
            }
            Err(error) => {
                rules.refused.handshake();
                rules.unwelcome.note(peer, &error);
                return Err(error);
            }
        }
        self.handshake = None;
        self.machine.deadline = Some(Instant::now() + rules.options.head_time);
        Ok(true)
    }

    /// A complete request as the handler sees it.
    pub fn request(&self, head: Head, body: Vec<u8>, peer: IpAddr, rules: &Rules) -> Request {
        let trusted = &rules.options.trusted_proxies;
        Request {
            peer: forwarded::client(peer, &head.headers, trusted),
            trusted_peer: forwarded::is_trusted(peer, trusted),
            client_identity: self.client_identity.clone(),
            method: head.method,
            path: head.path,
            query: head.query,
            version: match head.version {
                Version::Http10 => "HTTP/1.0",
                Version::Http11 => "HTTP/1.1",
            },
            headers: head.headers,
            body,
        }
    }

    /// What follows when the client ended its side.
    pub fn client_ended(&mut self) -> Next {
        match self.machine.input_ended(Instant::now()) {
            true => Next::Close,
            false => Next::Ended(self.take_callbacks(Leaving::Ended)),
        }
    }

    /// Returns true if the client of request `number` has left in this way, or the request is over.
    pub fn has_left(&self, number: u64, how: Leaving) -> bool {
        let ended = self.machine.ended && how == Leaving::Ended;
        self.machine.number != number || self.doomed || ended
    }

    /// Those who want to know that the client of the running request leaves in this way.
    pub fn take_callbacks(&mut self, how: Leaving) -> Vec<Callback> {
        let (number, callbacks) = std::mem::take(&mut self.on_leave);
        if number != self.machine.number {
            return Vec::new();
        }
        let (now, later): (Vec<_>, Vec<_>) =
            callbacks.into_iter().partition(|(awaited, _)| how == Leaving::Gone || *awaited == how);
        self.on_leave = (number, later);
        now.into_iter().map(|(_, callback)| callback).collect()
    }

    /// Writes what the client takes, and holds it to the write deadline for the rest. Returns true if
    /// nothing is left.
    pub fn flush(&mut self, rules: &Rules) -> io::Result<bool> {
        let Some(link) = &mut self.link else { return Ok(true) };
        let written = link.write(&mut self.machine.output)?;
        self.machine.took(written, Instant::now(), rules);
        Ok(written)
    }

    /// Returns true if there is something the client has not taken yet.
    pub fn pending(&self) -> bool {
        !self.machine.output.is_empty() || self.link.as_ref().is_some_and(Link::wants_write)
    }

    /// When something must have happened.
    pub fn deadline(&self) -> Option<Instant> {
        self.handshake.or(self.machine.deadline)
    }

    /// Acts on a deadline that has passed. Returns true if the connection is to be closed.
    pub fn overdue(&mut self, now: Instant, rules: &Rules) -> bool {
        let passed = self.deadline().is_some_and(|deadline| deadline <= now);
        passed && (self.handshake.is_some() || !self.machine.expire(now, rules))
    }

    /// What to wait for.
    pub fn interest(&self) -> Interest {
        let write = self.pending();
        if self.handshake.is_some() {
            return Interest { read: !write, write, hangup: false };
        }
        match &self.machine.phase {
            // The same as while the answer is awaited: then nothing has to be told to the poller in
            // between.
            Phase::Head { .. } | Phase::Body(_) => Interest { read: true, write, hangup: true },
            Phase::Handling(_) | Phase::Streaming(_) => {
                let open = !self.machine.ended;
                Interest { read: open && !self.machine.is_full(), write, hangup: open }
            }
            Phase::Writing { .. } => Interest { read: false, write: true, hangup: false },
            Phase::Linger => Interest { read: true, write: false, hangup: false },
        }
    }

    /// How cheap it would be to lose it; see [`Machine::cost`].
    pub fn cost(&self) -> Option<u8> {
        if self.handshake.is_some() { Some(2) } else { self.machine.cost() }
    }

    /// Returns true while an answer is awaited or streamed.
    pub fn is_answering(&self) -> bool {
        matches!(self.machine.phase, Phase::Handling(_) | Phase::Streaming(_))
    }

    /// Writes what the client takes of an answer, and goes on to the next request or the end when
    /// that is all.
    pub fn write_out(&mut self, rules: &Rules) -> io::Result<()> {
        let written = self.flush(rules)?;
        if !matches!(self.machine.phase, Phase::Writing { .. }) || !written {
            return Ok(());
        }
        match self.machine.step(true, Instant::now(), rules) {
            Step::Finish => self.link.as_mut().map_or(Ok(()), Link::finish),
            Step::Close => {
                self.doomed = true;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
