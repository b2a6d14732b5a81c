//! What the provider is asked: for tokens, whose they are, and to take them back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use ureq::Agent;

use super::answer::Fault;
use super::form::{coded, encoded};
use super::provider::{Provider, Secrecy};
use super::settings::Settings;
use crate::config::Secret;
use crate::outbound::{self, Reach};
use crate::places::resting;
use crate::{json, limits};

/// The provider.
pub struct Upstream {
    provider: &'static Provider,
    client_id: String,
    client_secret: Secret,
    redirect_uri: String,
    resource: String,
    token: Place,
    userinfo: Option<Place>,
    revocation: Option<Place>,
}

/// What comes of a request.
type Answer = ureq::http::Response<ureq::Body>;

/// One of its URLs.
struct Place {
    setting: &'static str,
    url: String,
    agent: Agent,
}

/// What it has granted.
#[derive(Clone, Debug)]
pub struct Granted {
    /// Its access token.
    pub access: String,
    /// Its refresh token.
    pub refresh: Option<String>,
    /// For how many seconds the access token is good.
    pub expires_in: Option<u64>,
    /// What was granted, where it says so.
    pub scopes: Option<Vec<String>>,
}

impl Upstream {
    /// As the settings have it.
    ///
    /// # Errors
    /// In words for the operator: what of a URL or of this machine cannot work.
    pub fn new(settings: &Settings) -> Result<Self, String> {
        let place = |setting: &'static str, url: &str| -> Result<Place, String> {
            let agent = outbound::agent_for(url, limits::OAUTH_TIME, Reach::Anywhere)
                .map_err(|problem| format!("{setting}: {problem}"))?;
            Ok(Place { setting, url: url.to_owned(), agent })
        };
        let maybe = |setting, url: &Option<String>| {
            url.as_deref().map(|url| place(setting, url)).transpose()
        };
        Ok(Self {
            provider: settings.provider,
            client_id: settings.client_id.clone(),
            client_secret: settings.client_secret.clone(),
            redirect_uri: settings.redirect_uri.clone(),
            resource: settings.resource.clone(),
            token: place("auth_oauth_token_url", &settings.token_url)?,
            userinfo: maybe("auth_oauth_userinfo_url", &settings.userinfo_url)?,
            revocation: maybe("auth_oauth_revocation_url", &settings.revocation_url)?,
        })
    }

    /// Tokens for a code.
    pub fn exchange(&self, code: &str, verifier: &str) -> Result<Granted, Fault> {
        self.granted(vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", verifier),
        ])
    }

    /// New tokens for a refresh token.
    pub fn refresh(&self, token: &str, scopes: &[String]) -> Result<Granted, Fault> {
        let scopes = self.provider.asked(scopes);
        let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
        if self.provider.scope_on_refresh {
            form.push(("scope", &scopes));
        }
        self.granted(form)
    }

    /// Takes a token back. Nothing can be done about it when that fails.
    pub fn revoke(&self, token: &str) {
        let Some(place) = &self.revocation else { return };
        if let Err(why) = self.post(place, &[("token", token)]) {
            log::warn!("the provider ({}) did not take a token back: {why}", place.setting);
        }
    }

    /// What the provider says about the holder of an access token.
    pub fn person(&self, token: &str) -> Result<Map<String, Value>, Fault> {
        let Some(place) = &self.userinfo else {
            log::error!(
                "the provider's access tokens are not signed: set auth_oauth_userinfo_url, where it \
                 tells whose they are"
            );
            return Err(Fault::new(
                "server_error",
                "whose the provider's token is cannot be told; the operator finds why in the log",
            ));
        };
        let asked = resting(|| {
            let request = place.agent.get(&place.url);
            request.header("Authorization", &format!("Bearer {token}")).call()
        });
        let answer = asked.map_err(|error| ill(place, &outbound::cause(&error)))?;
        let (status, body) = read(place, answer)?;
        match status {
            200 => Ok(body),
            401 | 403 => Err(Fault::new("invalid_grant", "the provider takes its token back")),
            status => Err(ill(place, &format!("HTTP {status}"))),
        }
    }

    fn granted<'a>(&'a self, mut form: Vec<(&str, &'a str)>) -> Result<Granted, Fault> {
        let place = &self.token;
        if self.provider.resource {
            form.push(("resource", &self.resource));
        }
        let answer = self.post(place, &form).map_err(|why| ill(place, &why))?;
        let (status, body) = read(place, answer)?;
        let text = |name: &str| {
            body.get(name)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        if let Some(code) = text("error") {
            let why = text("error_description").unwrap_or_default();
            return Err(self.refusal(&code, &why));
        }
        let Some(access) = text("access_token").filter(|_| status == 200) else {
            return Err(ill(place, &format!("HTTP {status} without access_token")));
        };
        let scopes = text("scope").map(|scopes| {
            scopes.split([' ', ',']).filter(|one| !one.is_empty()).map(str::to_owned).collect()
        });
        let expires_in = body.get("expires_in");
        let expires_in =
            expires_in.and_then(|it| it.as_u64().or_else(|| it.as_str()?.parse().ok()));
        Ok(Granted { access, refresh: text("refresh_token"), expires_in, scopes })
    }

    /// What a refusal of the provider means for a client.
    fn refusal(&self, code: &str, why: &str) -> Fault {
        match code {
            // GitHub has words of its own, with status 200.
            "invalid_grant" | "bad_verification_code" | "bad_refresh_token" => {
                Fault::new("invalid_grant", "the provider does not accept this login (any more)")
            }
            "temporarily_unavailable" | "slow_down" => {
                Fault::new("temporarily_unavailable", "the provider is busy; try again")
            }
            _ => {
                let place = self.token.setting;
                log::error!("the provider ({place}) refuses this server: {code}: {why}");
                Fault::new(
                    "server_error",
                    "the provider refuses this server; the operator finds why in the log",
                )
            }
        }
    }

    fn post(&self, place: &Place, form: &[(&str, &str)]) -> Result<Answer, String> {
        let (id, secret) = (self.client_id.as_str(), self.client_secret.expose());
        let mut form = form.to_vec();
        let mut request = place.agent.post(&place.url).header("Accept", "application/json");
        match self.provider.secrecy {
            Secrecy::Basic => {
                let pair = format!("{}:{}", coded(id), coded(secret));
                request =
                    request.header("Authorization", &format!("Basic {}", STANDARD.encode(pair)));
            }
            Secrecy::Post => form.extend([("client_id", id), ("client_secret", secret)]),
        }
        let body = encoded(&form);
        let request = request.content_type("application/x-www-form-urlencoded");
        resting(|| request.send(&body)).map_err(|error| outbound::cause(&error))
    }
}

/// Status and object of an answer.
fn read(place: &Place, answer: Answer) -> Result<(u16, Map<String, Value>), Fault> {
    let status = answer.status().as_u16();
    let body = resting(|| outbound::bounded(answer.into_body(), limits::OAUTH_ANSWER_BYTES));
    match json::parse(&body.map_err(|why| ill(place, &why))?) {
        Ok(Value::Object(object)) => Ok((status, object)),
        Ok(_) => Err(ill(place, &format!("HTTP {status} with JSON that is no object"))),
        Err(_) => Err(ill(place, &format!("HTTP {status} without JSON"))),
    }
}

/// A provider that does not do its part.
fn ill(place: &Place, why: &str) -> Fault {
    log::warn!("the provider ({}) does not answer as it should: {why}", place.setting);
    Fault::new("temporarily_unavailable", "the provider does not answer; try again")
}
