//! An OAuth provider where one client is known: the server that is tried. It asks nobody for a password.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::form::{self, Pairs, encoded};
use super::key_server::{Answer as Keys, key_set};
use super::site::{Asked, Reply, Site};
use super::tokens::{Signer, b64, sha256};

pub const ID: &str = "itential-mcp";
/// What must be coded before it stands in a header (RFC 6749 section 2.3.1).
pub const SECRET: &str = "s:e+cr%t/ \u{e9}";
pub const ISSUER: &str = "https://id.example.com";

/// How it is set up.
#[derive(Clone)]
pub struct Traits {
    /// Who logs in.
    pub subject: &'static str,
    /// Whether access tokens are signed.
    pub signed: bool,
    /// Whether there are refresh tokens, and a new one each time.
    pub refresh: bool,
    pub rotates: bool,
    pub expires_in: Option<u64>,
    /// What is granted, where that is not what was asked for.
    pub grants: Option<&'static str>,
    /// Whether it says what it has granted.
    pub says_scope: bool,
    /// What the user information holds.
    pub person: Value,
    /// What else stands in signed tokens; null takes out.
    pub claims: Value,
}

impl Default for Traits {
    fn default() -> Self {
        Self {
            subject: "ann",
            signed: false,
            refresh: true,
            rotates: true,
            expires_in: Some(600),
            grants: None,
            says_scope: true,
            person: json!({"name": "Ann"}),
            claims: json!({}),
        }
    }
}

#[derive(Default)]
struct State {
    traits: Traits,
    /// What it answers at a path in place of what it should.
    ill: HashMap<String, Arc<dyn Fn() -> Reply + Send + Sync>>,
    codes: HashMap<String, Grant>,
    /// Access tokens by grant, and refresh tokens, with whether they were used.
    access: HashMap<String, Grant>,
    refresh: HashMap<String, (Grant, bool)>,
    /// Grants that are over.
    over: Vec<u64>,
    count: u64,
}

/// What somebody has agreed to.
#[derive(Clone)]
struct Grant {
    number: u64,
    subject: String,
    challenge: String,
    redirect: String,
    scope: String,
    used: bool,
}

pub struct Provider {
    pub site: Site,
    state: Arc<Mutex<State>>,
    pub signer: Arc<Signer>,
}

impl Provider {
    pub fn start() -> Self {
        Self::with(|_| {})
    }

    pub fn with(set: impl FnOnce(&mut Traits)) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let signer = Arc::new(Signer::new("RS256").named("upstream"));
        let (kept, signs) = (Arc::clone(&state), Arc::clone(&signer));
        let site = Site::start(None, move |asked| {
            let ill = kept.lock().expect("no panic").ill.get(&asked.path).cloned();
            match ill {
                Some(answer) => answer(),
                None => kept.lock().expect("no panic").answer(asked, &signs),
            }
        });
        let provider = Self { site, state, signer };
        provider.set(set);
        provider
    }

    pub fn set(&self, set: impl FnOnce(&mut Traits)) {
        set(&mut self.state.lock().expect("no panic").traits);
    }

    /// Answers so at this path.
    pub fn ail(&self, path: &str, answer: impl Fn() -> Reply + Send + Sync + 'static) {
        self.state.lock().expect("no panic").ill.insert(path.to_owned(), Arc::new(answer));
    }

    pub fn heal(&self) {
        self.state.lock().expect("no panic").ill.clear();
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.site.port)
    }

    /// Somebody logs in where `url` leads: where the browser is sent back to.
    pub fn log_in(&self, url: &str) -> String {
        assert!(url.starts_with(&self.url("/authorize?")), "{url}");
        let asked = form::query(url);
        let said = |name: &str| form::get(&asked, name).unwrap_or_else(|| panic!("{name}: {url}"));
        assert_eq!((said("response_type"), said("client_id")), ("code", ID));
        assert_eq!((said("code_challenge_method"), said("code_challenge").len()), ("S256", 43));
        let mut state = self.state.lock().expect("no panic");
        let code = state.name("code");
        let scope = form::get(&asked, "scope").unwrap_or_default();
        let grant = Grant {
            number: state.count,
            subject: state.traits.subject.to_owned(),
            challenge: said("code_challenge").to_owned(),
            redirect: said("redirect_uri").to_owned(),
            scope: state.traits.grants.unwrap_or(scope).to_owned(),
            used: false,
        };
        state.codes.insert(code.clone(), grant);
        format!("{}?code={code}&state={}", said("redirect_uri"), encoded(said("state")))
    }

    /// The same, by somebody who does not want to, or may not.
    pub fn refuse(&self, url: &str, error: &str) -> String {
        let asked = form::query(url);
        let said = |name: &str| form::get(&asked, name).unwrap_or_else(|| panic!("{name}: {url}"));
        format!("{}?error={error}&state={}", said("redirect_uri"), encoded(said("state")))
    }

    /// The forms that it was sent to this path.
    pub fn forms(&self, path: &str) -> Vec<Pairs> {
        self.site.asked(path).iter().map(Asked::form).collect()
    }
}

