//! Certificates and keys: read, checked and explained before any port opens.

mod advice;
mod clients;
mod error;
mod facts;
mod files;
mod kind;
mod load;
mod pem;
mod reload;
mod revoked;

pub(super) use clients::{cause as refusal_cause, identity, take_refused};
pub use error::{Problem, Role, TlsError};
pub use facts::Facts;
pub use files::{Identity, TlsFiles};
pub use kind::{ED25519, P256, P384, public_key};
pub use load::{Loaded, load};
pub use reload::{Reloader, Tell};
