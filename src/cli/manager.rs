//! Telling the service manager that started this process how it is: systemd's notify protocol, which
//! others speak as well.

use std::env;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::{limits, observe};

/// Who is told; nobody where no service manager asked to be.
pub struct Manager {
    line: Option<Line>,
    watchdog: Option<Duration>,
}

/// How often each kind of thread has come round, which is how a server shows that it is alive.
pub type Rounds = [u64; 3];

/// What the numbers of [`Rounds`] are about.
const ROUNDS: [&str; 3] = ["connections", "deadlines", "waiting calls"];

impl Manager {
    /// Whoever the environment names.
    pub fn of_environment() -> Arc<Self> {
        let line =
            env::var_os("NOTIFY_SOCKET").filter(|place| !place.is_empty()).and_then(|place| {
                let line = Line::to(&place);
                let failed = |error| {
                    let place = place.display();
                    observe::always(format_args!(
                        "the service manager at NOTIFY_SOCKET={place} is told nothing: {error}"
                    ));
                };
                line.map_err(failed).ok()
            });
        Arc::new(Self { watchdog: line.as_ref().and_then(|_| watchdog()), line })
    }

    /// Serving begins after `most` at the latest.
    pub fn starts(&self, status: &str, most: Duration) {
        self.tell(format_args!("STATUS={status}\n{}", extend(most)));
    }

    /// Clients can come.
    pub fn serves(&self, status: &str) {
        self.tell(format_args!("READY=1\nSTATUS={status}"));
    }

    /// Nothing is served, and why.
    pub fn refuses(&self, message: &str) {
        let message = observe::redact(message);
        self.tell(format_args!("STATUS={}", message.lines().next().unwrap_or_default()));
    }

    /// The configuration is being read again; [`Manager::serves`] tells the end of that.
    pub fn reloads(&self) {
        let now = monotonic();
        self.tell(format_args!(
            "RELOADING=1\nMONOTONIC_USEC={now}\nSTATUS=Reading the configuration again"
        ));
    }

    /// The end has begun and takes `most` at the longest.
    pub fn stops(&self, most: Duration) {
        self.tell(format_args!("STOPPING=1\nSTATUS=Finishing what has begun\n{}", extend(most)));
    }

    /// Tells again and again that this process is alive, where somebody wants to know: only when every
    /// kind of thread has come round since it was told last. Without rounds the server is gone.
    pub fn watch(self: &Arc<Self>, rounds: impl Fn() -> Option<Rounds> + Send + 'static) {
        let Some(limit) = self.watchdog else { return };
        if limit < limits::WATCHDOG_LEAST {
            let (limit, least) = (limit.as_millis(), limits::WATCHDOG_LEAST.as_secs());
            observe::always(format_args!(
                "a watchdog of {limit} ms is too quick for a server that looks around once a second; set WatchdogSec to {least} or more"
            ));
        }
        let manager = Arc::clone(self);
        let look = move || {
            let Some(mut told) = rounds() else { return };
            let mut late = 0_u32;
            loop {
                thread::sleep(limit / limits::WATCHDOG_LOOKS);
                let Some(now) = rounds() else { return };
                match (0..now.len()).find(|&kind| now[kind] == told[kind]) {
                    None => {
                        manager.tell(format_args!("WATCHDOG=1"));
                        (told, late) = (now, 0);
                    }
                    Some(kind) => {
                        late += 1;
                        if late == 2 {
                            let kind = ROUNDS[kind];
                            observe::always(format_args!(
                                "the service manager is not told that this server is alive: its threads for {kind} hang"
                            ));
                        }
                    }
                }
            }
        };
        if let Err(error) = thread::Builder::new().name("watchdog".into()).spawn(look) {
            observe::always(format_args!(
                "the service manager's watchdog is not answered: no thread could be started: {error}"
            ));
        }
    }

    fn tell(&self, message: std::fmt::Arguments<'_>) {
        let Some(line) = &self.line else { return };
        if let Err(error) = line.send(message.to_string().as_bytes()) {
            observe::always(format_args!("the service manager could not be told: {error}"));
        }
    }
}

/// How often this process must say that it is alive.
fn watchdog() -> Option<Duration> {
    let number = |name| env::var(name).ok()?.parse::<u64>().ok();
    let meant = env::var_os("WATCHDOG_PID").is_none()
        || number("WATCHDOG_PID") == Some(u64::from(std::process::id()));
    number("WATCHDOG_USEC").filter(|limit| meant && *limit > 0).map(Duration::from_micros)
}

/// That what has begun may take this long from now on.
fn extend(most: Duration) -> String {
    format!("EXTEND_TIMEOUT_USEC={}", (most + limits::MANAGER_SPARE).as_micros())
}

/// A socket to the service manager.
#[cfg(target_os = "linux")]
struct Line {
    socket: std::os::unix::net::UnixDatagram,
    to: std::os::unix::net::SocketAddr,
}

#[cfg(target_os = "linux")]
impl Line {
    fn to(place: &std::ffi::OsStr) -> io::Result<Self> {
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::ffi::OsStrExt;
        use std::os::unix::net::{SocketAddr, UnixDatagram};

        let to = match place.as_bytes() {
            [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
            [b'/', ..] => SocketAddr::from_pathname(place)?,
            _ => return Err(io::Error::other("neither a path nor an abstract name")),
        };
        Ok(Self { socket: UnixDatagram::unbound()?, to })
    }

    fn send(&self, message: &[u8]) -> io::Result<()> {
        self.socket.send_to_addr(message, &self.to).map(drop)
    }
}

/// Microseconds of the clock by which service managers order reloads.
#[cfg(target_os = "linux")]
fn monotonic() -> u128 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    Duration::try_from(now).map_or(0, |now| now.as_micros())
}

#[cfg(not(target_os = "linux"))]
struct Line;

#[cfg(not(target_os = "linux"))]
impl Line {
    fn to(_place: &std::ffi::OsStr) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn send(&self, _message: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(not(target_os = "linux"))]
fn monotonic() -> u128 {
    0
}
