//! What clients and browsers do at the OAuth proxy. The server is asked on its own port; the address that
//! it goes by, [`BASE`], is another.

use serde_json::{Value, json};

use super::form::{self, Pairs, changed, form};
use super::http_server::{HttpServer, call, initialize};
use super::provider::{ID, Provider, SECRET};
use super::raw_http::Answer;
use super::tokens::{b64, sha256};

pub const BASE: &str = "https://mcp.example.com";
pub const CALLBACK: &str = "https://mcp.example.com/auth/callback";
pub const REDIRECT: &str = "http://127.0.0.1:33418/done";
pub const KEY: &str = "a91f0c3de8274b56a91f0c3de8274b56";
pub const VERIFIER: &str = "the-verifier-of-a-client-that-is-long-enough-for-it";

/// A server in front of this provider, whose tokens it looks up.
pub fn serve(provider: &Provider, more: &[&str]) -> HttpServer {
    let userinfo = provider.url("/userinfo");
    start(provider, KEY, &[&["--auth-oauth-userinfo-url", &userinfo], more].concat())
}

/// The same, which checks the signatures of the provider's tokens.
pub fn serve_signed(provider: &Provider, more: &[&str]) -> HttpServer {
    let keys = provider.url("/jwks");
    let auth = ["--auth-jwks-uri", &keys];
    start(provider, KEY, &[&auth[..], more].concat())
}

/// The same, with this key and what tells whose tokens are.
pub fn start(provider: &Provider, key: &str, more: &[&str]) -> HttpServer {
    start_in(&[("ITENTIAL_MCP_SERVER_STATE_KEY", key)], provider, more)
}

/// The same in this environment.
pub fn start_in(env: &[(&str, &str)], provider: &Provider, more: &[&str]) -> HttpServer {
    let secret = ("ITENTIAL_MCP_SERVER_AUTH_OAUTH_CLIENT_SECRET", SECRET);
    let env = env.iter().chain([&secret]);
    let env: Vec<_> = env.map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let (authorize, token) = (provider.url("/authorize"), provider.url("/token"));
    let mut arguments = vec!["--transport", "http", "--sandbox", "--auth-type", "oauth_proxy"];
    arguments.extend(["--auth-oauth-client-id", ID, "--auth-oauth-redirect-uri", CALLBACK]);
    arguments.extend(["--auth-oauth-authorization-url", &authorize]);
    arguments.extend(["--auth-oauth-token-url", &token, "--auth-oauth-scopes", "mcp mcp:write"]);
    arguments.extend(more);
    HttpServer::start(&env, &arguments)
}

/// What the browser is sent to: of this server, where it leads here.
pub fn location(answer: &Answer) -> String {
    assert!(matches!(answer.status, 302 | 303), "{}: {}", answer.status, answer.text());
    let place = answer.header("location").expect("a place");
    place.strip_prefix(BASE).unwrap_or(place).to_owned()
}

/// The value of a parameter of a URL.
pub fn said(url: &str, name: &str) -> Option<String> {
    form::get(&form::query(url), name).map(str::to_owned)
}

/// A browser, which keeps our cookie unless it is told not to.
#[derive(Default)]
pub struct Browser {
    pub cookie: Option<String>,
    pub forgets: bool,
}

impl Browser {
    pub fn get(&mut self, server: &HttpServer, path: &str) -> Answer {
        self.ask(server, "GET", path, &[], None)
    }

    /// Sends the form of our own page.
    pub fn decide(&mut self, server: &HttpServer, page: &str, decision: &str) -> Answer {
        let transaction = hidden(page);
        let body = form(&[("transaction", &transaction), ("decision", decision)]);
        self.post(server, &[("Origin", BASE)], &body)
    }

    pub fn post(&mut self, server: &HttpServer, headers: &[(&str, &str)], body: &str) -> Answer {
        self.ask(server, "POST", "/consent", headers, Some(body))
    }