impl State {
    /// A name that nobody else has.
    fn name(&mut self, kind: &str) -> String {
        self.count += 1;
        format!("upstream-{kind}-{}", self.count)
    }

    fn answer(&mut self, asked: &Asked, signer: &Signer) -> Reply {
        match asked.path.as_str() {
            "/jwks" => match key_set(&[signer]) {
                Keys::Body(keys) => Reply::Json(200, serde_json::from_str(&keys).expect("JSON")),
                _ => panic!("a body"),
            },
            "/userinfo" => self.userinfo(asked),
            "/token" | "/revoke" if !is_known(asked) => error(401, "invalid_client"),
            "/token" => self.token(&asked.form(), signer),
            "/revoke" => {
                let form = asked.form();
                let token = form::get(&form, "token").expect("a token");
                let grant = self.access.get(token).or(self.refresh.get(token).map(|(g, _)| g));
                self.over.extend(grant.map(|grant| grant.number));
                Reply::Json(200, json!({}))
            }
            _ => error(404, "not_found"),
        }
    }

    fn userinfo(&self, asked: &Asked) -> Reply {
        let token = asked.header("authorization").and_then(|it| it.strip_prefix("Bearer "));
        let grant = token.and_then(|token| self.access.get(token));
        match grant.filter(|grant| !self.over.contains(&grant.number)) {
            None => error(401, "invalid_token"),
            Some(grant) => {
                let mut person = self.traits.person.clone();
                person["sub"] = grant.subject.as_str().into();
                Reply::Json(200, person)
            }
        }
    }

    fn token(&mut self, form: &Pairs, signer: &Signer) -> Reply {
        let said = |name: &str| form::get(form, name).unwrap_or_default();
        match said("grant_type") {
            "authorization_code" => {
                let Some(grant) = self.codes.get_mut(said("code")) else {
                    return error(400, "invalid_grant");
                };
                let fits = b64(sha256(said("code_verifier").as_bytes())) == grant.challenge;
                if grant.used || !fits || said("redirect_uri") != grant.redirect {
                    let number = grant.number;
                    self.over.push(number);
                    return error(400, "invalid_grant");
                }
                grant.used = true;
                let grant = grant.clone();
                self.grant(&grant, signer, None)
            }
            "refresh_token" => {
                let token = said("refresh_token");
                let Some((grant, used)) = self.refresh.get_mut(token) else {
                    return error(400, "invalid_grant");
                };
                let grant = grant.clone();
                if std::mem::replace(used, self.traits.rotates) {
                    self.over.push(grant.number);
                }
                match self.over.contains(&grant.number) {
                    true => error(400, "invalid_grant"),
                    false => self.grant(&grant, signer, Some(token)),
                }
            }
            _ => error(400, "unsupported_grant_type"),
        }
    }

    fn grant(&mut self, grant: &Grant, signer: &Signer, refreshed: Option<&str>) -> Reply {
        let access = match self.traits.signed {
            false => self.name("access"),
            true => {
                let mut claims = json!({"iss": ISSUER, "sub": grant.subject, "client_id": ID,
                                        "scope": grant.scope, "jti": self.name("access")});
                for (name, value) in self.traits.claims.as_object().expect("an object") {
                    claims[name] = value.clone();
                }
                signer.token(claims)
            }
        };
        self.access.insert(access.clone(), grant.clone());
        let mut answer = json!({"access_token": access, "token_type": "bearer"});
        if let Some(seconds) = self.traits.expires_in {
            answer["expires_in"] = seconds.into();
        }
        if self.traits.says_scope {
            // A refresh token is said by being there, as at Entra ID.
            let said: Vec<&str> =
                grant.scope.split(' ').filter(|scope| *scope != "offline_access").collect();
            answer["scope"] = said.join(" ").into();
        }
        if self.traits.refresh && (self.traits.rotates || refreshed.is_none()) {
            let token = self.name("refresh");
            self.refresh.insert(token.clone(), (grant.clone(), false));
            answer["refresh_token"] = token.into();
        }
        Reply::Json(200, answer)
    }
}

/// Whether the one known client asks, by either of the two ways to show a secret.
fn is_known(asked: &Asked) -> bool {
    let form = asked.form();
    let shown = match asked.header("authorization").and_then(|it| it.strip_prefix("Basic ")) {
        Some(coded) => {
            let bytes = STANDARD.decode(coded).expect("base64");
            let pair = String::from_utf8(bytes).expect("text");
            let (id, secret) = pair.split_once(':').expect("a pair");
            let decoded = form::decoded(&format!("{id}={secret}"));
            decoded[0].clone()
        }
        None => {
            let said = |name: &str| form::get(&form, name).unwrap_or_default().to_owned();
            (said("client_id"), said("client_secret"))
        }
    };
    shown == (ID.to_owned(), SECRET.to_owned())
}

fn error(status: u16, code: &str) -> Reply {
    Reply::Json(status, json!({"error": code, "error_description": "told by the provider"}))
}
