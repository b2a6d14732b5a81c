//! The provider sends the browser back (RFC 6749 section 4.1.2).

use super::answer::{Fault, to};
use super::consent::over;
use super::form::Form;
use super::handles::{Handle as _, Login};
use super::{OauthProxy, page};
use crate::http::{Request, Response};
use crate::limits;

/// What a provider may say is wrong (RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6).
const ERRORS: [&str; 8] = [
    "access_denied",
    "consent_required",
    "interaction_required",
    "invalid_scope",
    "login_required",
    "server_error",
    "temporarily_unavailable",
    "unauthorized_client",
];

impl OauthProxy {
    pub(super) fn callback(&self, request: &Request) -> Response {
        let form = match Form::of(request) {
            Ok(form) => form,
            Err(why) => return self.lost(request, &Fault::new("invalid_request", why)),
        };
        let Some(login) = form.get("state").and_then(|state| self.opened(state)) else {
            return self.lost(request, &over());
        };
        let agreed = self.agreed(request, &login);
        if let Some(code) = form.get("error") {
            let why = form.get("error_description").unwrap_or("the provider gives no reason");
            let shown =
                |text: &str| -> String { text.chars().take(limits::SHOWN_NAME_CHARS).collect() };
            log::warn!("the provider refuses a login: {}: {}", shown(code), shown(why));
            let code = ERRORS.iter().find(|known| code == **known).unwrap_or(&"server_error");
            let fault = Fault::new(code, format!("the provider refuses the login: {code}"));
            // Whoever has agreed to nothing is sent nowhere.
            return match agreed {
                true => to(302, &self.refusal(&login.redirect, login.state.as_deref(), &fault)),
                false => self.lost(request, &fault),
            };
        }
        let Some(code) = form.get("code").filter(|code| code.len() <= limits::OAUTH_CODE_BYTES)
        else {
            let why = "the provider sent the browser back without a code; begin again";
            return self.lost(request, &Fault::new("invalid_request", why));
        };
        let next = match agreed {
            true => self.at_client(&login, code).map(|next| to(302, &next)),
            false => {
                let login = Login { code: Some(code.to_owned()), ..login };
                let sealed = login.seal(&self.seal).map_err(Fault::from);
                sealed.map(|sealed| page::consent(&self.settings, &login, Some(&sealed)))
            }
        };
        next.unwrap_or_else(|fault| self.lost(request, &fault))
    }
}
