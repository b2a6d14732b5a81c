//! Clients whose certificates were refused: counted, and told without flooding the log.

use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use super::throttle::Throttle;
use super::tls;

/// Clients that TLS did not let in.
#[derive(Default)]
pub struct Unwelcome {
    refused: AtomicU64,
    nameless: AtomicU64,
    throttle: Throttle,
}

impl Unwelcome {
    /// Takes note of a handshake that failed. Other failures than those of client certificates are
    /// everyday: port scanners, clients that do not trust us.
    pub fn note(&self, peer: IpAddr, error: &io::Error) {
        let error = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let Some(error) = error else { return };
        if let rustls::Error::NoCertificatesPresented = error {
            // Health checks come so, every few seconds: not worth a warning.
            self.nameless.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let Some(subject) = tls::take_refused() else { return };
        self.refused.fetch_add(1, Ordering::Relaxed);
        if let Some(more) = self.throttle.due() {
            let more = match more {
                0 => String::new(),
                more => format!(" ({more} more were refused since this was last said)"),
            };
            log::warn!(
                "client certificate of {peer} refused: {subject}: {}{more}",
                tls::refusal_cause(error)
            );
        }
    }

    /// Certificates refused.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Clients that showed no certificate although they must.
    pub fn nameless(&self) -> u64 {
        self.nameless.load(Ordering::Relaxed)
    }
}
