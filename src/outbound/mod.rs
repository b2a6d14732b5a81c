//! Requests to other servers over HTTP and TLS: the HTTP library, set up once for everybody.
//!
//! Waits end when nobody needs the answer any more ([`Scope`]), certificates are checked against the
//! system's authorities, or where it has none those built in ([`Trust`]), proxies come from the environment ([`proxy`]). Redirects are never
//! followed: where a request goes decides who gets what is in it.

mod agent;
mod alone;
mod fault;
mod proxy;
mod secure;
mod trust;
mod unusable;

pub use agent::{NameFailure, Reach, Scope, Setup, build, lookup};
pub use alone::{agent_for, bounded};
pub use fault::{TlsFault, cause, tls_error};
pub use proxy::proxy;
pub use trust::{Believed, Secured, Trust, built_in as built_in_authorities, client_config};
pub use unusable::Unusable;
