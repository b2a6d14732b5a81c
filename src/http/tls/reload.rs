//! New certificates without a restart.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use rustls::ServerConfig;

use super::error::TlsError;
use super::facts::Facts;
use super::files::{Identity, TlsFiles};
use super::load::{Loaded, load};
use crate::limits;
use crate::stamp::Stamp;
use crate::sync::{Lock, SharedLock};

/// The current TLS configuration of a server, replaced when its files change.
///
/// A new pair is checked as a pair before it is used; a bad one is logged and the old one stays.
/// Connections and streams that are open keep what they began with.
pub struct Reloader {
    current: SharedLock<Loaded>,
    tell: Tell,
    watch: Lock<Watch>,
}

/// Says what an operator must hear, whatever the log level is.
pub type Tell = fn(fmt::Arguments<'_>);

struct Watch {
    files: TlsFiles,
    seen: Vec<Option<Stamp>>,
    next_check: Instant,
    next_warning: Instant,
    failure: Option<TlsError>,
}

impl Reloader {
    /// Loads `files` and remembers them. What must be said of them later goes to `tell`; what there is
    /// to say now is in [`Reloader::current`].
    ///
    /// # Errors
    /// As [`load`].
    pub fn load(files: TlsFiles, tell: Tell) -> Result<Self, TlsError> {
        // Stamps before content: a change in between is noticed, at worst once too often.
        let seen = stamps(&files);
        let loaded = load(&files)?;
        let now = Instant::now();
        let watch = Watch {
            files,
            seen,
            next_check: now + limits::RELOAD_CHECK,
            next_warning: now + limits::EXPIRY_WARNING_INTERVAL,
            failure: None,
        };
        Ok(Self { current: SharedLock::new(loaded), tell, watch: Lock::new(watch) })
    }

    /// What new connections use.
    pub fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current.read().config)
    }

    /// What of its certificate names a client.
    pub fn identity(&self) -> Identity {
        self.current.read().files.client_identity
    }

    /// The configuration in use, with the facts of its certificate and the warnings about it.
    pub fn current(&self) -> Loaded {
        self.current.read().clone()
    }

    /// Why the files as they are now are not in use.
    pub fn failure(&self) -> Option<TlsError> {
        self.watch.lock().failure.clone()
    }

    /// Loads the files again, for SIGHUP and `tls reload`.
    ///
    /// # Errors
    /// As [`load`]; the configuration in use stays.
    pub fn reload_now(&self) -> Result<(), TlsError> {
        self.reload(&mut self.watch.lock())
    }

    /// Loads `files` from now on, for a configuration that names others.
    ///
    /// # Errors
    /// As [`load`]; the configuration in use stays until the files can be loaded.
    pub fn reload_from(&self, files: TlsFiles) -> Result<(), TlsError> {
        let mut watch = self.watch.lock();
        watch.files = files;
        self.reload(&mut watch)
    }

    /// Loads the files again if they have changed. Called often; looks every few seconds.
    pub(crate) fn check(&self) {
        let mut watch = self.watch.lock();
        let now = Instant::now();
        if now < watch.next_check {
            return;
        }
        watch.next_check = now + limits::RELOAD_CHECK;
        if stamps(&watch.files) != watch.seen {
            // The failure is logged and kept for whoever asks.
            let _ = self.reload(&mut watch);
        }
        if now >= watch.next_warning {
            watch.next_warning = now + limits::EXPIRY_WARNING_INTERVAL;
            for reminder in self.current.read().reminders() {
                (self.tell)(format_args!("{reminder}"));
            }
        }
    }

    fn reload(&self, watch: &mut Watch) -> Result<(), TlsError> {
        // Stamps before content: a change in between is noticed, at worst once too often.
        watch.seen = stamps(&watch.files);
        match load(&watch.files) {
            Ok(loaded) => {
                let (subject, end) = (&loaded.facts.subject, Facts::date(loaded.facts.not_after));
                log::info!("TLS certificate reloaded: {subject}, valid until {end}");
                for warning in &loaded.warnings {
                    (self.tell)(format_args!("{warning}"));
                }
                *self.current.write() = loaded;
                watch.failure = None;
                Ok(())
            }
            Err(error) => {
                (self.tell)(format_args!(
                    "TLS files not reloaded, the previous ones stay in use: {error}"
                ));
                watch.failure = Some(error.clone());
                Err(error)
            }
        }
    }
}

impl fmt::Debug for Reloader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reloader").field("files", &self.watch.lock().files).finish_non_exhaustive()
    }
}

fn stamps(files: &TlsFiles) -> Vec<Option<Stamp>> {
    let TlsFiles { certificate_file, private_key_file, client_ca_file, client_crl_file, .. } =
        files;
    [certificate_file, private_key_file, client_ca_file, client_crl_file]
        .into_iter()
        .flatten()
        .map(|path| Stamp::of(path))
        .collect()
}
