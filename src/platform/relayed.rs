//! Requests of others, passed on with the session of a call.

use super::api::Api;
use super::error::Error;
use super::exchange::{Body, Call, Wants};
use super::path::Path;

/// The platform's answer to a request that was passed on, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relayed {
    /// Status code.
    pub status: u16,
    /// Media type, without parameters; empty when the platform named none.
    pub content_type: String,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Api<'_> {
    /// Passes a request on. A GET is repeated like [`Api::get`], all others are sent like
    /// [`Api::post`].
    ///
    /// # Errors
    ///
    /// Those of a request that got no answer.
    pub fn relay(
        &self,
        method: &'static str,
        path: &Path,
        body: Option<String>,
    ) -> Result<Relayed, Error> {
        let (wants, none) = match method {
            "GET" => (Wants::Text, Body::None),
            _ => (Wants::Change, Body::Empty),
        };
        let body = body.map_or(none, Body::Json);
        let reply = self.reply(&Call { method, path, query: &[], body, wants })?;
        let (status, content_type) = (reply.status, reply.content_type());
        Ok(Relayed { status, content_type, body: reply.into_bytes()? })
    }
}
