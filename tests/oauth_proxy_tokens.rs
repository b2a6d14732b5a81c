//! The OAuth proxy from the code on: tokens for it, whose they are, and what for.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use support::form::{self, encoded, form};
use support::oauth::*;
use support::provider::{ID, ISSUER, Provider};
use support::raw_http::Answer;
use support::scratch::Scratch;
use support::site::Reply;

#[test]
fn a_client_gets_tokens_by_each_way_to_show_a_secret() {
    let provider = Provider::start();
    let server = serve(&provider, &[]);
    let basic = |id: &str, secret: &str| {
        format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret))))
    };
    for method in ["none", "client_secret_post", "client_secret_basic"] {
        let app = App::with(&server, json!({"token_endpoint_auth_method": method}));
        let code = app.code(&server, &provider);
        let change = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        let page = ("Origin", "https://inspector.example");
        let secret = app.secret.clone().unwrap_or_default();
        let by_form = |id: &str, secret: &str| {
            let more = [("client_id", id), ("client_secret", secret)];
            post_form(&server, "/token", &[page], &form(&form::changed(change.to_vec(), &more)))
        };
        let by_header = |value: &str, more: &[(&str, &str)]| {
            let headers = [page, ("Authorization", value)];
            post_form(&server, "/token", &headers, &form(&form::changed(change.to_vec(), more)))
        };
        // Nobody else spoils the code for the one whose it is.
        if method != "none" {
            is_error(&by_form(&app.id, ""), 401, "invalid_client");
            is_error(&by_form(&app.id, "wrong"), 401, "invalid_client");
            let wrong = by_header(&basic(&app.id, "wrong"), &[]);
            is_error(&wrong, 401, "invalid_client");
            let told = wrong.header("www-authenticate").expect("a challenge");
            assert!(told.starts_with("Basic"), "{told}");
            let twice = [("client_secret", secret.as_str())];
            is_error(&by_header(&basic(&app.id, &secret), &twice), 400, "invalid_request");
        }
        is_error(&by_form("", ""), 401, "invalid_client");
        is_error(&by_form("unknown", &secret), 401, "invalid_client");
        for odd in ["Basic", "Basic !!", "Basic eA==", "Basic //79"] {
            is_error(&by_header(odd, &[]), 401, "invalid_client");
        }
        let other = [("client_id", "other")];
        is_error(&by_header(&basic(&app.id, &secret), &other), 401, "invalid_client");
        let answer = match method {
            "client_secret_basic" => by_header(&basic(&app.id, &secret), &[]),
            _ => by_form(&app.id, &secret),
        };
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let tokens = Tokens::of(&answer);
        assert_eq!(tokens.said["expires_in"], 600);
        assert_eq!(tokens.scope(), "mcp");
        assert!(!tokens.said.to_string().contains("upstream"), "{}", tokens.said);
        assert_eq!(show(&server, &tokens.access).status, 200);
        // A refresh token is no access token, nor is a code.
        assert_eq!(show(&server, tokens.refresh()).status, 401);
        assert_eq!(show(&server, &code).status, 401);
    }
    let asked = provider.forms("/token");
    assert_eq!(asked.len(), 3, "{asked:?}");
    for form in asked {
        let said = |name: &str| form::get(&form, name);
        assert_eq!(said("redirect_uri"), Some(CALLBACK));
        assert_eq!(said("resource"), Some("https://mcp.example.com/mcp"));
        assert!(said("code").is_some_and(|code| code.starts_with("upstream-code")));
        assert!(said("code_verifier").is_some_and(|it| it.len() >= 43 && it != VERIFIER));
    }
    let preflight = [
        ("Origin", "https://inspector.example"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "content-type,authorization"),
    ];
    for path in ["/token", "/register", "/revoke"] {
        let answer = server.request("OPTIONS", path, &preflight, None);
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, Some("*")));
    }
}