    fn ask(
        &mut self,
        server: &HttpServer,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Answer {
        let path = path.strip_prefix(BASE).unwrap_or(path);
        let mut all = vec![("Accept", "text/html,application/xhtml+xml;q=0.9")];
        all.extend(headers);
        all.extend(body.map(|_| ("Content-Type", "application/x-www-form-urlencoded")));
        let kept = self.cookie.clone();
        all.extend(kept.as_deref().map(|cookie| ("Cookie", cookie)));
        let answer = server.request(method, path, &all, body);
        if let Some(set) = answer.header("set-cookie").filter(|_| !self.forgets) {
            self.cookie = set.split(';').next().map(str::to_owned);
        }
        answer
    }
}

/// The transaction of a consent page.
pub fn hidden(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"transaction\" value=\"").expect("a form");
    rest.split('"').next().expect("a value").to_owned()
}

/// A client.
#[derive(Clone)]
pub struct App {
    pub id: String,
    pub secret: Option<String>,
    pub redirect: String,
}

impl App {
    /// One that has registered and keeps no secret.
    pub fn new(server: &HttpServer) -> Self {
        Self::with(server, json!({"token_endpoint_auth_method": "none"}))
    }

    /// The same, saying this besides or instead.
    pub fn with(server: &HttpServer, more: Value) -> Self {
        let mut said = json!({"client_name": "Desk", "redirect_uris": [REDIRECT]});
        for (name, value) in more.as_object().expect("an object") {
            said[name] = value.clone();
        }
        let answer = register(server, &said.to_string());
        assert_eq!(answer.status, 201, "{}", answer.text());
        let client = answer.json();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Self {
            id: text(&client["client_id"]).expect("an id"),
            secret: text(&client["client_secret"]),
            redirect: text(&client["redirect_uris"][0]).expect("a redirect"),
        }
    }

    /// Where a login begins; what follows is said besides or instead, `""` is left out.
    pub fn authorize(&self, more: &[(&str, &str)]) -> String {
        let challenge = b64(sha256(VERIFIER.as_bytes()));
        let base = vec![
            ("response_type", "code"),
            ("client_id", self.id.as_str()),
            ("redirect_uri", self.redirect.as_str()),
            ("state", "the client's & state"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
            ("scope", "mcp"),
            ("resource", "https://mcp.example.com/mcp"),
        ];
        format!("/authorize?{}", form(&changed(base, more)))
    }

    /// A person agrees: where the provider would ask for a password.
    pub fn begin(
        &self,
        server: &HttpServer,
        browser: &mut Browser,
        more: &[(&str, &str)],
    ) -> String {
        let mut next = location(&browser.get(server, &self.authorize(more)));
        if next.starts_with("/consent") {
            let page = browser.get(server, &next);
            assert_eq!(page.status, 200, "{}", page.text());
            next = location(&browser.decide(server, &page.text(), "allow"));
        }
        next
    }

    /// A person agrees and logs in: where the browser ends, at the client.
    pub fn log_in(
        &self,
        server: &HttpServer,
        provider: &Provider,
        more: &[(&str, &str)],
    ) -> String {
        let mut browser = Browser::default();
        let there = self.begin(server, &mut browser, more);
        location(&browser.get(server, &provider.log_in(&there)))
    }

    pub fn code(&self, server: &HttpServer, provider: &Provider) -> String {
        let back = self.log_in(server, provider, &[]);
        said(&back, "code").unwrap_or_else(|| panic!("no code: {back}"))
    }

    /// Asks for tokens; what follows is said besides or instead, `""` is left out.
    pub fn ask(&self, server: &HttpServer, base: &[(&str, &str)], more: &[(&str, &str)]) -> Answer {
        self.send(server, "/token", base, more)
    }

    /// Changes a code for tokens.
    pub fn change(&self, server: &HttpServer, code: &str, more: &[(&str, &str)]) -> Answer {
        let base = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect),
            ("code_verifier", VERIFIER),
        ];
        self.ask(server, &base, more)
    }

    pub fn refresh(&self, server: &HttpServer, token: &str, more: &[(&str, &str)]) -> Answer {
        self.ask(server, &[("grant_type", "refresh_token"), ("refresh_token", token)], more)
    }

    pub fn revoke(&self, server: &HttpServer, token: &str) -> Answer {
        self.send(server, "/revoke", &[("token", token)], &[])
    }

    fn send(
        &self,
        server: &HttpServer,
        path: &str,
        base: &[(&str, &str)],
        more: &[(&str, &str)],
    ) -> Answer {
        let mut base = base.to_vec();
        base.push(("client_id", &self.id));
        base.extend(self.secret.as_deref().map(|secret| ("client_secret", secret)));
        post_form(server, path, &[], &form(&changed(base, more)))
    }

    /// Tokens of a new login.
    pub fn tokens(&self, server: &HttpServer, provider: &Provider) -> Tokens {
        Tokens::of(&self.change(server, &self.code(server, provider), &[]))
    }
}

