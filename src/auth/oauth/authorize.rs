//! Where a login begins (RFC 6749 section 4.1.1, RFC 7636, RFC 8707).

use super::answer::{Fault, to};
use super::client::Client;
use super::form::{Form, with_query};
use super::handles::{Handle as _, Login};
use super::{OauthProxy, now, page};
use crate::http::{Request, Response};
use crate::limits;

impl OauthProxy {
    pub(super) fn authorize(&self, request: &Request) -> Response {
        let known = Form::of(request)
            .map_err(|why| Fault::new("invalid_request", why))
            .and_then(|form| Ok((self.asking(&form)?, form)));
        // Without a place that is known to be the client's, only the person can be told.
        let ((client, registered, redirect), form) = match known {
            Ok(known) => known,
            Err(fault) => return self.lost(request, &fault),
        };
        let login = self.login(&form, &client, registered, redirect.clone());
        let begun = login.and_then(|login| match self.agreed(request, &login) {
            true => Ok(to(302, &self.at_provider(&login)?)),
            false => {
                let query = [("transaction", &*login.seal(&self.seal)?)];
                Ok(to(302, &with_query(&self.settings.url("/consent"), &query)))
            }
        });
        begun.unwrap_or_else(|fault| {
            let state = form.get("state").filter(|state| state.len() <= limits::OAUTH_STATE_BYTES);
            to(302, &self.refusal(&redirect, state, &fault))
        })
    }

    /// Who asks, and where it wants the browser sent: as registered, and as asked for.
    fn asking(&self, form: &Form) -> Result<(Client, String, String), Fault> {
        let missing = || Fault::new("invalid_request", "client_id is missing");
        let client = self.client(form.get("client_id").ok_or_else(missing)?)?;
        let (registered, asked) = client.registered(form.get("redirect_uri")).ok_or_else(|| {
            let why = "redirect_uri is not one of those that this client has registered";
            Fault::new("invalid_request", why)
        })?;
        if asked.len() > limits::OAUTH_REDIRECT_BYTES {
            return Err(Fault::new("invalid_request", "redirect_uri is too long"));
        }
        let (registered, asked) = (registered.to_owned(), asked.to_owned());
        Ok((client, registered, asked))
    }

    /// The login that is asked for.
    fn login(
        &self,
        form: &Form,
        client: &Client,
        registered: String,
        redirect: String,
    ) -> Result<Login, Fault> {
        let invalid = |why: &str| Fault::new("invalid_request", why);
        let state = form.get("state").map(str::to_owned);
        if state.as_ref().is_some_and(|state| state.len() > limits::OAUTH_STATE_BYTES) {
            return Err(invalid("state is too long"));
        }
        match form.get("response_type") {
            Some("code") => {}
            None => return Err(invalid("response_type is missing")),
            Some(_) => {
                let why = "response_type must be code";
                return Err(Fault::new("unsupported_response_type", why));
            }
        }
        // Without it PKCE is plain (RFC 7636 section 4.3), which protects nobody.
        if form.get("code_challenge_method") != Some("S256") {
            return Err(invalid("code_challenge_method must be S256"));
        }
        let challenge = form.get("code_challenge").filter(|it| is_verifier(it));
        let challenge =
            challenge.ok_or_else(|| invalid("code_challenge is missing or malformed"))?;
        if form.all("resource").any(|resource| !self.is_ours(resource)) {
            return Err(Fault::new(
                "invalid_target",
                format!("resource must be {}", self.settings.resource),
            ));
        }
        let mut scopes: Vec<String> =
            form.get("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        if let Some(other) = scopes.iter().find(|scope| !self.settings.offers(scope)) {
            let offered = self.settings.scopes.join(" ");
            let shown: String = other.chars().take(limits::SHOWN_NAME_CHARS).collect();
            return Err(Fault::new("invalid_scope", format!("{shown} is not one of {offered}")));
        }
        if scopes.is_empty() {
            scopes = self.settings.scopes.clone();
        }
        Ok(Login {
            client: client.hash.clone(),
            name: client.name.clone(),
            redirect,
            registered,
            state,
            challenge: challenge.to_owned(),
            scopes,
            verifier: self.seal.id()? + &self.seal.id()?,
            code: None,
            at: now(),
        })
    }

    /// Whether a resource is this server: its endpoint or its root, whatever the slash at the end.
    fn is_ours(&self, resource: &str) -> bool {
        let bare = resource.trim_end_matches('/');
        bare == self.settings.resource.trim_end_matches('/') || bare == self.settings.base
    }

    /// Where a client learns that something went wrong (RFC 6749 section 4.1.2.1, RFC 9207).
    pub(super) fn refusal(&self, redirect: &str, state: Option<&str>, fault: &Fault) -> String {
        let mut query = vec![("error", fault.code), ("error_description", fault.why.as_str())];
        query.extend(state.map(|state| ("state", state)));
        query.push(("iss", &self.settings.base));
        with_query(redirect, &query)
    }

    /// What is said where nobody is known to whom the browser could be sent.
    pub(super) fn lost(&self, request: &Request, fault: &Fault) -> Response {
        let accepts = request.header("accept").unwrap_or_default();
        match accepts.contains("text/html") {
            true => page::error(fault),
            // It is a client that looks; 401 would make it ask its user for a password.
            false => Fault { code: "invalid_request", ..fault.clone() }.response(),
        }
    }
}

/// Whether this is a verifier or a challenge (RFC 7636 section 4.1).
pub fn is_verifier(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&text.len()) && text.bytes().all(letter)
}
