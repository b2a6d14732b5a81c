//! poll(2) through rustix's safe API, for systems without epoll.
//!
//! The threads take turns: one polls for all sockets that are armed, takes a few events and goes to
//! work, and the next one polls.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rustix::event::{PollFd, PollFlags, poll};

use super::event::{Event, Interest, PING};

use crate::limits;
use crate::sync::Lock;

/// The set of sockets waited for.
#[derive(Debug)]
pub struct Poller {
    armed: Lock<HashMap<u64, Armed>>,
    /// How often something was armed: whoever came first is served first.
    count: AtomicU64,
    turn: Lock<()>,
    /// A socket connected to itself: a byte sent makes the polling thread look at `armed` again.
    wake: UdpSocket,
    ending: AtomicBool,
    pinged: AtomicBool,
}

#[derive(Clone, Debug)]
struct Armed {
    source: Source,
    interest: Interest,
    /// Its place in the row.
    place: u64,
}

#[derive(Clone, Debug)]
enum Source {
    Listener(Arc<TcpListener>),
    Socket(Arc<TcpStream>),
}

impl Poller {
    /// An empty set.
    pub fn new() -> io::Result<Self> {
        let wake = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        wake.connect(wake.local_addr()?)?;
        wake.set_nonblocking(true)?;
        let (armed, turn) = (Lock::default(), Lock::default());
        let (count, ending) = (AtomicU64::new(0), AtomicBool::new(false));
        Ok(Self { armed, count, turn, wake, ending, pinged: AtomicBool::new(false) })
    }

    /// Adds a listener, not yet armed.
    pub fn add_listener(&self, _token: u64, _listener: &Arc<TcpListener>) -> io::Result<()> {
        Ok(())
    }

    /// Adds a connection and reports its next event once.
    pub fn add_socket(
        &self,
        token: u64,
        socket: &Arc<TcpStream>,
        interest: Interest,
    ) -> io::Result<()> {
        self.arm_socket(token, socket, interest)
    }

    /// Reports the next client of a listener once.
    pub fn arm_listener(&self, token: u64, listener: &Arc<TcpListener>) -> io::Result<()> {
        let interest = Interest { read: true, ..Interest::default() };
        self.arm(token, Source::Listener(Arc::clone(listener)), interest);
        Ok(())
    }

    /// Reports the next event of a connection once.
    pub fn arm_socket(
        &self,
        token: u64,
        socket: &Arc<TcpStream>,
        interest: Interest,
    ) -> io::Result<()> {
        self.arm(token, Source::Socket(Arc::clone(socket)), interest);
        Ok(())
    }

    /// Forgets a socket that is about to be closed.
    pub fn remove<T>(&self, token: u64, _socket: &T) {
        self.armed.lock().remove(&token);
        self.nudge();
    }

    /// Waits for events and puts them into `ready`.
    pub fn wait(&self, ready: &mut Vec<Event>) -> io::Result<()> {
        ready.clear();
        let _turn = self.turn.lock();
        if self.ending.load(Ordering::SeqCst) {
            return Ok(());
        }
        let mut armed: Vec<(u64, Armed)> =
            self.armed.lock().iter().map(|(token, armed)| (*token, armed.clone())).collect();
        armed.sort_unstable_by_key(|(_, armed)| armed.place);
        let mut fds: Vec<PollFd<'_>> = armed.iter().map(|(_, armed)| armed.fd()).collect();
        fds.push(PollFd::new(&self.wake, PollFlags::IN));
        match poll(&mut fds, None) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        while self.wake.recv(&mut [0; 64]).is_ok() {}
        if self.pinged.swap(false, Ordering::SeqCst) {
            ready.push(Event { token: PING, hung_up: false, lost: false });
        }
        let mut waiting = self.armed.lock();
        for (fd, (token, _)) in fds.iter().zip(&armed) {
            let flags = fd.revents();
            if !flags.is_empty()
                && ready.len() < limits::POLL_BATCH
                && waiting.remove(token).is_some()
            {
                let lost = flags.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL);
                ready.push(Event { token: *token, hung_up: lost, lost });
            }
        }
        Ok(())
    }

    /// Wakes every waiting thread, now and from now on.
    pub fn wake_all(&self) {
        self.ending.store(true, Ordering::SeqCst);
        self.nudge();
    }

    /// Reports [`PING`] once, to one of the threads.
    pub fn ping(&self) {
        self.pinged.store(true, Ordering::SeqCst);
        self.nudge();
    }

    fn arm(&self, token: u64, source: Source, interest: Interest) {
        let place = self.count.fetch_add(1, Ordering::Relaxed);
        self.armed.lock().insert(token, Armed { source, interest, place });
        self.nudge();
    }

    fn nudge(&self) {
        // A full buffer means that enough nudges are under way.
        let _ = self.wake.send(&[1]);
    }
}

