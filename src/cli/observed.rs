//! What an operator can watch of a running server: where its log goes, its numbers at an address of
//! their own, and the line that says what is served.

use std::sync::Arc;

use super::collector::Collector;
use crate::config::{AuthType, Config, LogFormat, OwnPort, TlsVersion};
use crate::http::tls::Reloader;
use crate::http::{Listen, Options, Server, StartError};
use crate::observe::metrics::{self, Went};
use crate::platform::Client;
use crate::time::since_epoch;
use crate::transport::http::{Aside, Service};
use crate::{limits, observe};

/// Begins the log as the configuration has it, and to send spans where that is wanted.
///
/// # Errors
/// In words for the operator: which file cannot be written, or where spans cannot be sent.
pub fn begin(config: &Config) -> Result<Option<Collector>, String> {
    let settings = &config.server;
    loaded(true);
    observe::init(settings.log_level);
    observe::start(observe::Style {
        json: settings.log_format == LogFormat::Json,
        file: settings.log_file.as_deref(),
        access: settings.access_log.as_deref(),
    })
    .map_err(|(setting, error)| {
        let path = match setting {
            "log_file" => settings.log_file.as_deref(),
            _ => settings.access_log.as_deref(),
        };
        super::checks::cannot_write(setting, path.unwrap_or("-".as_ref()), &error)
    })?;
    Collector::start(settings)
}

/// Opens the files of the log anew.
pub fn reopen() {
    if let Err((setting, error)) = observe::reopen() {
        log::error!("reload: the file of {setting} stays as it was: {error}");
    }
}

/// Counts a configuration that was read again.
pub fn reloaded(taken: bool) {
    let went = if taken { Went::Ok } else { Went::Failed };
    metrics::RELOADS.count(&[went.at()]);
    loaded(taken);
}

/// Notes whether the configuration that was read last is in force.
pub fn loaded(taken: bool) {
    if taken {
        metrics::RELOAD_TIME.set(since_epoch().as_secs());
    }
    metrics::RELOAD_GOOD.set(u64::from(taken));
}

/// Serves the numbers and the status pages at an address of their own, where that is wanted.
///
/// # Errors
/// It cannot be listened on.
pub fn aside(service: &Arc<Service>, config: &Config) -> Result<Option<Server>, StartError> {
    let settings = &config.server;
    let Some(OwnPort(port)) = settings.metrics_port else { return Ok(None) };
    let options =
        Options { max_connections: limits::SCRAPERS, body_bytes: 0, ..Options::default() };
    let listen = Listen::Name(settings.metrics_host.clone(), port);
    let handler = Aside::new(Arc::clone(service), settings);
    Server::start(listen, options, Arc::new(handler)).map(Some)
}

/// What is served, to whom and how.
pub fn summary(
    config: &Config,
    tools: usize,
    platform: &Client,
    tls: Option<&Reloader>,
    aside: Option<&Server>,
) -> String {
    let settings = &config.server;
    let platform = match config.platform.sandbox {
        true => "a simulated platform".to_owned(),
        false => platform.server().to_owned(),
    };
    let tls = match (tls, settings.tls_min_version) {
        (None, _) => "without TLS".to_owned(),
        (Some(tls), oldest) => {
            let oldest = if oldest == TlsVersion::Tls12 { "TLS 1.2 or later" } else { "TLS 1.3" };
            let days = tls.current().facts.days_left();
            format!("with {oldest}, the certificate good for {days} days")
        }
    };
    let kinds = config.auth.kind.iter().filter(|kind| **kind != AuthType::None);
    let mut proofs: Vec<&str> = kinds.map(|kind| kind.word()).collect();
    if settings.client_ca_file.is_some() {
        proofs.insert(0, "certificate");
    }
    let proofs = match proofs.as_slice() {
        [] => "callers prove nothing of themselves".to_owned(),
        proofs => format!("callers prove themselves by {}", proofs.join(", ")),
    };
    let aside = aside.map(|server| format!(", metrics at http://{}/metrics", server.local_addr()));
    format!(
        "version {}, {tools} tools of {platform}, {tls}, {proofs}{}",
        env!("CARGO_PKG_VERSION"),
        aside.unwrap_or_default()
    )
}
