//! Certificates and keys: read, checked and explained before any port opens.

mod advice;
mod error;
mod facts;
mod kind;
mod load;
mod pem;
mod reload;

pub use error::{Problem, Role, TlsError};
pub use facts::Facts;
pub(crate) use load::subject;
pub use load::{Loaded, TlsFiles, load};
pub use reload::{Reloader, Tell};
