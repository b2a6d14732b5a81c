//! Where clients get tokens (RFC 6749 sections 4.1.3 and 6, RFC 9700 section 4.14).

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::answer::{Fault, secret};
use super::authorize::is_verifier;
use super::client::{Client, hash};
use super::form::Form;
use super::handles::{Access, Code, Handle as _, Refresh};
use super::once::Used;
use super::upstream::Granted;
use super::{OauthProxy, is_over, now};
use crate::auth::identity::Identity;
use crate::http::{Request, Response};
use crate::limits;

impl OauthProxy {
    pub(super) fn token(&self, request: &Request) -> Response {
        let answer =
            Form::of(request).map_err(|why| Fault::new("invalid_request", why)).and_then(|form| {
                let client = self.proven(request, &form)?;
                match form.get("grant_type") {
                    Some("authorization_code") => self.by_code(&client, &form),
                    Some("refresh_token") => self.by_refresh(&client, &form),
                    None => Err(Fault::new("invalid_request", "grant_type is missing")),
                    Some(_) => Err(Fault::new(
                        "unsupported_grant_type",
                        "grant_type must be authorization_code or refresh_token",
                    )),
                }
            });
        answer.unwrap_or_else(|fault| fault.response())
    }

    fn by_code(&self, client: &Client, form: &Form) -> Result<Response, Fault> {
        let invalid = |why: &str| Fault::new("invalid_grant", why);
        let missing = |name: &str| Fault::new("invalid_request", format!("{name} is missing"));
        let text = form.get("code").ok_or_else(|| missing("code"))?;
        let code = Code::open(&self.seal, text);
        let code = code.filter(|code| !is_over(code.at, limits::OAUTH_CODE));
        let code =
            code.ok_or_else(|| invalid("the code is not one of ours or is over; log in again"))?;
        if code.client != client.hash {
            return Err(invalid("the code was made for another client"));
        }
        if form.get("redirect_uri") != Some(&code.redirect) {
            return Err(invalid("redirect_uri is not that of the login"));
        }
        let verifier = form.get("code_verifier").ok_or_else(|| missing("code_verifier"))?;
        if !is_verifier(verifier) || hash(verifier) != code.challenge {
            return Err(invalid("code_verifier does not fit the challenge of the login"));
        }
        let used = self.codes.take(&hash(text), Duration::ZERO, || {
            self.exchanged(client, &code).unwrap_or_else(|fault| fault.response())
        });
        match used {
            Used::Answer(answer) => Ok(answer),
            Used::Before | Used::GoesOn => Err(invalid("the code was used before; log in again")),
        }
    }

    fn exchanged(&self, client: &Client, code: &Code) -> Result<Response, Fault> {
        let granted = self.upstream.exchange(&code.code, &code.verifier)?;
        let identity = self.prove(&granted, &code.scopes)?;
        log::info!("{} has logged in with {:?}", identity.id(), client.name);
        let login = self.seal.id()?;
        self.issue(client, &identity, &granted, &code.scopes, &code.scopes, login)
    }

    fn by_refresh(&self, client: &Client, form: &Form) -> Result<Response, Fault> {
        let invalid = |why: &str| Fault::new("invalid_grant", why);
        let missing = || Fault::new("invalid_request", "refresh_token is missing");
        let text = form.get("refresh_token").ok_or_else(missing)?;
        let refresh = Refresh::open(&self.seal, text);
        let refresh = refresh.filter(|refresh| !is_over(refresh.at, limits::OAUTH_REFRESH));
        let refresh = refresh.ok_or_else(|| {
            invalid("the refresh token is not one of ours or is over; log in again")
        })?;
        if refresh.client != client.hash {
            return Err(invalid("the refresh token belongs to another client"));
        }
        if self.revoked.has(&refresh.login) {
            return Err(invalid("this login was revoked; log in again"));
        }
        let asked: Vec<String> = match form.get("scope") {
            None => refresh.scopes.clone(),
            Some(scopes) => scopes.split_whitespace().map(str::to_owned).collect(),
        };
        if asked.iter().any(|scope| !refresh.scopes.contains(scope)) {
            let granted = refresh.scopes.join(" ");
            let why = format!("no more than what was granted can be had: {granted}");
            return Err(Fault::new("invalid_scope", why));
        }
        let used = self.refreshes.take(&hash(text), limits::OAUTH_GRACE, || {
            self.refreshed(client, &refresh, &asked).unwrap_or_else(|fault| fault.response())
        });
        match used {
            Used::Answer(answer) => Ok(answer),
            // The provider is slow; that is no sign of a thief.
            Used::GoesOn => Err(Fault::new(
                "temporarily_unavailable",
                "the provider has not answered yet; try again",
            )),
            Used::Before => {
                // Two have the same token, and one of them has stolen it (RFC 9700 section 4.14.2).
                log::warn!("a refresh token of {:?} was used again; its login ends", client.name);
                self.revoked.note(&refresh.login);
                Err(invalid("the refresh token was used before; log in again"))
            }
        }
    }

