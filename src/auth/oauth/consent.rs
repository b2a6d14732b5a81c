//! A person agrees that a client may act for them.
//!
//! The provider knows one client, this server, and may not ask twice; so this server asks for each
//! client and place that browsers are sent to, or anybody could have tokens sent to himself
//! (MCP, "Confused Deputy"). What a person has agreed to is remembered in a cookie. Where a browser
//! loses it, which those within applications do, it is asked again when the provider sends the browser
//! back; nothing else depends on the cookie.

use super::answer::{Fault, to};
use super::client::hash;
use super::form::{Form, encoded, with_query};
use super::handles::{Agreed, Code, Handle as _, Login};
use super::{OauthProxy, is_over, now, page};
use crate::http::{Request, Response};
use crate::limits;

impl OauthProxy {
    pub(super) fn consent(&self, request: &Request) -> Response {
        let invalid = |why: String| Fault::new("invalid_request", why);
        let form = match Form::of(request).map_err(invalid) {
            Ok(form) => form,
            Err(fault) => return self.lost(request, &fault),
        };
        let Some(login) = form.get("transaction").and_then(|text| self.opened(text)) else {
            return self.lost(request, &over());
        };
        if request.method != "POST" {
            return page::consent(&self.settings, &login, form.get("transaction"));
        }
        if !self.is_own_page(request) {
            log::warn!("another site tried to agree in a person's name; the browser was stopped");
            return page::foreign();
        }
        if form.get("decision") != Some("allow") {
            let fault = Fault::new("access_denied", "the user did not agree");
            return to(303, &self.refusal(&login.redirect, login.state.as_deref(), &fault));
        }
        let next = match &login.code {
            None => self.at_provider(&login),
            Some(code) => self.at_client(&login, code),
        };
        let agreed = next.and_then(|next| Ok((next, self.agreeing(request, &login)?)));
        match agreed {
            Ok((next, cookie)) => to(303, &next).with_header("Set-Cookie", cookie),
            Err(fault) => self.lost(request, &fault),
        }
    }

    /// The login that a browser brings back, if it is one of ours and not over.
    pub(super) fn opened(&self, text: &str) -> Option<Login> {
        let login = Login::open(&self.seal, text)?;
        (!is_over(login.at, limits::OAUTH_LOGIN)).then_some(login)
    }

    /// Whether the form comes from our own page (RFC 6749 section 10.12). Browsers name the page in
    /// `Origin`, and older ones in nothing at all.
    fn is_own_page(&self, request: &Request) -> bool {
        match request.header("origin") {
            Some(origin) => origin.eq_ignore_ascii_case(&self.settings.base),
            None => request.header("sec-fetch-site") == Some("same-origin"),
        }
    }

    /// Where the provider lets people log in, and comes back from with this login.
    pub(super) fn at_provider(&self, login: &Login) -> Result<String, Fault> {
        let settings = &self.settings;
        let (scopes, state) = (settings.provider.asked(&login.scopes), login.seal(&self.seal)?);
        let challenge = hash(&login.verifier);
        let mut query = vec![
            ("response_type", "code"),
            ("client_id", settings.client_id.as_str()),
            ("redirect_uri", settings.redirect_uri.as_str()),
            ("state", state.as_str()),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        if !scopes.is_empty() {
            query.push(("scope", &scopes));
        }
        if settings.provider.resource {
            query.push(("resource", &settings.resource));
        }
        let audience = settings.audience.as_ref().filter(|_| settings.provider.audience);
        query.extend(audience.map(|audience| ("audience", audience.as_str())));
        query.extend(settings.provider.extras);
        Ok(with_query(&settings.authorization_url, &query))
    }

    /// Where the client waits, with a code that stands for the provider's.
    pub(super) fn at_client(&self, login: &Login, code: &str) -> Result<String, Fault> {
        let code = Code {
            client: login.client.clone(),
            redirect: login.redirect.clone(),
            challenge: login.challenge.clone(),
            scopes: login.scopes.clone(),
            verifier: login.verifier.clone(),
            code: code.to_owned(),
            at: now(),
        };
        let code = code.seal(&self.seal)?;
        let mut query = vec![("code", code.as_str())];
        query.extend(login.state.as_deref().map(|state| ("state", state)));
        query.push(("iss", &self.settings.base));
        Ok(with_query(&login.redirect, &query))
    }

    /// Whether this browser's user has agreed to this client at this place.
    pub(super) fn agreed(&self, request: &Request, login: &Login) -> bool {
        self.agreements(request).contains(&pair(login))
    }

    /// The cookie that says so from now on.
    fn agreeing(&self, request: &Request, login: &Login) -> Result<String, Fault> {
        let mut pairs = self.agreements(request);
        let new = pair(login);
        pairs.retain(|known| *known != new);
        pairs.push(new);
        let old = pairs.len().saturating_sub(limits::OAUTH_AGREED);
        let pairs = pairs.split_off(old);
        let value = Agreed { pairs, at: now() }.seal(&self.seal)?;
        let age = limits::OAUTH_AGREED_TIME.as_secs();
        let secure = if self.settings.is_secure() { "; Secure" } else { "" };
        Ok(format!(
            "{}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}",
            self.cookie()
        ))
    }

    fn agreements(&self, request: &Request) -> Vec<String> {
        let cookies = request.headers.iter().filter(|(name, _)| name == "cookie");
        let mut values = cookies.flat_map(|(_, value)| value.split(';')).filter_map(|cookie| {
            let (name, value) = cookie.trim().split_once('=')?;
            (name == self.cookie()).then_some(value)
        });
        let agreed = values.find_map(|value| Agreed::open(&self.seal, value));
        agreed
            .filter(|agreed| !is_over(agreed.at, limits::OAUTH_AGREED_TIME))
            .map(|agreed| agreed.pairs)
            .unwrap_or_default()
    }

    /// No other host and nobody on the way can set one of the first kind (RFC 6265bis section 4.1.3).
    fn cookie(&self) -> &'static str {
        match self.settings.is_secure() {
            true => "__Host-itential-mcp-agreed",
            false => "itential-mcp-agreed",
        }
    }
}

/// Client and place, by their hash.
fn pair(login: &Login) -> String {
    hash(&encoded(&[("client", &login.client), ("redirect", &login.registered)]))
}

/// A login that nobody can go on with.
pub fn over() -> Fault {
    Fault::new(
        "invalid_request",
        "this login is over or was not begun here; begin again in the application that you came from",
    )
}
