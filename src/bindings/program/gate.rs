//! The platform for a program: an address on loopback that lives as long as its run.
//!
//! One server for all runs, which knows no path but those of the runs under way. Each begins with a
//! name that nobody guesses, so that other accounts of this machine have no way in, and cannot even
//! send a body. What comes is passed on with the session of the call; credentials never leave.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread;

use super::desk::Desk;
use super::random;
use super::relay::Relay;
use crate::cancel::CancelToken;
use crate::http::{Exchange, Knows, Options, Response, Server};
use crate::limits;
use crate::net::for_ourselves;
use crate::places;
use crate::sync::Lock;

/// Started with the first run that needs it.
static GATE: Lock<Option<Arc<Gate>>> = Lock::new(None);

struct Gate {
    server: Server,
    desks: Arc<Desks>,
}

/// The desk of every run, by its name.
type Desks = Lock<HashMap<String, Arc<Desk>>>;

/// The way to the platform of one run.
struct Way {
    name: String,
    gate: Arc<Gate>,
    desk: Arc<Desk>,
    open: CancelToken,
}

/// Does `work`, which is given the address under which the platform can be reached meanwhile, and
/// what closes that early.
///
/// # Errors
/// Why there is no such address.
pub fn with_platform<T>(
    relay: &Relay<'_>,
    work: impl FnOnce(&str, &dyn Fn()) -> T,
) -> Result<T, String> {
    let way = Way::open()?;
    let caller = places::caller();
    let serve = || {
        places::working_for(&caller, || {
            while let Some(exchange) = way.desk.next() {
                relay.answer(exchange, &way.open);
            }
        });
    };
    thread::scope(|scope| {
        // Also when the work panics: the threads wait for it.
        let _closed = Close(&way);
        for _ in 0..limits::PROGRAM_REQUESTS {
            let thread = thread::Builder::new().name("relay".into());
            let thread = thread.stack_size(limits::WORKER_STACK_BYTES);
            thread.spawn_scoped(scope, serve).map_err(|error| error.to_string())?;
        }
        let url = format!("http://{}/{}", way.gate.server.local_addr(), way.name);
        Ok(work(&url, &|| way.close()))
    })
}

struct Close<'a>(&'a Way);

impl Drop for Close<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Way {
    fn open() -> Result<Self, String> {
        let gate = Gate::of_all()?;
        let (name, desk) = (random::name()?, Arc::new(Desk::default()));
        gate.desks.lock().insert(name.clone(), Arc::clone(&desk));
        Ok(Self { name, gate, desk, open: CancelToken::new() })
    }

    /// Nothing passes from now on, and what is under way is given up.
    fn close(&self) {
        self.gate.desks.lock().remove(&self.name);
        self.open.cancel();
        self.desk.close();
    }
}

impl Gate {
    fn of_all() -> Result<Arc<Self>, String> {
        let mut gate = GATE.lock();
        if let Some(gate) = &*gate {
            return Ok(Arc::clone(gate));
        }
        let desks = Arc::new(Desks::default());
        let (known, served) = (Arc::clone(&desks), Arc::clone(&desks));
        let options = Options {
            // All programs are on this host.
            max_connections_per_address: limits::CONNECTIONS,
            knows: Some(Knows(Arc::new(move |path| desk(&known, path).is_some()))),
            ..Options::default()
        };
        let handler = move |exchange: Exchange| match desk(&served, &exchange.request.path) {
            Some(desk) => desk.put(exchange),
            None => exchange.respond(Response::text(404, "nothing is here\n")),
        };
        let server = Server::start(for_ourselves(), options, Arc::new(handler));
        let server = server.map_err(|error| error.to_string())?;
        let started = Arc::new(Self { server, desks });
        *gate = Some(Arc::clone(&started));
        Ok(started)
    }
}

/// The desk of the run whose name the path begins with.
fn desk(desks: &Desks, path: &str) -> Option<Arc<Desk>> {
    let name = path.strip_prefix('/')?.split('/').next()?;
    desks.lock().get(name).map(Arc::clone)
}
