//! What is particular about each kind of provider behind the OAuth proxy.

mod support;

use serde_json::json;
use support::form;
use support::oauth::*;
use support::provider::{ID, Provider};
use support::scratch::Scratch;
use support::site::Reply;

/// What is particular about a kind of provider, as it sees it.
struct Row {
    preset: &'static str,
    scope: &'static str,
    /// What else is said where people log in.
    asked: &'static [(&'static str, &'static str)],
    /// Whether the secret stands in the header.
    basic: bool,
    scope_on_refresh: bool,
    subject: &'static str,
}

const RESOURCE: (&str, &str) = ("resource", "https://mcp.example.com/mcp");

const ROWS: [Row; 6] = [
    Row {
        preset: "generic",
        scope: "mcp",
        asked: &[RESOURCE],
        basic: true,
        scope_on_refresh: false,
        subject: "ann",
    },
    Row {
        preset: "google",
        scope: "mcp openid",
        asked: &[("access_type", "offline"), ("prompt", "consent")],
        basic: false,
        scope_on_refresh: false,
        subject: "ann",
    },
    Row {
        preset: "azure",
        scope: "mcp offline_access",
        asked: &[],
        basic: false,
        scope_on_refresh: true,
        subject: "ann",
    },
    Row {
        preset: "auth0",
        scope: "mcp openid offline_access",
        asked: &[("audience", "https://api.example.com")],
        basic: false,
        scope_on_refresh: false,
        subject: "ann",
    },
    Row {
        preset: "github",
        scope: "mcp",
        asked: &[],
        basic: false,
        scope_on_refresh: false,
        subject: "583231",
    },
    Row {
        preset: "okta",
        scope: "mcp offline_access",
        asked: &[],
        basic: true,
        scope_on_refresh: false,
        subject: "ann",
    },
];

#[test]
fn each_kind_of_provider_is_asked_as_it_wants() {
    let scratch = Scratch::new();
    let audit = scratch.path().join("audit").to_str().expect("text").to_owned();
    for row in &ROWS {
        let provider =
            Provider::with(|traits| traits.person = json!({"id": 583231, "login": "ann"}));
        let options = ["--audit-file", &audit, "--auth-oauth-provider-type", row.preset];
        let audience = ["--auth-audience", "https://api.example.com,b"];
        let server = serve(&provider, &[&options[..], &audience].concat());
        let app = App::new(&server);
        let mut browser = Browser::default();
        let there = app.begin(&server, &mut browser, &[]);
        let mut asked = form::query(&there);
        assert_eq!(form::get(&asked, "scope"), Some(row.scope), "{}", row.preset);
        let usual = ["response_type", "client_id", "redirect_uri", "state", "scope"];
        let usual = [&usual[..], &["code_challenge", "code_challenge_method"]].concat();
        asked.retain(|(name, _)| !usual.contains(&name.as_str()));
        let asked: Vec<(&str, &str)> =
            asked.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(asked, row.asked, "{}", row.preset);
        let place = location(&browser.get(&server, &provider.log_in(&there)));
        let code = said(&place, "code").expect("a code");
        let tokens = Tokens::of(&app.change(&server, &code, &[]));
        let who = caller(&server, &audit, &tokens.access);
        assert!(who.starts_with(&format!("signed:{} via {ID} ", row.subject)), "{who}");
        Tokens::of(&app.refresh(&server, tokens.refresh(), &[]));
        let sent = provider.site.asked("/token");
        for asked in &sent {
            let form = asked.form();
            assert_eq!(asked.header("authorization").is_some(), row.basic, "{}", row.preset);
            assert_eq!(form::get(&form, "client_secret").is_some(), !row.basic, "{}", row.preset);
            let resource = row.asked.contains(&RESOURCE).then_some(RESOURCE.1);
            assert_eq!(form::get(&form, "resource"), resource, "{}", row.preset);
            assert_eq!(asked.header("accept"), Some("application/json"), "{}", row.preset);
        }
        let refreshed = sent[1].form();
        let again = row.scope_on_refresh.then_some(row.scope);
        assert_eq!(form::get(&refreshed, "scope"), again, "{}", row.preset);
    }
    // Words of its own, with status 200, and scopes between commas.
    let provider = Provider::with(|traits| traits.grants = Some("mcp,mcp:write"));
    let server = serve(&provider, &["--auth-oauth-provider-type", "github"]);
    let app = App::new(&server);
    provider.set(|traits| traits.person = json!({"id": 1}));
    let back = app.log_in(&server, &provider, &[("scope", "mcp mcp:write")]);
    let tokens = Tokens::of(&app.change(&server, &said(&back, "code").expect("a code"), &[]));
    assert_eq!(tokens.scope(), "mcp mcp:write");
    for error in ["bad_verification_code", "bad_refresh_token"] {
        provider.ail("/token", move || Reply::Json(200, json!({"error": error})));
        let code = app.code(&server, &provider);
        is_error(&app.change(&server, &code, &[]), 400, "invalid_grant");
    }
}
