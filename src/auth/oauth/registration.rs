//! How clients register (RFC 7591). What they say is sealed and given back to them as their id.

use serde_json::{Value, json};

use super::answer::{Fault, secret};
use super::client::hash;
use super::described::{METHODS, name, redirects};
use super::handles::{Handle as _, Registered};
use super::{OauthProxy, now, redirect};
use crate::http::{Request, Response};
use crate::{json, limits};

impl OauthProxy {
    pub(super) fn register(&self, request: &Request) -> Response {
        match self.registered(&request.body) {
            Ok(body) => secret(201, &body),
            Err(fault) => fault.response(),
        }
    }

    fn registered(&self, body: &[u8]) -> Result<Value, Fault> {
        let bad = |why: String| Fault::new("invalid_client_metadata", why);
        if body.len() > limits::OAUTH_FORM_BYTES {
            return Err(bad(format!("at most {} bytes", limits::OAUTH_FORM_BYTES)));
        }
        let Ok(Value::Object(said)) = json::parse(body) else {
            return Err(bad("the body must be one JSON object".into()));
        };
        let redirects = redirects(&said)?;
        let method = match said.get("token_endpoint_auth_method") {
            None | Some(Value::Null) => "client_secret_basic",
            Some(named) => METHODS.iter().find(|known| named == **known).ok_or_else(|| {
                bad(format!("token_endpoint_auth_method is one of {}", METHODS.join(", ")))
            })?,
        };
        for (name, needed) in [("grant_types", "authorization_code"), ("response_types", "code")] {
            let named = said.get(name).and_then(Value::as_array);
            if named.is_some_and(|all| !all.iter().any(|one| one == needed)) {
                return Err(bad(format!("{name} must have {needed}, or nothing can be done here")));
            }
        }
        let name = name(&said);
        let (known, at) = (self.seal.id()?, now());
        // What nobody else can say is proof enough of who it is.
        let own =
            (method != "none").then(|| self.seal.id().map(|more| known + &more)).transpose()?;
        let client = Registered {
            name: name.clone(),
            redirects: redirects.clone(),
            secret: own.as_deref().map(hash),
            at,
        };
        let id = client.seal(&self.seal)?;
        log::info!("the client {name:?} has registered for {}", redirect::shown(&redirects[0]));
        let mut answer = json!({
            "client_id": id,
            "client_id_issued_at": at,
            "client_name": name,
            "redirect_uris": redirects,
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": method,
            "scope": self.settings.scopes.join(" "),
        });
        if let Some(own) = own {
            answer["client_secret"] = own.into();
            answer["client_secret_expires_at"] = 0.into();
        }
        Ok(answer)
    }
}