#[test]
fn a_code_is_for_one_client_one_place_one_verifier_and_one_time() {
    let provider = Provider::start();
    let server = serve(&provider, &[]);
    let (app, other) = (App::new(&server), App::new(&server));
    let code = app.code(&server, &provider);
    let longer = format!("{VERIFIER}x");
    let cut = &code[..code.len() - 2];
    for (more, error) in [
        (("code", ""), "invalid_request"),
        (("code", "unknown"), "invalid_grant"),
        (("code", cut), "invalid_grant"),
        (("code_verifier", ""), "invalid_request"),
        (("code_verifier", &longer), "invalid_grant"),
        (("code_verifier", "short"), "invalid_grant"),
        (("redirect_uri", ""), "invalid_grant"),
        (("redirect_uri", "http://127.0.0.1:33419/done"), "invalid_grant"),
        (("redirect_uri", "https://evil.example/done"), "invalid_grant"),
        (("grant_type", ""), "invalid_request"),
        (("grant_type", "client_credentials"), "unsupported_grant_type"),
        (("grant_type", "password"), "unsupported_grant_type"),
    ] {
        is_error(&app.change(&server, &code, &[more]), 400, error);
    }
    is_error(&other.change(&server, &code, &[]), 400, "invalid_grant");
    assert!(provider.forms("/token").is_empty(), "the provider is asked for good codes only");
    let tokens = Tokens::of(&app.change(&server, &code, &[]));
    is_error(&app.change(&server, &code, &[]), 400, "invalid_grant");
    assert_eq!(provider.forms("/token").len(), 1);
    assert_eq!(show(&server, &tokens.access).status, 200);
    // Of several at once one gets the tokens.
    let code = app.code(&server, &provider);
    let got = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let answer = app.change(&server, &code, &[]);
                match answer.status {
                    200 => drop(got.fetch_add(1, Ordering::SeqCst)),
                    _ => drop(is_error(&answer, 400, "invalid_grant")),
                }
            });
        }
    });
    assert_eq!(got.into_inner(), 1);
    // Only as a form.
    let kind = [("Content-Type", "application/json")];
    let answer = server.request("POST", "/token", &kind, Some("{}"));
    is_error(&answer, 400, "invalid_request");
    assert_eq!(server.request("GET", "/token?grant_type=x", &[], None).status, 405);
}

#[test]
fn whose_a_token_is_the_provider_says_in_it_or_when_asked() {
    let scratch = Scratch::new();
    let audit = scratch.path().join("audit").to_str().expect("text").to_owned();
    let options = ["--audit-file", &audit, "--log-level", "warning"];
    let provider = Provider::start();
    let server = serve(&provider, &options);
    let tokens = App::new(&server).tokens(&server, &provider);
    let there = provider.url("");
    assert_eq!(caller(&server, &audit, &tokens.access), format!("signed:ann via {ID} at {there}"));

    provider.set(|traits| traits.signed = true);
    let issuer = ["--auth-issuer", ISSUER];
    let server = serve_signed(&provider, &[&options[..], &issuer].concat());
    let app = App::new(&server);
    let tokens = app.tokens(&server, &provider);
    let name = format!("signed:ann via {ID} at {ISSUER}");
    assert_eq!(caller(&server, &audit, &tokens.access), name);
    // The name stays when tokens are new.
    let new = Tokens::of(&app.refresh(&server, tokens.refresh(), &[]));
    assert_eq!(caller(&server, &audit, &new.access), name);
    assert!(provider.site.asked("/userinfo").len() == 1, "signed tokens are not looked up");

    // What is wrong with the provider's own token is told, and logged for the operator.
    for claims in [
        json!({"iss": "https://other.example"}),
        json!({"exp": 1000}),
        json!({"exp": null}),
        json!({"sub": 7}),
    ] {
        provider.set(|traits| traits.claims = claims.clone());
        let code = app.code(&server, &provider);
        let answer = app.change(&server, &code, &[]);
        let why = is_error(&answer, 500, "server_error");
        assert!(why.contains("provider"), "{claims}: {why}");
    }
    server.served.log_line("the provider's access token is not good here");
    provider.set(|traits| traits.claims = json!({}));
    // One that is not signed at all cannot be checked without a place to ask.
    provider.set(|traits| traits.signed = false);
    let code = app.code(&server, &provider);
    is_error(&app.change(&server, &code, &[]), 500, "server_error");
    server.served.log_line("auth_oauth_userinfo_url");

    // With both ways each kind is told by its own.
    let userinfo = provider.url("/userinfo");
    let both = ["--auth-oauth-userinfo-url", &userinfo];
    let server = serve_signed(&provider, &[&options[..], &both].concat());
    let app = App::new(&server);
    for signed in [true, false] {
        provider.set(|traits| traits.signed = signed);
        let tokens = app.tokens(&server, &provider);
        assert!(caller(&server, &audit, &tokens.access).starts_with("signed:ann via"), "{signed}");
    }
    // Who is nobody in words is nobody.
    for person in
        [json!({"sub": 7}), json!({"sub": ""}), json!({"sub": null}), json!({"sub": ["a"]})]
    {
        let answer = person.clone();
        provider.ail("/userinfo", move || Reply::Json(200, answer.clone()));
        let answer = app.change(&server, &app.code(&server, &provider), &[]);
        match person["sub"].is_number() {
            true => drop(Tokens::of(&answer)),
            false => drop(is_error(&answer, 500, "server_error")),
        }
    }
}

