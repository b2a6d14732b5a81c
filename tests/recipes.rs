//! Every recipe of docs/authentication.md, as it stands there but for addresses. The one with nginx is
//! in tests/nginx.rs.

mod support;

use serde_json::{Value, json};
use support::document::{block, blocks};
use support::http_server::{HttpServer, initialize};
use support::key_server::{Answer as Keys, KeyServer};
use support::oauth::{App, BASE, caller, show};
use support::provider::{ID, ISSUER, Provider, SECRET};
use support::raw_http::Answer;
use support::scratch::Scratch;
use support::tokens::{Signer, now};
use support::{eventually, run};

const DOCUMENT: &str = "authentication.md";

/// What each recipe is known by.
const TOKENS: &str = "auth_tokens_file";
const KEYCLOAK: &str = "/realms/network/protocol/openid-connect/certs";
const ENTRA: &str = "https://login.microsoftonline.com/TENANT/discovery/v2.0/keys";
const AUTH0: &str = "https://TENANT.auth0.com/.well-known/jwks.json";
const PROXY: &str = "auth_oauth_client_id";

/// A server with the recipe that holds `part`, in which the first of each pair is replaced.
struct Kitchen {
    server: HttpServer,
    audit: String,
    _scratch: Scratch,
}

impl Kitchen {
    fn new(part: &str, replaced: &[(&str, &str)]) -> Self {
        let scratch = Scratch::new();
        let mut recipe = block(DOCUMENT, "ini", part);
        // Those that follow the first one of signed tokens say what differs.
        if !recipe.contains("[server]") {
            recipe = format!("[server]\ntransport = http\nauth_type = jwt\n{recipe}");
        }
        for (from, to) in replaced {
            assert!(recipe.contains(from), "{recipe} holds no {from}");
            recipe = recipe.replace(from, to);
        }
        let file = scratch.write("mcp.conf", recipe);
        let audit = scratch.path().join("audit").to_str().expect("text").to_owned();
        let arguments = ["--config", &file, "--sandbox", "--audit-file", &audit];
        Self { server: HttpServer::start(&[], &arguments), audit, _scratch: scratch }
    }

    /// With the keys of this signer at the place of the recipe's.
    fn of_provider(part: &str, url: &str, keys: &KeyServer) -> Self {
        Self::new(part, &[(url, &keys.url())])
    }

    fn show(&self, token: &str) -> Answer {
        show(&self.server, token)
    }

    /// What the audit calls the holder of this token.
    fn caller(&self, token: &str) -> String {
        caller(&self.server, &self.audit, token)
    }

    /// What somebody without a token is told.
    fn challenge(&self) -> String {
        let answer = self.server.post(&[], &initialize("2025-06-18"));
        assert_eq!(answer.status, 401);
        answer.header("www-authenticate").expect("a challenge").to_owned()
    }

    fn metadata(&self) -> Value {
        let place = "/.well-known/oauth-protected-resource";
        self.server.request("GET", place, &[], None).json()
    }

    /// Each is refused with this status and words.
    fn refuses(&self, signer: &Signer, rows: &[(Value, u16, &str)]) {
        for (claims, status, part) in rows {
            let answer = self.show(&signer.token(claims.clone()));
            assert_eq!(answer.status, *status, "{claims}: {}", answer.text());
            assert!(answer.text().contains(part), "{claims}: {}", answer.text());
        }
    }
}

/// `base` with what `more` has besides or instead.
fn with(base: &Value, more: Value) -> Value {
    let mut claims = base.clone();
    for (name, value) in more.as_object().expect("an object") {
        claims[name] = value.clone();
    }
    claims
}

#[test]
fn every_recipe_is_one_of_those_below() {
    for block in blocks(DOCUMENT, "ini") {
        let known = [TOKENS, KEYCLOAK, ENTRA, AUTH0, PROXY];
        let found = known.iter().filter(|part| block.contains(**part)).count();
        assert_eq!(found, 1, "no test runs\n{block}");
    }
}

