//! Which client asks, and whether it is that one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use super::OauthProxy;
use super::answer::Fault;
use super::client::Client;
use super::form::Form;
use super::handles::{Handle as _, Registered};
use crate::http::Request;

impl OauthProxy {
    /// The client with this id.
    pub(super) fn client(&self, id: &str) -> Result<Client, Fault> {
        if id.starts_with("https://") || id.starts_with("http://") {
            return self.documents.client(id);
        }
        let Some(known) = Registered::open(&self.seal, id) else {
            return Err(Fault::new(
                "invalid_client",
                format!(
                    "this client is not registered here (any more): let it forget its client id and \
                     register again at {}",
                    self.settings.url("/register")
                ),
            ));
        };
        Ok(Client::of(id, known))
    }

    /// The client that sends this form, proven as it has registered (RFC 6749 section 2.3).
    pub(super) fn proven(&self, request: &Request, form: &Form) -> Result<Client, Fault> {
        let invalid = |why: &str| Fault::new("invalid_client", why);
        let basic = basic(request)?;
        if basic.is_some() && form.get("client_secret").is_some() {
            return Err(Fault::new("invalid_request", "the client shows its secret in two ways"));
        }
        let id = match (&basic, form.get("client_id")) {
            (Some((id, _)), Some(said)) if id != said => {
                return Err(invalid("the client names two ids"));
            }
            (Some((id, _)), _) => id.as_str(),
            (None, Some(id)) => id,
            (None, None) => return Err(invalid("client_id is missing")),
        };
        let client = self.client(id)?;
        let shown = basic.as_ref().map(|(_, secret)| secret.as_str());
        let shown = shown.or(form.get("client_secret")).filter(|secret| !secret.is_empty());
        client.prove(shown).map_err(invalid)?;
        Ok(client)
    }
}

/// Id and secret in the Authorization header, each coded as in a form.
fn basic(request: &Request) -> Result<Option<(String, String)>, Fault> {
    let Some(header) = request.header("authorization") else { return Ok(None) };
    let Some((scheme, coded)) = header.trim().split_once(' ') else { return Ok(None) };
    if !scheme.eq_ignore_ascii_case("basic") {
        return Ok(None);
    }
    let read = || {
        let bytes = STANDARD.decode(coded.trim()).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (id, secret) = text.split_once(':')?;
        let decode = |part: &str| -> Option<String> {
            Some(percent_decode_str(&part.replace('+', " ")).decode_utf8().ok()?.into())
        };
        Some((decode(id)?, decode(secret)?))
    };
    let malformed = || Fault::new("invalid_client", "the Authorization header cannot be read");
    read().map(Some).ok_or_else(malformed)
}
