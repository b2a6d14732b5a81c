//! Whose a token of the provider is.

use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::OauthProxy;
use super::answer::Fault;
use super::upstream::Granted;
use crate::auth::identity::{Identity, Proof};
use crate::auth::jwt;
use crate::auth::refusal::Refusal;
use crate::auth::verifier::{Verdict, Verifier as _};

impl OauthProxy {
    /// Who has logged in: by the access token where it is signed, else as the provider says when asked.
    pub(super) fn prove(&self, granted: &Granted, asked: &[String]) -> Result<Identity, Fault> {
        if let Some(jwt) = &self.jwt {
            match jwt.settle(&granted.access, SystemTime::now()) {
                Verdict::Proven(identity) => return Ok(Identity::clone(&identity)),
                Verdict::Foreign => {}
                Verdict::Refused(Refusal::Scopes(needed)) => return Err(lacking(&needed)),
                Verdict::Refused(Refusal::Invalid(why)) => {
                    log::error!("the provider's access token is not good here: {why}");
                    return Err(Fault::new(
                        "server_error",
                        format!("the provider's token is not good here: {why}; tell the operator"),
                    ));
                }
                Verdict::Refused(_) | Verdict::Waits => {
                    return Err(Fault::new(
                        "temporarily_unavailable",
                        "the provider's keys cannot be had at the moment; try again",
                    ));
                }
            }
        }
        let said = self.upstream.person(&granted.access)?;
        // RFC 6749 section 5.1: what is not said is as asked.
        let scopes = granted.scopes.clone().unwrap_or_else(|| asked.to_vec());
        let needed = &self.settings.required_scopes;
        if needed.iter().any(|needed| !scopes.contains(needed)) {
            return Err(lacking(needed));
        }
        let field = self.settings.provider.subject;
        let subject = match said.get(field) {
            Some(Value::String(text)) if !text.is_empty() => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => {
                log::error!("the answer of auth_oauth_userinfo_url has no {field}");
                return Err(Fault::new(
                    "server_error",
                    "the provider does not say who has logged in; tell the operator",
                ));
            }
        };
        let claims: Map<String, Value> = [
            ("sub".to_owned(), json!(subject)),
            ("client_id".to_owned(), json!(self.settings.client_id)),
        ]
        .into_iter()
        .collect();
        let name = jwt::name(&claims, Some(&self.settings.issuer));
        let name = name.map_err(|_| Fault::new("server_error", "the name of the person is odd"))?;
        let proof = Proof::Jwt;
        Ok(Identity { proof, name, subject, role: None, scopes, expires: None })
    }
}

fn lacking(needed: &[String]) -> Fault {
    let why = format!("this login may not be used here; needed: {}", needed.join(" "));
    Fault::new("invalid_scope", why)
}