#[test]
fn tokens_of_a_file() {
    let scratch = Scratch::new();
    let file = scratch.path().join("tokens").to_str().expect("text").to_owned();
    let made = block(DOCUMENT, "bash", "token new")
        .replace("/etc/itential-mcp/tokens", &file)
        .replace("2027-01-31", "2099-01-31");
    let arguments: Vec<&str> = made.split_whitespace().skip(1).collect();
    let (code, token, err) = run(&[], &arguments);
    assert_eq!(code, 0, "{err}");
    let kitchen = Kitchen::new(TOKENS, &[("/etc/itential-mcp/tokens", &file)]);
    assert_eq!(kitchen.caller(token.trim()), "static:nightly-backup");
    assert_eq!(kitchen.challenge(), "Bearer");
    let (code, token, err) = run(&[], &["token", "new", "x", "--role", "admins", "--file", &file]);
    assert_eq!(code, 0, "{err}");
    // The document says what becomes of a role that is not there.
    eventually("the new token", || kitchen.show(token.trim()).status == 403);
}

#[test]
fn keycloak_and_others_with_a_key_set() {
    let signer = Signer::new("RS256").named("sig");
    let mut encrypting = Signer::number("RS256", 1).named("enc").jwk();
    encrypting["use"] = "enc".into();
    encrypting["alg"] = "RSA-OAEP".into();
    let mut signing = signer.jwk();
    signing["use"] = "sig".into();
    signing["alg"] = "RS256".into();
    let keys = KeyServer::start(Keys::Body(json!({"keys": [encrypting, signing]}).to_string()));
    let url = format!("https://id.example.com{KEYCLOAK}");
    let kitchen = Kitchen::of_provider(KEYCLOAK, &url, &keys);
    let issuer = "https://id.example.com/realms/network";
    let good = json!({
        "iss": issuer, "aud": ["https://mcp.example.com/mcp", "account"], "typ": "Bearer",
        "azp": "claude", "client_id": null, "sub": "5f6e", "sid": "1", "jti": "onrtac:1",
        "iat": now() - 1, "auth_time": now() - 5, "scope": "openid mcp email",
        "realm_access": {"roles": ["offline_access"]}, "preferred_username": "ann",
    });
    let caller = kitchen.caller(&signer.token(good.clone()));
    assert_eq!(caller, format!("signed:5f6e via claude at {issuer}"));
    kitchen.refuses(
        &signer,
        &[
            // Without the mapper for the audience.
            (with(&good, json!({"aud": "account"})), 401, "aud"),
            (with(&good, json!({"iss": "https://id.example.com/realms/other"})), 401, "issuer"),
            (with(&good, json!({"scope": "openid email"})), 403, "mcp"),
            (with(&good, json!({"exp": now() - 120})), 401, "expired"),
        ],
    );
    // Signed by the key that is for another purpose.
    let other = Signer::number("RS256", 1).named("enc").token(good);
    assert_eq!(kitchen.show(&other).status, 401);
    let place = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp";
    let challenge = format!("Bearer resource_metadata=\"{place}\", scope=\"mcp\"");
    assert_eq!(kitchen.challenge(), challenge);
    let said = kitchen.metadata();
    assert_eq!(said["resource"], "https://mcp.example.com/mcp");
    assert_eq!(said["authorization_servers"], json!([issuer]));
}