/// What a client gets.
#[derive(Clone, Debug, PartialEq)]
pub struct Tokens {
    pub access: String,
    pub refresh: Option<String>,
    pub said: Value,
}

impl Tokens {
    pub fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let said = answer.json();
        assert_eq!(said["token_type"], "Bearer");
        let text = |name: &str| said[name].as_str().map(str::to_owned);
        Self {
            access: text("access_token").expect("a token"),
            refresh: text("refresh_token"),
            said,
        }
    }

    /// What they are for.
    pub fn scope(&self) -> &str {
        self.said["scope"].as_str().expect("scopes")
    }

    pub fn refresh(&self) -> &str {
        self.refresh.as_deref().expect("a refresh token")
    }
}

pub fn register(server: &HttpServer, body: &str) -> Answer {
    server.request("POST", "/register", &[], Some(body))
}

pub fn post_form(server: &HttpServer, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let kind = ("Content-Type", "application/x-www-form-urlencoded");
    server.request("POST", path, &[&[kind][..], headers].concat(), Some(body))
}

/// Shows a token where tools are called.
pub fn show(server: &HttpServer, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    server.post(&[("Authorization", &bearer)], &initialize("2025-11-25"))
}

/// What the audit calls the holder of a token.
pub fn caller(server: &HttpServer, audit: &str, token: &str) -> String {
    let hello = show(server, token);
    assert_eq!(hello.status, 200, "{}", hello.text());
    let session = hello.header("mcp-session-id").expect("a session").to_owned();
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str()), ("Mcp-Session-Id", &session)];
    let called = server.post(&headers, &call(1, "get_health", json!({})));
    assert_eq!(called.status, 200, "{}", called.text());
    let lines = std::fs::read_to_string(audit).expect("the audit file");
    let line: Value = serde_json::from_str(lines.lines().last().expect("a line")).expect("JSON");
    line["caller"].as_str().expect("a caller").to_owned()
}

/// Nobody is sent anywhere.
pub fn is_lost(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 400, "{what}: {}", answer.text());
    assert!(answer.header("location").is_none(), "{what}");
    assert!(answer.header("set-cookie").is_none(), "{what}");
}

/// It is refused so, with words for whoever reads them.
pub fn is_error(answer: &Answer, status: u16, code: &str) -> String {
    let text = answer.text();
    assert_eq!(answer.status, status, "{text}");
    let said = answer.json();
    assert_eq!(said["error"], code, "{text}");
    said["error_description"].as_str().filter(|it| !it.is_empty()).expect("a reason").to_owned()
}

/// The browser is sent to the client with this error: its query.
pub fn is_sent_back(answer: &Answer, redirect: &str, code: &str) -> Pairs {
    let place = location(answer);
    assert!(place.starts_with(redirect), "{place}");
    let query = form::query(&place);
    assert_eq!(form::get(&query, "error"), Some(code), "{place}");
    assert!(form::get(&query, "error_description").is_some_and(|why| !why.is_empty()), "{place}");
    assert_eq!(form::get(&query, "iss"), Some(BASE), "{place}");
    assert!(form::get(&query, "code").is_none(), "{place}");
    query
}
