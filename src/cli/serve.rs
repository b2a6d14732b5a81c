//! `run`: serves MCP clients until told to stop.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use super::backend::Backend;
use super::signals;
use super::text::{complain, fail};
use crate::config::{AuthKind, Config, Transport};
use crate::http::{Listen, Network, Options, Server};
use crate::platform::{CancelToken, Client, Path};
use crate::transport::http::Front;
use crate::transport::stdio;
use crate::{limits, mcp, observe};

/// Exit code when the address cannot be listened on.
const CANNOT_LISTEN: u8 = 3;

/// Serves with this configuration.
pub fn run(config: &Config) -> ExitCode {
    observe::init(config.server.log_level);
    for warning in &config.warnings {
        log::warn!("{warning}");
    }
    match serve(config) {
        Ok(code) => code,
        Err(message) => {
            fail(&format!("server stopped unexpectedly: {}", observe::redact(&message)))
        }
    }
}

fn serve(config: &Config) -> Result<ExitCode, String> {
    let backend = Backend::open(config)?;
    if let Some(interval) = config.server.keepalive_interval {
        backend.client.keepalive(interval).map_err(|error| error.to_string())?;
    }
    let engine = Arc::new(mcp::engine(config, &backend.client));
    match config.server.transport {
        Transport::Stdio => serve_stdio(config, &engine),
        Transport::Sse | Transport::Http => serve_http(config, &engine, &backend.client),
    }
}

fn serve_http(
    config: &Config,
    engine: &Arc<mcp::Engine>,
    client: &Client,
) -> Result<ExitCode, String> {
    if config.auth.kind != AuthKind::None {
        return Err(
            "auth_type: this build cannot check who calls over HTTP, and refuses to serve \
                    everybody instead; require client certificates with client_ca_file"
                .into(),
        );
    }
    let probe = {
        let client = client.clone();
        Box::new(move || {
            let token = CancelToken::new();
            let answer = client.api(&token).get(&Path::literal("/whoami"), &[]);
            if let Err(error) = &answer {
                log::warn!("not ready: {error}");
            }
            answer.is_ok()
        })
    };
    let front = Arc::new(Front::new(Arc::clone(engine), config, probe));
    let settings = &config.server;
    let listen = Listen::Name(settings.host.clone(), settings.port);
    let server = match Server::start(listen, options(config)?, front.clone()) {
        Ok(server) => Arc::new(server),
        Err(error) => {
            complain(&format!("ERROR: {error}"));
            return Ok(ExitCode::from(CANNOT_LISTEN));
        }
    };
    let listener = Arc::downgrade(&server);
    front.status().show_listener(move || Some(listener.upgrade()?.stats()));
    front.tend().map_err(|error| format!("no thread could be started: {error}"))?;
    announce(config, &server);
    let code = signals::wait();
    log::info!("stopping");
    front.stop(limits::STOP_GRACE);
    server.shutdown(limits::STOP_GRACE);
    Ok(ExitCode::from(code))
}

fn options(config: &Config) -> Result<Options, String> {
    let settings = &config.server;
    let proxies: Result<Vec<Network>, String> =
        settings.trusted_proxies.iter().map(|network| network.parse()).collect();
    Ok(Options {
        max_connections: settings.max_connections,
        max_connections_per_address: settings.max_connections_per_address,
        trusted_proxies: proxies.map_err(|why| format!("trusted_proxies: {why}"))?,
        ..Options::default()
    })
}

/// One line that says where to connect, whatever the log level: it is how people and scripts learn
/// the port when the system chose it.
fn announce(config: &Config, server: &Server) {
    let settings = &config.server;
    complain(&format!(
        "itential-mcp serves MCP at http://{}{} (Press CTRL+C to quit)",
        server.local_addr(),
        settings.path
    ));
    let open = !server.local_addr().ip().is_loopback();
    if open && settings.client_ca_file.is_none() {
        log::warn!(
            "everybody who reaches {} can use every tool: no auth_type and no client_ca_file is set",
            server.local_addr()
        );
    }
}

fn serve_stdio(config: &Config, engine: &Arc<mcp::Engine>) -> Result<ExitCode, String> {
    if config.server.certificate_file.is_some() || config.server.private_key_file.is_some() {
        log::warn!("certificate_file and private_key_file mean nothing with transport stdio");
    }
    if config.auth.kind != AuthKind::None {
        log::warn!("auth_type means nothing with transport stdio: whoever starts it may use it");
    }
    signals::on_stop(|code| std::process::exit(code.into()));
    let heard = stdio::serve(engine, &mut io::stdin().lock(), io::stdout())
        .map_err(|error| format!("standard input could not be read: {error}"))?;
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