#[test]
fn what_may_be_done_is_what_was_granted_asked_for_and_shown_to_the_person() {
    let provider = Provider::start();
    let server = serve(&provider, &["--auth-required-scopes", "mcp"]);
    let app = App::new(&server);
    let granted = |grants: Option<&'static str>, says: bool, asked: &str| {
        provider.set(|traits| (traits.grants, traits.says_scope) = (grants, says));
        let back = app.log_in(&server, &provider, &[("scope", asked)]);
        app.change(&server, &said(&back, "code").expect("a code"), &[])
    };
    for (grants, says, asked, got) in [
        (None, true, "mcp mcp:write", "mcp mcp:write"),
        (Some("mcp"), true, "mcp mcp:write", "mcp"),
        // RFC 6749 section 5.1: who says nothing has granted what was asked for.
        (None, false, "mcp", "mcp"),
        // Some grant whatever was agreed to at any time.
        (Some("mcp mcp:write"), true, "mcp", "mcp"),
        (Some("mcp mcp:write groups"), true, "mcp", "mcp groups"),
    ] {
        let tokens = Tokens::of(&granted(grants, says, asked));
        assert_eq!(tokens.scope(), got, "{grants:?} {asked}");
        assert_eq!(show(&server, &tokens.access).status, 200);
    }
    // A login without what is needed here is none.
    let why = is_error(&granted(Some("openid"), true, "mcp"), 400, "invalid_scope");
    assert!(why.contains("needed: mcp"), "{why}");

    // A refresh may ask for less, never for more, and less is not for ever.
    let tokens = Tokens::of(&granted(None, true, "mcp mcp:write"));
    let more = app.refresh(&server, tokens.refresh(), &[("scope", "mcp mcp:write admin")]);
    is_error(&more, 400, "invalid_scope");
    let less = Tokens::of(&app.refresh(&server, tokens.refresh(), &[("scope", "mcp")]));
    assert_eq!(less.scope(), "mcp");
    let all = Tokens::of(&app.refresh(&server, less.refresh(), &[]));
    assert_eq!(all.scope(), "mcp mcp:write");
    let tokens = Tokens::of(&granted(None, true, "mcp"));
    let more = app.refresh(&server, tokens.refresh(), &[("scope", "mcp mcp:write")]);
    is_error(&more, 400, "invalid_scope");
    // Without what is needed here it opens nothing.
    let tokens = Tokens::of(&granted(None, true, "mcp mcp:write"));
    let less = Tokens::of(&app.refresh(&server, tokens.refresh(), &[("scope", "mcp:write")]));
    let answer = show(&server, &less.access);
    is_error(&answer, 403, "insufficient_scope");
    let challenge = answer.header("www-authenticate").expect("a challenge");
    assert!(challenge.contains("scope=\"mcp\""), "{challenge}");
}

#[test]
fn a_provider_that_is_ill_is_a_503_and_the_login_goes_on_when_it_is_well() {
    let provider = Provider::start();
    let server = serve(&provider, &["--log-level", "warning"]);
    let app = App::new(&server);
    let json = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let ill: [Reply; 9] = [
        Reply::Bytes(String::new()),
        Reply::Bytes("nonsense\r\n\r\n".into()),
        Reply::Bytes(format!("{json}Content-Length: 9\r\n\r\n{{")),
        Reply::Bytes("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>".into()),
        Reply::Bytes("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n".into()),
        Reply::Json(500, json!({})),
        Reply::Json(200, json!({})),
        Reply::Json(200, json!([])),
        Reply::Endless(format!("{json}\r\n{{")),
    ];
    let code = app.code(&server, &provider);
    let is_ill = |answer: &Answer, what: &Reply| {
        assert!(answer.header("retry-after").is_some(), "{what:?}");
        let why = is_error(answer, 503, "temporarily_unavailable");
        assert!(!why.contains("127.0.0.1"), "{why}");
    };
    for reply in ill.clone() {
        let what = reply.clone();
        provider.ail("/token", move || reply.clone());
        is_ill(&app.change(&server, &code, &[]), &what);
    }
    for error in ["temporarily_unavailable", "slow_down"] {
        provider.ail("/token", move || Reply::Json(400, json!({"error": error})));
        is_ill(&app.change(&server, &code, &[]), &Reply::Json(400, json!(error)));
    }
    // What is wrong with this server's registration is the operator's affair.
    provider.ail("/token", || Reply::Json(401, json!({"error": "invalid_client"})));
    is_error(&app.change(&server, &code, &[]), 500, "server_error");
    server.served.log_line("invalid_client");
    provider.heal();
    let tokens = Tokens::of(&app.change(&server, &code, &[]));
    for reply in ill {
        let what = reply.clone();
        provider.ail("/token", move || reply.clone());
        is_ill(&app.refresh(&server, tokens.refresh(), &[]), &what);
    }
    // Who has tokens needs no provider.
    assert_eq!(show(&server, &tokens.access).status, 200);
    provider.heal();
    let tokens = Tokens::of(&app.refresh(&server, tokens.refresh(), &[]));
    // The login is over at the provider.
    provider.ail("/token", || Reply::Json(400, json!({"error": "invalid_grant"})));
    is_error(&app.refresh(&server, tokens.refresh(), &[]), 400, "invalid_grant");
}
