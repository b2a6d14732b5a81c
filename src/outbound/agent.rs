//! The HTTP library, set up: connections that notice cancellation, name resolution, TLS.
//!
//! ureq blocks in reads for as long as its timeout allows. [`Watch`] sits around the TCP stream
//! (below TLS) and waits in short slices instead; between two of them it looks at the [`Scope`] of
//! the current thread. A connection whose wait was abandoned returns an error, and ureq drops it.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::rc::Rc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, SocksConnector,
    TcpConnector, Transport,
};

use super::secure::SecureConnector;
use super::trust::Trust;
use crate::cancel::CancelToken;
use crate::limits;
use crate::net::is_public;

/// Everything the HTTP library is told once.
pub struct Setup {
    /// Bound of one request.
    pub timeout: Duration,
    /// TLS settings; `None` for a server (and proxy) without TLS.
    pub tls: Option<Trust>,
    /// Proxy on the way.
    pub proxy: Option<ureq::Proxy>,
    /// Connections that are kept open: one for each request that may be under way.
    pub connections: usize,
    /// Which addresses may be connected to.
    pub reach: Reach,
}

/// Which addresses may be connected to. A proxy on the way decides for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All.
    Anywhere,
    /// Those that are everybody's: nothing on this machine or in its networks, which may trust it.
    Public,
}

/// Makes the agent.
pub fn build(setup: Setup) -> Agent {
    let connect = setup.timeout.min(limits::CONNECT_MAX);
    let config = Agent::config_builder()
        .proxy(setup.proxy)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("itential-mcp/", env!("CARGO_PKG_VERSION")))
        .accept("application/json")
        .timeout_global(Some(setup.timeout))
        .timeout_resolve(Some(connect))
        .timeout_connect(Some(connect))
        .max_idle_connections(setup.connections)
        .max_idle_connections_per_host(setup.connections)
        .max_idle_age(limits::CONNECTION_IDLE_MAX)
        .input_buffer_size(limits::CONNECTION_BUFFER)
        .output_buffer_size(limits::CONNECTION_BUFFER)
        .build();
    let connector =
        ().chain(SocksConnector::default())
            .chain(ConnectProxyConnector::default())
            .chain(TcpConnector::default())
            .chain(WatchConnector)
            .chain(SecureConnector(setup.tls))
            .chain(NoteConnector);
    Agent::with_parts(config, connector, Names(setup.reach))
}

/// What the current thread is waiting for: whose call it is, and until when.
#[derive(Clone)]
pub struct Scope {
    /// Cancelled when nobody needs the answer.
    pub token: CancelToken,
    /// When waiting ends in any case.
    pub deadline: Instant,
    /// Whether anything of the request has left: what never left cannot have been carried out.
    pub sent: Rc<Cell<bool>>,
    /// Whether the connection was torn off rather than ended: reset, or over TLS without the
    /// `close_notify` that tells an end from a cut (RFC 8446 6.1). ureq takes either for an end.
    torn: Rc<Cell<bool>>,
}

thread_local! {
    static SCOPE: RefCell<Option<Scope>> = const { RefCell::new(None) };
}

impl Scope {
    /// A wait of this call, until then.
    pub fn new(token: CancelToken, deadline: Instant) -> Self {
        Self { token, deadline, sent: Rc::default(), torn: Rc::default() }
    }

    /// Runs `work` with this scope on the current thread.
    pub fn run<T>(self, work: impl FnOnce() -> T) -> T {
        struct Restore(Option<Scope>);
        impl Drop for Restore {
            fn drop(&mut self) {
                SCOPE.set(self.0.take());
            }
        }
        let _restore = Restore(SCOPE.replace(Some(self)));
        work()
    }

    /// Whether the connection of the current thread's request was torn off.
    pub fn is_torn() -> bool {
        Self::current().is_some_and(|scope| scope.torn.get())
    }

    /// The current thread's scope.
    pub fn current() -> Option<Self> {
        SCOPE.with_borrow(Clone::clone)
    }

    /// The error of a wait that must end now, if so.
    fn verdict(&self, reason: ureq::Timeout) -> Result<(), ureq::Error> {
        if self.token.is_cancelled() {
            // Not `Interrupted`, which callers retry; who waits reads the token anyway.
            return Err(io::Error::other("cancelled").into());
        }
        if Instant::now() >= self.deadline {
            return Err(ureq::Error::Timeout(reason));
        }
        Ok(())
    }
}

/// Puts a [`Watch`] around every stream.
#[derive(Debug)]
struct WatchConnector;

impl<In: Transport> Connector<In> for WatchConnector {
    type Out = Watch<In>;

    fn connect(
        &self,
        _details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        Ok(chained.map(Watch))
    }
}

/// A stream whose waits notice cancellation.
#[derive(Debug)]
struct Watch<T>(T);