#[test]
fn microsoft_entra_id() {
    let signer = Signer::new("RS256").named("kid-1");
    let mut key = signer.jwk();
    for (name, value) in [("use", "sig"), ("x5t", "kid-1"), ("issuer", "https://login/TENANT")] {
        key[name] = value.into();
    }
    let keys = KeyServer::start(Keys::Body(json!({"keys": [key]}).to_string()));
    let kitchen = Kitchen::of_provider(ENTRA, ENTRA, &keys);
    let (v1, v2) =
        ("https://sts.windows.net/TENANT/", "https://login.microsoftonline.com/TENANT/v2.0");
    let first = json!({
        "iss": v1, "aud": "api://CLIENT-ID", "ver": "1.0", "appid": "desk", "client_id": null,
        "sub": "pairwise", "oid": "1-2-3", "tid": "TENANT", "scp": "mcp.access", "nbf": now() - 5,
        "iat": now() - 5, "appidacr": "0", "amr": ["pwd"],
    });
    let second = with(
        &first,
        json!({"iss": v2, "aud": "CLIENT-ID", "ver": "2.0", "appid": null, "azp": "desk",
               "scp": "mcp.read mcp.access"}),
    );
    for (claims, issuer) in [(&first, v1), (&second, v2)] {
        let caller = kitchen.caller(&signer.token(claims.clone()));
        assert_eq!(caller, format!("signed:pairwise via desk at {issuer}"));
    }
    // A program has no scopes; what was assigned to it stands in roles.
    let program = with(&second, json!({"scp": null, "roles": ["mcp.access"], "idtyp": "app"}));
    assert_eq!(kitchen.show(&signer.token(program)).status, 200);
    let other = "https://login.microsoftonline.com/OTHER/v2.0";
    kitchen.refuses(
        &signer,
        &[
            (with(&second, json!({"scp": "mcp.read"})), 403, "mcp.access"),
            (with(&second, json!({"scp": "api://CLIENT-ID/mcp.access"})), 403, "mcp.access"),
            (with(&second, json!({"scp": null})), 403, "mcp.access"),
            (with(&second, json!({"iss": other})), 401, "issuer"),
            (with(&first, json!({"iss": "https://sts.windows.net/TENANT"})), 401, "issuer"),
            // A token for Microsoft Graph.
            (with(&first, json!({"aud": "00000003-0000-0000-c000-000000000000"})), 401, "aud"),
        ],
    );
    assert!(kitchen.challenge().ends_with("scope=\"api://CLIENT-ID/mcp.access\""));
    assert_eq!(kitchen.metadata()["authorization_servers"], json!([v2, v1]));
}

#[test]
fn auth0() {
    let signer = Signer::new("RS256").named("auth0");
    let keys = KeyServer::of(&[&signer]);
    let kitchen = Kitchen::of_provider(AUTH0, AUTH0, &keys);
    let issuer = "https://TENANT.auth0.com/";
    let good = json!({
        "iss": issuer, "sub": "auth0|64", "client_id": null, "azp": "desk", "iat": now() - 1,
        "aud": ["https://mcp.example.com/mcp", "https://TENANT.auth0.com/userinfo"],
        "scope": "openid profile", "permissions": ["mcp:write"],
    });
    let caller = kitchen.caller(&signer.token(good.clone()));
    assert_eq!(caller, format!("signed:auth0|64 via desk at {issuer}"));
    kitchen.refuses(
        &signer,
        &[
            (with(&good, json!({"iss": "https://TENANT.auth0.com"})), 401, "issuer"),
            (with(&good, json!({"aud": "https://TENANT.auth0.com/userinfo"})), 401, "aud"),
        ],
    );
    // What Auth0 gives to whoever names no audience: encrypted, for itself alone.
    let sealed =
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwiaXNzIjoiaHR0cHM6Ly9URU5BTlQuYXV0aDAuY29tLyJ9";
    let refused = kitchen.show(&format!("{sealed}..aaaaaaaaaaaaaaaa.bbbb.cccccccccccccccccccccc"));
    assert_eq!(refused.status, 401, "{}", refused.text());
    // Permissions are no scopes.
    let options = format!("{}\nauth_required_scopes = mcp:write", keys.url());
    let strict = Kitchen::new(AUTH0, &[(AUTH0, &options)]);
    strict.refuses(&signer, &[(good.clone(), 403, "mcp:write")]);
    let scoped = with(&good, json!({"scope": "openid mcp:write"}));
    assert_eq!(strict.show(&signer.token(scoped)).status, 200);
}

#[test]
fn a_login_at_a_provider() {
    let provider = Provider::with(|traits| traits.signed = true);
    let scratch = Scratch::new();
    let secret = scratch.write("secret", SECRET);
    let kitchen = Kitchen::new(
        PROXY,
        &[
            ("/etc/itential-mcp/oauth-secret", &secret),
            ("https://id.example.com/authorize", &provider.url("/authorize")),
            ("https://id.example.com/token", &provider.url("/token")),
            ("https://id.example.com/jwks", &provider.url("/jwks")),
        ],
    );
    let place = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp";
    assert_eq!(kitchen.challenge(), format!("Bearer resource_metadata=\"{place}\", scope=\"mcp\""));
    assert_eq!(kitchen.metadata()["authorization_servers"], json!([BASE]));
    let tokens = App::new(&kitchen.server).tokens(&kitchen.server, &provider);
    assert_eq!(kitchen.caller(&tokens.access), format!("signed:ann via {ID} at {ISSUER}"));
}
