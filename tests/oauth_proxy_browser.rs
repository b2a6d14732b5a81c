//! The browser's way through the OAuth proxy: from the client to the provider and back.

mod support;

use serde_json::json;
use support::form::{self, form};
use support::http_server::HttpServer;
use support::oauth::*;
use support::provider::{ID, Provider};
use support::raw_http::Answer;

/// What is answered where nobody is known to whom the browser could be sent.
fn is_told(server: &HttpServer, path: &str) {
    let page = Browser::default().get(server, path);
    is_lost(&page, path);
    assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")));
    is_strict(&page);
    let answer = server.request("GET", path, &[("Accept", "*/*")], None);
    is_lost(&answer, path);
    is_error(&answer, 400, "invalid_request");
}

/// A page that runs nothing and shows nothing from elsewhere.
fn is_strict(page: &Answer) {
    let policy = page.header("content-security-policy").expect("a policy");
    let rules: Vec<&str> = policy.split(';').map(str::trim).collect();
    for rule in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(rules.contains(&rule), "{policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
    assert_eq!(rules.len(), 5, "{policy}");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    let said = page.header("referrer-policy").expect("a policy");
    assert!(["no-referrer", "same-origin"].contains(&said), "{said}");
    let html = page.text();
    for part in
        ["<script", "javascript:", "onclick", "onload", "<iframe", "<img", "<link", "@import"]
    {
        assert!(!html.contains(part), "{part}: {html}");
    }
    assert!(html.contains("name=\"viewport\""), "{html}");
}

#[test]
fn a_browser_is_sent_nowhere_that_is_not_known_to_be_the_clients() {
    let provider = Provider::start();
    let server = serve(&provider, &[]);
    let app = App::new(&server);
    let two = App::with(&server, json!({"redirect_uris": [REDIRECT, "https://a.example/cb"]}));
    for more in [
        &[("client_id", "")][..],
        &[("client_id", "unknown")],
        &[("client_id", &app.id[..app.id.len() - 1])],
        &[("redirect_uri", "https://evil.example/done")],
        &[("redirect_uri", "http://127.0.0.1:33418/done/")],
        &[("redirect_uri", "http://127.0.0.1:33418/other")],
    ] {
        is_told(&server, &app.authorize(more));
    }
    // With two places nobody can tell which.
    is_told(&server, &two.authorize(&[("redirect_uri", "")]));
    let only = app.authorize(&[("redirect_uri", "")]);
    assert!(location(&Browser::default().get(&server, &only)).starts_with("/consent?"));
    // Repeated parameters have two meanings.
    is_told(&server, &format!("{}&client_id=x", app.authorize(&[])));
    is_told(&server, &format!("{}&state=x", app.authorize(&[])));
    is_told(&server, "/authorize");
}

#[test]
fn what_is_wrong_otherwise_the_client_is_told() {
    let server = serve(&Provider::start(), &[]);
    let app = App::new(&server);
    let long = "a".repeat(129);
    for (more, code) in [
        (("response_type", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("response_type", "code id_token"), "unsupported_response_type"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge", "short"), "invalid_request"),
        (("code_challenge", &long), "invalid_request"),
        (("code_challenge", "=============================================="), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", "s256"), "invalid_request"),
        (("resource", "https://other.example.com/mcp"), "invalid_target"),
        (("resource", "https://mcp.example.com/other"), "invalid_target"),
        (("resource", "https://mcp.example.com.evil.example/mcp"), "invalid_target"),
        (("scope", "mcp admin"), "invalid_scope"),
        (("scope", "MCP"), "invalid_scope"),
        (("scope", "mcp:write mcp:*"), "invalid_scope"),
    ] {
        let answer = Browser::default().get(&server, &app.authorize(&[more]));
        let query = is_sent_back(&answer, REDIRECT, code);
        assert_eq!(form::get(&query, "state"), Some("the client's & state"), "{more:?}");
        assert!(answer.header("set-cookie").is_none());
    }
    for more in [
        ("resource", ""),
        ("resource", "https://mcp.example.com/mcp/"),
        ("resource", BASE),
        ("resource", "https://mcp.example.com/"),
        ("scope", ""),
        ("scope", "mcp offline_access openid profile email"),
        ("state", ""),
        ("prompt", "consent"),
    ] {
        let next = location(&Browser::default().get(&server, &app.authorize(&[more])));
        assert!(next.starts_with("/consent?transaction="), "{more:?}: {next}");
    }
    // The same as a form (RFC 6749 section 3.1).
    let query = app.authorize(&[]);
    let (path, body) = query.split_once('?').expect("a query");
    assert!(location(&post_form(&server, path, &[], body)).starts_with("/consent?"));
}

#[test]
fn a_person_is_asked_once_for_each_client_and_place() {
    let provider = Provider::start();
    let server = serve(&provider, &[]);
    let redirects = json!({"redirect_uris": [REDIRECT, "https://a.example/cb"], "client_name": "<b>\"Desk\"</b>",
                           "token_endpoint_auth_method": "none"});
    let app = App::with(&server, redirects.clone());
    let mut browser = Browser::default();
    let asked = location(&browser.get(&server, &app.authorize(&[("scope", "mcp mcp:write")])));
    // It can be opened again: in the browser beside the view where it first was.
    let pages: Vec<Answer> = (0..2).map(|_| Browser::default().get(&server, &asked)).collect();
    for page in &pages {
        assert_eq!(page.status, 200);
        is_strict(page);
        let policy = page.header("content-security-policy").expect("a policy");
        assert!(policy.contains("form-action 'self'") && policy.contains("http://127.0.0.1:33418"));
        let html = page.text();
        assert!(
            html.contains("&lt;b&gt;&quot;Desk&quot;&lt;/b&gt;") && !html.contains("<b>"),
            "{html}"
        );
        for part in ["127.0.0.1", "mcp:write", "https://mcp.example.com/mcp", "Allow", "Deny"] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(!html.contains(&app.id) && !html.contains(ID), "{html}");
    }
    // Either of them leads on, also after the other.
    for page in &pages {
        let decided = Browser::default().decide(&server, &page.text(), "allow");
        assert_eq!(decided.status, 303);
        assert!(location(&decided).starts_with(&provider.url("/authorize?")));
    }
    let decided = browser.decide(&server, &pages[0].text(), "allow");
    let cookie = decided.header("set-cookie").expect("a cookie");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Secure"] {
        assert!(cookie.split("; ").any(|said| said == part), "{part}: {cookie}");
    }
    assert!(cookie.starts_with("__Host-") && !cookie.contains("Domain"), "{cookie}");
    assert!(!cookie.contains("Desk") && !cookie.contains("127.0.0.1"), "{cookie}");
    // Straight to the provider from now on: this client, to this place, in this browser.
    let far = ("redirect_uri", "https://a.example/cb");
    let other = App::with(&server, redirects);
    for (next, is_asked) in [
        (app.authorize(&[]), false),
        (app.authorize(&[("scope", "mcp")]), false),
        (app.authorize(&[far]), true),
        (other.authorize(&[]), true),
    ] {
        let next = location(&browser.get(&server, &next));
        assert_eq!(next.starts_with("/consent?"), is_asked, "{next}");
        assert!(is_asked || next.starts_with(&provider.url("/authorize?")), "{next}");
    }
    assert!(
        location(&Browser::default().get(&server, &app.authorize(&[]))).starts_with("/consent?")
    );
    // A second agreement leaves the first.
    app.begin(&server, &mut browser, &[far]);
    for more in [&[][..], &[far]] {
        let next = location(&browser.get(&server, &app.authorize(more)));
        assert!(next.starts_with(&provider.url("/authorize?")), "{next}");
    }
    let denied = Browser::default().decide(&server, &pages[0].text(), "deny");
    let query = is_sent_back(&denied, REDIRECT, "access_denied");
    assert_eq!(form::get(&query, "state"), Some("the client's & state"));
    assert!(denied.header("set-cookie").is_none());
    // Without an answer nothing is allowed.
    let nothing = form(&[("transaction", &hidden(&pages[0].text()))]);
    let answer = Browser::default().post(&server, &[("Origin", BASE)], &nothing);
    assert!(!location(&answer).contains("code"), "{}", location(&answer));
}

#[test]
fn the_provider_is_asked_as_this_server_with_a_challenge_of_its_own() {
    let provider = Provider::start();
    let server = serve(&provider, &[]);
    let app = App::new(&server);
    let there = app.begin(&server, &mut Browser::default(), &[]);
    let asked = form::query(&there);
    let said = |name: &str| form::get(&asked, name);
    assert_eq!(said("client_id"), Some(ID));
    assert_eq!(said("redirect_uri"), Some(CALLBACK));
    assert_eq!(said("scope"), Some("mcp"));
    assert_eq!(said("resource"), Some("https://mcp.example.com/mcp"));
    let theirs = support::tokens::b64(support::tokens::sha256(VERIFIER.as_bytes()));
    assert!(said("code_challenge").is_some_and(|ours| ours.len() == 43 && ours != theirs));
    assert!(said("state").is_some_and(|state| !state.contains("client")));
    // Each time another.
    let again = form::query(&app.begin(&server, &mut Browser::default(), &[]));
    for name in ["state", "code_challenge"] {
        assert_ne!(said(name), form::get(&again, name), "{name}");
    }
    // What is in the URL of the provider stays, and who asks for nothing gets what there is.
    let tenant = provider.url("/authorize?tenant=a%20b");
    let server = serve(&provider, &["--auth-oauth-authorization-url", &tenant]);
    let there = App::new(&server).begin(&server, &mut Browser::default(), &[("scope", "")]);
    assert!(there.starts_with(&format!("{tenant}&")), "{there}");
    assert_eq!(said_of(&there, "scope"), "mcp mcp:write");
}

fn said_of(url: &str, name: &str) -> String {
    said(url, name).unwrap_or_else(|| panic!("{name}: {url}"))
}

#[test]
fn the_callback_sends_the_browser_to_the_client_with_a_code_of_this_servers() {
    let provider = Provider::start();
    let server = serve(&provider, &[]);
    let app = App::new(&server);
    let mut browser = Browser::default();
    let there = app.begin(&server, &mut browser, &[]);
    let back = provider.log_in(&there);
    let answer = browser.get(&server, &back);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    let place = location(&answer);
    assert!(place.starts_with(&format!("{REDIRECT}?")), "{place}");
    assert_eq!(said_of(&place, "iss"), BASE);
    assert_eq!(said_of(&place, "state"), "the client's & state");
    assert!(!place.contains("upstream"), "{place}");
    assert!(said_of(&place, "code").len() > 100);
    // Who said no state gets none, and a query that was there stays.
    let query = "https://a.example/cb?tenant=1";
    let other = App::with(&server, json!({"redirect_uris": [query]}));
    let place = other.log_in(&server, &provider, &[("state", "")]);
    assert!(place.starts_with(&format!("{query}&")) && said(&place, "state").is_none(), "{place}");
    // RFC 8252 section 7.3: any port of this machine, and none elsewhere.
    let local = ("redirect_uri", "http://127.0.0.1:50000/done");
    assert!(
        app.log_in(&server, &provider, &[local]).starts_with("http://127.0.0.1:50000/done?code=")
    );
    let scheme = App::with(&server, json!({"redirect_uris": ["cursor://anysphere/cb"]}));
    assert!(scheme.log_in(&server, &provider, &[]).starts_with("cursor://anysphere/cb?code="));
}

#[test]
fn a_browser_that_loses_the_cookie_is_asked_when_it_comes_back() {
    let provider = Provider::start();
    let server = serve(&provider, &[]);
    let app = App::new(&server);
    let mut browser = Browser { forgets: true, ..Browser::default() };
    let there = app.begin(&server, &mut browser, &[]);
    let back = provider.log_in(&there);
    let page = browser.get(&server, &back);
    assert_eq!(page.status, 200, "{}", page.text());
    is_strict(&page);
    assert!(page.text().contains("Desk") && !page.text().contains("upstream-code"));
    let place = location(&browser.decide(&server, &page.text(), "allow"));
    assert!(place.starts_with(&format!("{REDIRECT}?code=")), "{place}");
    let code = said_of(&place, "code");
    let tokens = Tokens::of(&app.change(&server, &code, &[]));
    assert_eq!(show(&server, &tokens.access).status, 200);
    let denied = browser.decide(&server, &page.text(), "deny");
    is_sent_back(&denied, REDIRECT, "access_denied");
}

#[test]
fn a_login_that_fails_at_the_provider_ends_at_the_client() {
    let provider = Provider::start();
    let server = serve(&provider, &[]);
    let app = App::new(&server);
    let mut browser = Browser::default();
    let there = app.begin(&server, &mut browser, &[]);
    for (error, told) in [
        ("access_denied", "access_denied"),
        ("login_required", "login_required"),
        ("invalid_scope", "invalid_scope"),
        ("invented_here", "server_error"),
        ("a%22b%3Cscript%3E", "server_error"),
    ] {
        let answer = browser.get(&server, &provider.refuse(&there, error));
        let query = is_sent_back(&answer, REDIRECT, told);
        assert_eq!(form::get(&query, "state"), Some("the client's & state"));
        assert!(!location(&answer).contains("%3Cscript"), "{}", location(&answer));
    }
    let state = said_of(&there, "state");
    let encoded = form::encoded(&state);
    for query in [
        "".to_owned(),
        "code=x".into(),
        "code=x&state=".into(),
        "code=x&state=unknown".into(),
        format!("code=x&state={}", &encoded[1..]),
        format!("state={encoded}"),
        format!("code=&state={encoded}"),
        format!("code=a&code=b&state={encoded}"),
        format!("code={}&state={encoded}", "x".repeat(5000)),
        "error=access_denied".into(),
        "error=access_denied&state=x".into(),
    ] {
        is_told(&server, &format!("/auth/callback?{query}"));
    }
}