impl<T: Transport> Transport for Watch<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        // Sending in slices could send a byte twice. Requests are small and fit the socket buffer.
        if let Some(scope) = Scope::current() {
            scope.verdict(timeout.reason)?;
        }
        self.0.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let Some(scope) = Scope::current() else { return self.0.await_input(timeout) };
        let begun = Instant::now();
        let mut left = *timeout.after;
        loop {
            scope.verdict(timeout.reason)?;
            let slice = NextTimeout { after: left.min(limits::WAIT_SLICE).into(), ..timeout };
            match self.0.await_input(slice) {
                Err(ureq::Error::Timeout(reason)) => {
                    left = (*timeout.after).saturating_sub(begun.elapsed());
                    if left.is_zero() {
                        return Err(ureq::Error::Timeout(reason));
                    }
                }
                done => return done,
            }
        }
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }

    fn is_tls(&self) -> bool {
        self.0.is_tls()
    }
}

/// Puts a [`Note`] around every stream, outside of TLS and proxies: only requests pass it.
#[derive(Debug)]
struct NoteConnector;

impl<In: Transport> Connector<In> for NoteConnector {
    type Out = Note<In>;

    fn connect(
        &self,
        _details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        Ok(chained.map(Note))
    }
}

/// A stream that notes in the [`Scope`] that something was sent, and how it ended.
#[derive(Debug)]
struct Note<T>(T);

impl<T: Transport> Transport for Note<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        if let Some(scope) = Scope::current() {
            scope.verdict(timeout.reason)?;
            scope.sent.set(true);
        }
        self.0.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let outcome = self.0.await_input(timeout);
        if let Err(ureq::Error::Io(error)) = &outcome
            && matches!(
                error.kind(),
                io::ErrorKind::UnexpectedEof
                    | io::ErrorKind::ConnectionAborted
                    | io::ErrorKind::ConnectionReset
            )
            && let Some(scope) = Scope::current()
        {
            scope.torn.set(true);
        }
        outcome
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }

    fn is_tls(&self) -> bool {
        self.0.is_tls()
    }
}

/// Looks names up on a thread of their own, because the system's resolver cannot be interrupted.
#[derive(Debug)]
struct Names(Reach);

/// A name without address.
#[derive(Debug)]
pub struct NameFailure {
    /// The name.
    pub host: String,
    /// What the system said.
    pub cause: String,
}

impl std::error::Error for NameFailure {}

impl fmt::Display for NameFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.host, self.cause)
    }
}

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        _config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host = uri.host().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let port = uri.port_u16().unwrap_or(match uri.scheme_str() {
            Some("https") => 443,
            Some("http") | None => 80,
            Some(_) => 1080,
        });
        let mut found = self.empty();
        let mut addresses = lookup(bare, port, *timeout.after)?;
        // Connected to is what was looked at: a second answer of the name could be another one.
        if self.0 == Reach::Public && !addresses.iter().all(|address| is_public(address.ip())) {
            return Err(ureq::Error::Other(Box::new(NameFailure {
                host: host.to_owned(),
                cause: "it leads into a private network, where this is not allowed".to_owned(),
            })));
        }
        addresses.truncate(limits::HOST_ADDRESSES);
        addresses.into_iter().for_each(|address| found.push(address));
        Ok(found)
    }
}

/// The addresses of a host, which may be an address itself, within `timeout`.
///
/// # Errors
/// That it has none, or that nobody waits any longer.
pub fn lookup(host: &str, port: u16, timeout: Duration) -> Result<Vec<SocketAddr>, ureq::Error> {
    const REASON: ureq::Timeout = ureq::Timeout::Resolve;

    if let Ok(address) = host.parse() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let failure =
        |cause: String| ureq::Error::Other(Box::new(NameFailure { host: host.to_owned(), cause }));
    let (sender, answer) = mpsc::sync_channel(1);
    let name = host.to_owned();
    std::thread::Builder::new()
        .name("dns".to_owned())
        .spawn(move || {
            let found = (name.as_str(), port).to_socket_addrs().map(Iterator::collect::<Vec<_>>);
            // Nobody listens any more when the wait was given up.
            let _ = sender.send(found);
        })
        .map_err(|error| failure(error.to_string()))?;
    let begun = Instant::now();
    loop {
        if let Some(scope) = Scope::current() {
            scope.verdict(REASON)?;
        }
        match answer.recv_timeout(limits::WAIT_SLICE) {
            Ok(Ok(found)) if found.is_empty() => return Err(failure("no address".to_owned())),
            Ok(Ok(found)) => return Ok(found),
            Ok(Err(error)) => return Err(failure(error.to_string())),
            Err(mpsc::RecvTimeoutError::Timeout) if begun.elapsed() < timeout => {}
            Err(mpsc::RecvTimeoutError::Timeout) => {
                return Err(ureq::Error::Timeout(REASON));
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return Err(failure("the resolver ended without an answer".to_owned()));
            }
        }
    }
}
