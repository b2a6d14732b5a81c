//! epoll through rustix's safe API.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::event::{EventfdFlags, eventfd};

use super::event::{Event, Interest, PING};
use crate::limits;

/// Token of the event that wakes every thread.
const WAKE: u64 = u64::MAX;

/// The set of sockets waited for.
#[derive(Debug)]
pub struct Poller {
    epoll: OwnedFd,
    wake: OwnedFd,
    /// Always ready to be written to.
    ping: OwnedFd,
}

impl Poller {
    /// An empty set.
    pub fn new() -> io::Result<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        epoll::add(&epoll, &wake, EventData::new_u64(WAKE), EventFlags::IN)?;
        let ping = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        epoll::add(&epoll, &ping, EventData::new_u64(PING), EventFlags::ONESHOT)?;
        Ok(Self { epoll, wake, ping })
    }

    /// Adds a listener, not yet armed.
    pub fn add_listener(&self, token: u64, listener: &Arc<TcpListener>) -> io::Result<()> {
        self.add(token, listener.as_ref(), EventFlags::empty())
    }

    /// Adds a connection and reports its next event once.
    pub fn add_socket(
        &self,
        token: u64,
        socket: &Arc<TcpStream>,
        interest: Interest,
    ) -> io::Result<()> {
        self.add(token, socket.as_ref(), flags(interest))
    }

    /// Reports the next client of a listener once.
    pub fn arm_listener(&self, token: u64, listener: &Arc<TcpListener>) -> io::Result<()> {
        self.arm(token, listener.as_ref(), EventFlags::IN)
    }

    /// Reports the next event of a connection once.
    pub fn arm_socket(
        &self,
        token: u64,
        socket: &Arc<TcpStream>,
        interest: Interest,
    ) -> io::Result<()> {
        self.arm(token, socket.as_ref(), flags(interest))
    }

    /// Forgets a socket that is about to be closed.
    pub fn remove(&self, _token: u64, socket: &impl AsFd) {
        let _ = epoll::delete(&self.epoll, socket);
    }

    /// Waits for events and puts them into `ready`.
    pub fn wait(&self, ready: &mut Vec<Event>) -> io::Result<()> {
        let mut events = Vec::with_capacity(limits::POLL_BATCH);
        ready.clear();
        match epoll::wait(&self.epoll, spare_capacity(&mut events), None) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        ready.extend(events.iter().map(|event| {
            let (token, flags) = (event.data.u64(), event.flags);
            Event {
                token,
                hung_up: flags.contains(EventFlags::RDHUP),
                lost: flags.intersects(EventFlags::HUP | EventFlags::ERR),
            }
        }));
        ready.retain(|event| event.token != WAKE);
        Ok(())
    }

    /// Wakes every waiting thread, now and from now on.
    pub fn wake_all(&self) {
        let _ = rustix::io::write(&self.wake, &1_u64.to_ne_bytes());
    }

    /// Reports [`PING`] once, to one of the threads.
    pub fn ping(&self) {
        let _ = self.arm(PING, &self.ping, EventFlags::OUT);
    }

    fn add(&self, token: u64, socket: &impl AsFd, flags: EventFlags) -> io::Result<()> {
        let flags = flags | EventFlags::ONESHOT;
        Ok(epoll::add(&self.epoll, socket, EventData::new_u64(token), flags)?)
    }

    fn arm(&self, token: u64, socket: &impl AsFd, flags: EventFlags) -> io::Result<()> {
        let flags = flags | EventFlags::ONESHOT;
        Ok(epoll::modify(&self.epoll, socket, EventData::new_u64(token), flags)?)
    }
}

fn flags(interest: Interest) -> EventFlags {
    let mut flags = EventFlags::empty();
    flags.set(EventFlags::IN, interest.read);
    flags.set(EventFlags::OUT, interest.write);
    flags.set(EventFlags::RDHUP, interest.read || interest.hangup);
    flags
}
