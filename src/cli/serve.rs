//! `run`: serves MCP clients until told to stop.

use std::io;
use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use serde_json::json;

use super::backend::Backend;
use super::checks::Found;
use super::manager::Manager;
use super::passed;
use super::reload::{Reread, reload};
use super::signals::{Asked, Requests};
use super::text::{complain, fail};
use super::{observed, state_key, tls};
use crate::auth::{Authority, Roles};
use crate::cancel::CancelToken;
use crate::config::{Config, Loaded, PlatformCredentials, Transport};
use crate::http::tls::{Facts, Reloader};
use crate::http::{Listen, Options, Server};
use crate::platform::{Client, Path, check};
use crate::product::Live;
use crate::protocol::{Caller, Engine};
use crate::seal::Seal;
use crate::transport::http::Service;
use crate::transport::{Workers, stdio};
use crate::{limits, observe, product};

/// Exit code when the address cannot be listened on.
const CANNOT_LISTEN: u8 = 3;

/// Serves with this configuration.
pub fn run(loaded: &Loaded, reread: Reread<'_>) -> ExitCode {
    // Before there is a second thread.
    let passed = passed::sockets();
    // First of all: whoever sees the port open or the first byte read may send a signal.
    let requests = Requests::hear();
    let manager = Manager::of_environment();
    let _collector = match observed::begin(&loaded.config) {
        Ok(collector) => collector,
        Err(message) => return refuse(&message, false, &manager),
    };
    let passed = match passed {
        Ok(passed) => passed,
        Err(message) => return refuse(&message, false, &manager),
    };
    tidy();
    let mut loaded = loaded.clone();
    passed::place(&mut loaded.config.server, &passed);
    let (loaded, config) = (&loaded, &loaded.config);
    let found = Found::before_serving(loaded, !passed.is_empty());
    for (_, warning) in found.warnings() {
        observe::always(format_args!("{warning}"));
    }
    let refusals: Vec<&str> = found.refusals().map(|(_, refusal)| refusal).collect();
    if !refusals.is_empty() {
        return refuse(&refusals.join("\n"), found.only_deaf(), &manager);
    }
    let served = match config.server.transport {
        Transport::Stdio => serve_stdio(loaded, reread, requests),
        Transport::Sse | Transport::Http => requests
            .map_err(|error| format!("signals cannot be handled: {error}"))
            .and_then(|requests| serve_http(loaded, reread, requests, (passed, &manager))),
    };
    served.unwrap_or_else(|message| refuse(&message, false, &manager))
}

/// What was freed goes back to the system when a thread ends, so one ends now and then, also while
/// nobody calls.
fn tidy() {
    let end_later = || {
        thread::sleep(limits::TIDY_INTERVAL);
        tidy();
    };
    if let Err(error) = thread::Builder::new().name("tidy".into()).spawn(end_later) {
        log::warn!("memory is given back late: no thread could be started: {error}");
    }
}

/// Says why there is no server, and gives the exit code.
fn refuse(message: &str, deaf: bool, manager: &Manager) -> ExitCode {
    manager.refuses(message);
    if deaf {
        complain(&format!("ERROR: {message}"));
        return ExitCode::from(CANNOT_LISTEN);
    }
    fail(&format!("server stopped unexpectedly: {}", observe::redact(message)))
}

/// What is served.
struct Offered {
    backend: Backend,
    live: Arc<Live>,
    engine: Arc<Engine>,
}

fn prepare(config: &Config, seal: Option<&Arc<Seal>>) -> Result<Offered, String> {
    let backend = Backend::open(config)?;
    if config.server.test_connection_on_startup {
        let report = check::run(&backend.platform, config.server.startup_test_timeout);
        if let Some(failed) = report.error() {
            return Err(format!("Connection test failed: {failed}"));
        }
        log::info!("the connection test passed");
    }
    // Where callers have accounts of their own, this server may have none.
    let own = config.server.platform_credentials == PlatformCredentials::Server;
    if let Some(interval) = config.server.keepalive_interval.filter(|_| own) {
        backend.means.client.keepalive(interval).map_err(|error| error.to_string())?;
    }
    let live = Arc::new(Live::new(config, &backend.means));
    let mut engine = product::engine(&live);
    if let Some(seal) = seal {
        engine = engine.sealing_with(Arc::clone(seal));
    }
    let engine = Arc::new(engine);
    live.start(&engine)?;
    Ok(Offered { backend, live, engine })
}

