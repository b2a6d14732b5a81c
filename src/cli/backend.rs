//! The platform that commands talk to: the real one, or the sandbox inside this process.

use std::sync::Arc;

use super::checks;
use crate::config::{Config, Platform, Secret};
use crate::net::{Host, for_ourselves};
use crate::observe::Audit;
use crate::platform::Client;
use crate::product::Means;
use crate::sandbox::{self, Sandbox};

/// A client, and the sandbox it talks to when there is one.
pub struct Backend {
    /// What tools run with.
    pub means: Arc<Means>,
    /// The platform's settings; the sandbox's when there is one.
    pub platform: Platform,
    _sandbox: Option<Sandbox>,
}

impl Backend {
    /// Prepares the client, and starts the sandbox when the configuration asks for it.
    ///
    /// # Errors
    /// In words for the operator: what of the platform's settings cannot work.
    pub fn open(config: &Config) -> Result<Self, String> {
        let mut platform = config.platform.clone();
        let sandbox = if platform.sandbox { Some(start(&mut platform)?) } else { None };
        let client = Client::new(&platform).map_err(|error| error.to_string())?;
        let audit = match &config.server.audit_file {
            Some(path) => Some(Arc::new(
                Audit::open(path, config.server.audit_required)
                    .map_err(|error| checks::cannot_write("audit_file", path, &error))?,
            )),
            None => None,
        };
        let means = Arc::new(Means::new(client, audit));
        Ok(Self { means, platform, _sandbox: sandbox })
    }
}

/// Starts the sandbox and points `platform` at it.
///
/// # Errors
/// When it cannot listen.
pub(super) fn start(platform: &mut Platform) -> Result<Sandbox, String> {
    let sandbox = Sandbox::start(for_ourselves(), sandbox::Options::default())
        .map_err(|error| format!("the sandbox could not be started: {error}"))?;
    log::warn!(
        "SANDBOX: a simulated platform with invented data serves at http://{}; nothing real changes",
        sandbox.addr()
    );
    platform.host = Host::from(sandbox.addr().ip());
    platform.port = Some(sandbox.addr().port());
    platform.disable_tls = true;
    platform.user = sandbox::USER.to_owned();
    platform.password = Secret::new(sandbox::PASSWORD);
    (platform.client_id, platform.client_secret) = (None, None);
    Ok(sandbox)
}
