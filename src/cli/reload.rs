//! Taking over what may change while a server runs.

use std::sync::Arc;

use super::backend::Backend;
use super::checks::Found;
use super::{observed, tls};
use crate::config::{Config, Loaded, Setting};
use crate::http::tls::Reloader;
use crate::observe;
use crate::product::Live;
use crate::protocol::Engine;

/// Reads the configuration again.
pub type Reread<'a> = &'a (dyn Fn() -> Result<Loaded, String> + Sync);

/// Takes over what may change while the server runs, and gives it; a mistake keeps what was there.
pub fn reload(
    loaded: &Loaded,
    reread: Reread<'_>,
    backend: &Backend,
    (live, engine): (&Arc<Live>, &Arc<Engine>),
    tls: Option<&Reloader>,
) -> Option<Config> {
    let sound = |now: Loaded| match Found::reloaded(&now).refusals().next() {
        Some((_, refusal)) => Err(refusal.to_owned()),
        None => Ok(now),
    };
    let now = reread().and_then(sound);
    match &now {
        Ok(now) => {
            for row in changed(loaded, now).filter(|row| !row.reloadable) {
                log::warn!("reload: {} has changed, which takes a restart", row.id());
            }
            let config = &now.config;
            observe::init(config.server.log_level);
            let (before, found) = (Found::reloaded(loaded), Found::reloaded(now));
            for warning in found.warnings().filter(|new| !before.warnings().any(|old| old == *new))
            {
                observe::always(format_args!("reload: {}", warning.1));
            }
            live.reload(config, engine);
        }
        Err(error) => log::error!("reload: the configuration stays as it was: {error}"),
    }
    observed::reopen();
    if let Some(Err(error)) = backend.means.audit.as_ref().map(|audit| audit.reopen()) {
        log::error!("reload: the audit file stays as it was: {error}");
    }
    // The reloader says itself what it took or refused.
    let taken = match (tls, now.as_ref().ok().map(|now| tls::files(&now.config.server))) {
        (Some(tls), Some(Some(files))) => tls.reload_from(files).is_ok(),
        (Some(tls), None) => tls.reload_now().is_ok(),
        (None, None | Some(None)) => true,
        (Some(_), Some(None)) | (None, Some(Some(_))) => {
            log::warn!("reload: TLS is switched on and off by a restart only");
            true
        }
    };
    observed::reloaded(taken && now.is_ok());
    if taken {
        log::info!("reloaded");
    }
    now.ok().map(|now| now.config)
}

/// The settings whose values are not what they were.
fn changed(before: &Loaded, now: &Loaded) -> impl Iterator<Item = &'static Setting> {
    let values = before.settings.iter().zip(&now.settings);
    let changed: Vec<_> = values
        .filter(|(before, now)| before.value != now.value)
        .map(|(before, _)| before.setting)
        .collect();
    changed.into_iter()
}