fn serve_stdio(
    loaded: &Loaded,
    reread: Reread<'_>,
    requests: io::Result<Requests>,
) -> Result<ExitCode, String> {
    let config = &loaded.config;
    let Offered { backend, live, engine } = prepare(config, None)?;
    let heard = thread::scope(|scope| {
        let over = requests.as_ref().ok().map(Requests::teller);
        let look = || match requests {
            Ok(requests) => {
                requests.serve(|| drop(reload(loaded, reread, &backend, (&live, &engine), None)));
            }
            Err(error) => log::warn!("signals end the process at once: {error}"),
        };
        if let Err(error) = thread::Builder::new().name("reload".into()).spawn_scoped(scope, look) {
            log::warn!("nothing can be reloaded: no thread could be started: {error}");
        }
        let workers = Workers::of(&config.server);
        let caller = Arc::new(local(config));
        let input = &mut io::stdin().lock();
        let heard = stdio::serve(&engine, workers, caller, input, io::stdout());
        if let Some(over) = over {
            // It has ended already if nobody takes this.
            let _ = over.send(Asked::Stop(0));
        }
        heard
    });
    let heard = heard.map_err(|error| format!("standard input could not be read: {error}"))?;
    if !heard {
        // A service manager gives a process /dev/null: without this line it ends and nobody knows
        // why.
        complain(
            "itential-mcp: standard input ended before a client said anything. With transport stdio \
             an MCP client starts this program; to run as a service set transport to http or sse.",
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Whoever has started this process.
fn local(config: &Config) -> Caller {
    let role = Roles::of(config).default_role();
    Caller {
        role: role.as_ref().map(|role| Arc::clone(&role.name)),
        calls_at_once: role.and_then(|role| role.settings.concurrent_calls),
        ..Caller::default()
    }
}

fn serve_http(
    loaded: &Loaded,
    reread: Reread<'_>,
    requests: Requests,
    (passed, manager): (Vec<TcpListener>, &Arc<Manager>),
) -> Result<ExitCode, String> {
    let config = &loaded.config;
    let tls = load_tls(config)?;
    manager.starts(
        "Looking at the platform",
        limits::BINDING_TIME + config.server.startup_test_timeout,
    );
    let seal = Arc::new(state_key::seal(&config.server)?);
    let Offered { backend, live, engine } = prepare(config, Some(&seal))?;
    let authority = Arc::new(Authority::new(config, seal)?);
    let probe = Box::new(probe(config, &backend.means.client));
    let service = Service::new(Arc::clone(&engine), config, Arc::clone(&authority), probe);
    if let Some(tls) = &tls {
        let tls = Arc::clone(tls);
        service.status().show_certificate(Box::new(move || certificate(&tls)));
    }
    let settings = &config.server;
    requests.finish_by_hand();
    let listen = match passed.is_empty() {
        true => Listen::Name(settings.host.clone(), settings.port),
        false => Listen::Sockets(passed),
    };
    let server = match Server::start(listen, options(config, tls.clone()), service.clone()) {
        Ok(server) => Arc::new(server),
        Err(error) => return Ok(refuse(&error.to_string(), true, manager)),
    };
    let aside = match observed::aside(&service, config) {
        Ok(aside) => aside,
        Err(error) => return Ok(refuse(&error.to_string(), true, manager)),
    };
    let listener = Arc::downgrade(&server);
    service.status().show_listener(move || Some(listener.upgrade()?.stats()));
    service.tend().map_err(|error| format!("no thread could be started: {error}"))?;
    let tools = engine.registry(&Caller::default()).tools().count();
    let client = &backend.means.client;
    let served = observed::summary(config, tools, client, tls.as_deref(), aside.as_ref());
    let url = announce(config, &server, &served);
    manager.serves(&format!("Serves MCP at {url}"));
    let (listener, tended) = (Arc::downgrade(&server), Arc::downgrade(&service));
    manager.watch(move || {
        let [connections, housekeeper] = listener.upgrade()?.rounds();
        Some([connections, housekeeper, tended.upgrade()?.rounds()])
    });
    let code = requests.serve(|| {
        manager.reloads();
        let now = reload(loaded, reread, &backend, (&live, &engine), tls.as_deref());
        authority.reload(now.as_ref());
        let kept = if now.is_some() { "" } else { "; the last reload was refused, see the log" };
        manager.serves(&format!("Serves MCP at {url}{kept}"));
    });
    log::info!("stopping");
    manager.stops(settings.stop_grace + limits::STOP_GRACE);
    let end = Instant::now() + settings.stop_grace;
    engine.stop();
    server.drain(settings.stop_grace);
    service.stop(end.saturating_duration_since(Instant::now()));
    server.shutdown(limits::STOP_GRACE);
    Ok(ExitCode::from(code))
}

fn load_tls(config: &Config) -> Result<Option<Arc<Reloader>>, String> {
    let Some(files) = tls::files(&config.server) else { return Ok(None) };
    let loaded = Reloader::load(files, observe::always);
    loaded.map(|tls| Some(Arc::new(tls))).map_err(|error| error.to_string())
}

/// Whether the platform answers, for `/status/readyz`.
fn probe(config: &Config, client: &Client) -> impl Fn() -> bool + Send + Sync + use<> {
    let client = client.clone();
    let own = config.server.platform_credentials == PlatformCredentials::Server;
    move || {
        let token = CancelToken::new();
        let (api, path) = (client.api(&token), Path::literal("/whoami"));
        let answer = if own { api.get(&path, &[]).map(drop) } else { api.reach(&path) };
        if let Err(error) = &answer {
            log::warn!("not ready: {error}");
        }
        answer.is_ok()
    }
}

/// What `/status` shows of the certificate in use.
fn certificate(tls: &Reloader) -> serde_json::Value {
    let facts = tls.current().facts;
    let mut shown = json!({
        "subject": facts.subject,
        "names": facts.names,
        "not_after": Facts::date(facts.not_after),
        "days_left": facts.days_left(),
    });
    if let Some(failure) = tls.failure() {
        shown["reload_failed"] = json!(failure.to_string());
    }
    shown
}

fn options(config: &Config, tls: Option<Arc<Reloader>>) -> Options {
    let settings = &config.server;
    Options {
        max_connections: settings.max_connections,
        max_connections_per_address: settings.max_connections_per_address,
        head_bytes: settings.max_header_bytes,
        trusted_proxies: settings.trusted_proxies.clone(),
        tls,
        ..Options::default()
    }
}

/// One line that says where to connect, and to what, whatever the log level: it is how people and
/// scripts learn the port when the system chose it. Gives the URL.
fn announce(config: &Config, server: &Server, served: &str) -> String {
    let settings = &config.server;
    let scheme = if settings.certificate_file.is_some() { "https" } else { "http" };
    let address = server.local_addr();
    let url = format!("{scheme}://{address}{}", settings.path);
    let served = format!("itential-mcp serves MCP at {url} (Press CTRL+C to quit): {served}");
    observe::announce(&served);
    url
}