impl Armed {
    fn fd(&self) -> PollFd<'_> {
        let mut flags = PollFlags::empty();
        flags.set(PollFlags::IN, self.interest.read);
        flags.set(PollFlags::OUT, self.interest.write);
        match &self.source {
            Source::Listener(listener) => PollFd::new(&**listener, flags),
            Source::Socket(socket) => PollFd::new(&**socket, flags),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    const READ: Interest = Interest { read: true, write: false, hangup: false };
    const WRITE: Interest = Interest { read: false, write: true, hangup: false };

    fn tokens(poller: &Poller) -> Vec<u64> {
        let mut ready = Vec::new();
        while ready.is_empty() {
            poller.wait(&mut ready).unwrap();
        }
        ready.into_iter().map(|event| event.token).collect()
    }

    #[test]
    fn events_come_once_per_arming() {
        let poller = Poller::new().unwrap();
        let listener = Arc::new(TcpListener::bind("127.0.0.1:0").unwrap());
        poller.add_listener(0, &listener).unwrap();
        poller.arm_listener(0, &listener).unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        assert_eq!(tokens(&poller), [0]);
        let server = Arc::new(listener.accept().unwrap().0);
        poller.add_socket(1, &server, READ).unwrap();
        client.write_all(b"x").unwrap();
        assert_eq!(tokens(&poller), [1]);
        // Still readable, but not armed: only the other interest is reported, and only once.
        poller.arm_socket(1, &server, WRITE).unwrap();
        assert_eq!(tokens(&poller), [1]);
        poller.arm_socket(1, &server, READ).unwrap();
        assert_eq!(tokens(&poller), [1]);
        assert_eq!((&*server).read(&mut [0; 8]).unwrap(), 1);
        drop(client);
        poller.arm_socket(1, &server, READ).unwrap();
        assert_eq!(tokens(&poller), [1]);
        poller.arm_socket(1, &server, READ).unwrap();
        poller.remove(1, &server);
        poller.arm_listener(0, &listener).unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        assert_eq!(tokens(&poller), [0]);
    }

    #[test]
    fn a_waiting_thread_sees_what_is_armed_later_and_the_end() {
        let poller = Arc::new(Poller::new().unwrap());
        let listener = Arc::new(TcpListener::bind("127.0.0.1:0").unwrap());
        let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (seen, sees) = mpsc::channel();
        let waiting = Arc::clone(&poller);
        let thread = thread::spawn(move || {
            seen.send(tokens(&waiting)).unwrap();
            waiting.wait(&mut Vec::new())
        });
        assert!(sees.recv_timeout(std::time::Duration::from_millis(30)).is_err());
        poller.arm_listener(7, &listener).unwrap();
        assert_eq!(sees.recv().unwrap(), [7]);
        poller.wake_all();
        thread.join().unwrap().unwrap();
    }

    #[test]
    fn a_ping_reaches_whoever_waits_once() {
        let poller = Poller::new().unwrap();
        poller.ping();
        assert_eq!(tokens(&poller), [PING]);
        let listener = Arc::new(TcpListener::bind("127.0.0.1:0").unwrap());
        let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        poller.arm_listener(0, &listener).unwrap();
        assert_eq!(tokens(&poller), [0]);
    }
}
