//! Who is calling over HTTP, and what proves it.
//!
//! An [`Authority`] has a [`Verifier`] for each kind of proof that the configuration accepts. One that
//! has to ask another server first says so, and is asked again where waiting is allowed.

mod authority;
mod challenge;
mod identity;
mod jwt;
mod oauth;
mod refusal;
mod resource;
mod roles;
pub mod tokens;
mod verifier;

pub use authority::{Authority, Check};
pub use identity::{Identity, Proof, Visitor};
pub use oauth::{Endpoint, OauthProxy};
pub use refusal::Refusal;
pub use resource::Resource;
pub use roles::Roles;
pub use verifier::{Verdict, Verifier};