    fn refreshed(
        &self,
        client: &Client,
        refresh: &Refresh,
        asked: &[String],
    ) -> Result<Response, Fault> {
        let granted = match (&refresh.refresh, &refresh.access) {
            (Some(token), _) => {
                let granted = self.upstream.refresh(token, &refresh.scopes)?;
                // Whoever rotates them gives a new one.
                Granted { refresh: granted.refresh.or(Some(token.clone())), ..granted }
            }
            (None, Some(token)) => Granted {
                access: token.clone(),
                refresh: None,
                expires_in: None,
                scopes: Some(refresh.scopes.clone()),
            },
            (None, None) => return Err(Fault::new("invalid_grant", "log in again")),
        };
        let identity = self.prove(&granted, &refresh.scopes)?;
        if identity.subject != refresh.subject {
            return Err(Fault::new("invalid_grant", "the login is another person's; log in again"));
        }
        self.issue(client, &identity, &granted, &refresh.scopes, asked, refresh.login.clone())
    }

    /// Tokens of ours for those of the provider: for `asked`, which is all or some of what was
    /// `allowed`.
    fn issue(
        &self,
        client: &Client,
        identity: &Identity,
        granted: &Granted,
        allowed: &[String],
        asked: &[String],
        login: String,
    ) -> Result<Response, Fault> {
        let now = now();
        let longest = limits::OAUTH_ACCESS.as_secs();
        // What could have been asked for and was not is forgone: some providers grant all the same.
        let offered =
            |scope: &String| allowed.contains(scope) || self.settings.scopes.contains(scope);
        let only = |granted: &[String], wanted: &[String]| -> Vec<String> {
            let stays = |scope: &&String| wanted.contains(scope) || !offered(scope);
            granted.iter().filter(stays).cloned().collect()
        };
        let scopes = only(&identity.scopes, asked);
        // A token without an end is looked up again from time to time, in place of being refreshed.
        let lasts = granted.expires_in.or_else(|| {
            let end = identity.expires?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
            Some(end.as_secs().saturating_sub(now))
        });
        let lasting = lasts.is_none().then(|| granted.access.clone());
        let again = granted.refresh.is_some() || lasting.is_some();
        let expires_in = match lasts {
            Some(seconds) if again => seconds.min(longest),
            Some(seconds) => seconds.min(limits::OAUTH_REFRESH.as_secs()),
            None => longest,
        };
        let access = Access {
            client: client.hash.clone(),
            name: identity.name.clone(),
            subject: identity.subject.clone(),
            scopes: scopes.clone(),
            resource: self.settings.resource.clone(),
            login: login.clone(),
            // Clients count from when they have it, and seconds here are whole ones.
            expires: now + expires_in + 1,
        };
        let mut answer = json!({
            "access_token": access.seal(&self.seal)?,
            "token_type": "Bearer",
            "expires_in": expires_in,
            "scope": scopes.join(" "),
        });
        if again {
            let refresh = Refresh {
                client: client.hash.clone(),
                subject: identity.subject.clone(),
                scopes: only(granted.scopes.as_deref().unwrap_or(allowed), allowed),
                refresh: granted.refresh.clone(),
                access: lasting.filter(|_| granted.refresh.is_none()),
                login,
                at: now,
            };
            answer["refresh_token"] = Value::from(refresh.seal(&self.seal)?);
        }
        Ok(secret(200, &answer))
    }
}
