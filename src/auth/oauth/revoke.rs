//! Where clients give tokens back (RFC 7009).

use super::OauthProxy;
use super::answer::Fault;
use super::form::Form;
use super::handles::{Access, Handle as _, Refresh};
use crate::http::{Request, Response};

impl OauthProxy {
    pub(super) fn revoke(&self, request: &Request) -> Response {
        match self.give_back(request) {
            // A token that is none is as good as revoked (section 2.2).
            Ok(()) => Response::empty(200).with_header("Cache-Control", "no-store"),
            Err(fault) => fault.response(),
        }
    }

    fn give_back(&self, request: &Request) -> Result<(), Fault> {
        let invalid = |why: &str| Fault::new("invalid_request", why);
        let form = Form::of(request).map_err(|why| invalid(&why))?;
        let client = self.proven(request, &form)?;
        let token = form.get("token").ok_or_else(|| invalid("token is missing"))?;
        let refresh = Refresh::open(&self.seal, token);
        let (owner, login) = match (&refresh, Access::open(&self.seal, token)) {
            (Some(refresh), _) => (refresh.client.clone(), refresh.login.clone()),
            (None, Some(access)) => (access.client, access.login),
            (None, None) => return Ok(()),
        };
        if owner != client.hash {
            return Err(Fault::new("invalid_grant", "the token belongs to another client"));
        }
        // One ends the other: whoever gives one back wants to be logged out.
        self.revoked.note(&login);
        log::info!("a login with {:?} was revoked", client.name);
        if let Some(token) = refresh.and_then(|refresh| refresh.refresh.or(refresh.access)) {
            self.upstream.revoke(&token);
        }
        Ok(())
    }
}
