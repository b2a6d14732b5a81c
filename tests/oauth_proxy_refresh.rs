//! Tokens of the OAuth proxy after they were given: new ones, their end, giving them back, other replicas.

mod support;

use serde_json::{Value, json};
use support::oauth::*;
use support::provider::{ISSUER, Provider};
use support::scratch::Scratch;
use support::site::Reply;
use support::{eventually, form, run};

#[test]
fn a_refresh_token_is_good_once_and_racing_tabs_get_the_same() {
    let provider = Provider::start();
    let server = serve(&provider, &[]);
    let app = App::new(&server);
    let first = app.tokens(&server, &provider);
    let other = App::new(&server);
    is_error(&other.refresh(&server, first.refresh(), &[]), 400, "invalid_grant");
    for token in ["", "unknown", &first.access, &first.refresh()[1..]] {
        let code = if token.is_empty() { "invalid_request" } else { "invalid_grant" };
        is_error(&app.refresh(&server, "x", &[("refresh_token", token)]), 400, code);
    }
    let asked = || provider.forms("/token").len();
    let before = asked();
    // Together, while the provider thinks.
    let answers: Vec<Value> = std::thread::scope(|scope| {
        let racing: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| Tokens::of(&app.refresh(&server, first.refresh(), &[])).said))
            .collect();
        racing.into_iter().map(|one| one.join().expect("no panic")).collect()
    });
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:?}");
    assert_eq!(asked(), before + 1, "the provider is asked once");
    // One after the other, within the grace.
    let second = Tokens::of(&app.refresh(&server, first.refresh(), &[]));
    assert_eq!(second.said, answers[0]);
    assert_ne!(second.refresh(), first.refresh());
    assert_ne!(second.access, first.access);
    for tokens in [&first, &second] {
        assert_eq!(show(&server, &tokens.access).status, 200);
    }
    let third = Tokens::of(&app.refresh(&server, second.refresh(), &[]));
    assert_eq!(asked(), before + 2);
    assert_eq!(show(&server, &third.access).status, 200);
    // Elsewhere nobody knows that it was used; the provider does, and ends all of it.
    let replica = serve(&provider, &[]);
    is_error(&app.refresh(&replica, first.refresh(), &[]), 400, "invalid_grant");
    is_error(&app.refresh(&server, third.refresh(), &[]), 400, "invalid_grant");
    // Who gives no new ones is asked with the old one again.
    provider.set(|traits| traits.rotates = false);
    let first = app.tokens(&server, &provider);
    let second = Tokens::of(&app.refresh(&server, first.refresh(), &[]));
    assert_ne!(second.refresh(), first.refresh());
    Tokens::of(&app.refresh(&server, second.refresh(), &[]));
}

#[test]
fn without_a_refresh_token_of_the_provider_its_token_is_looked_up_again() {
    let provider = Provider::with(|traits| {
        (traits.refresh, traits.expires_in) = (false, None);
    });
    let server = serve(&provider, &[]);
    let app = App::new(&server);
    let first = app.tokens(&server, &provider);
    let lookups = || provider.site.asked("/userinfo").len();
    assert_eq!(lookups(), 1);
    assert!(first.said["expires_in"].as_u64().is_some_and(|seconds| seconds <= 3600));
    let second = Tokens::of(&app.refresh(&server, first.refresh(), &[]));
    assert_eq!((lookups(), provider.forms("/token").len()), (2, 1));
    // Another person's by now.
    provider.ail("/userinfo", || Reply::Json(200, json!({"sub": "bob"})));
    is_error(&app.refresh(&server, second.refresh(), &[]), 400, "invalid_grant");
    let third = app.tokens(&server, &provider);
    provider.ail("/userinfo", || Reply::Json(401, json!({"error": "invalid_token"})));
    is_error(&app.refresh(&server, third.refresh(), &[]), 400, "invalid_grant");
    // With an end and nothing to begin anew with, there is no refresh token.
    provider.heal();
    provider.set(|traits| traits.expires_in = Some(900));
    let last = app.tokens(&server, &provider);
    assert_eq!((last.refresh.as_ref(), &last.said["expires_in"]), (None, &json!(900)));
}

#[test]
fn an_access_token_ends_with_the_providers_and_says_so() {
    let provider = Provider::with(|traits| traits.expires_in = Some(1));
    let server = serve(&provider, &[]);
    let app = App::new(&server);
    let tokens = app.tokens(&server, &provider);
    eventually("the end of a token", || show(&server, &tokens.access).status == 401);
    let why = is_error(&show(&server, &tokens.access), 401, "invalid_token");
    assert!(why.contains("expired"), "{why}");
    provider.set(|traits| traits.expires_in = Some(600));
    let new = Tokens::of(&app.refresh(&server, tokens.refresh(), &[]));
    assert_eq!(show(&server, &new.access).status, 200);
    // An hour at most, however long the provider's is good.
    provider.set(|traits| traits.expires_in = Some(30 * 24 * 60 * 60));
    let long = app.tokens(&server, &provider);
    assert_eq!(long.said["expires_in"], 3600);
}

#[test]
fn d6_d7_what_is_given_back_is_over_here_and_at_the_provider() {
    let provider = Provider::start();
    let revocation = provider.url("/revoke");
    let server =
        serve(&provider, &["--auth-oauth-revocation-url", &revocation, "--log-level", "warning"]);
    let (app, other) = (App::new(&server), App::new(&server));
    let told = || provider.forms("/revoke").len();
    for by_access in [true, false] {
        let kept = app.tokens(&server, &provider);
        let tokens = app.tokens(&server, &provider);
        let given = if by_access { &tokens.access } else { tokens.refresh() };
        // Not by another client.
        let before = told();
        assert_ne!(other.revoke(&server, given).status, 500);
        assert_eq!((show(&server, &tokens.access).status, told()), (200, before));
        assert_eq!(app.revoke(&server, given).status, 200);
        let why = is_error(&show(&server, &tokens.access), 401, "invalid_token");
        assert!(why.contains("revoked"), "{why}");
        is_error(&app.refresh(&server, tokens.refresh(), &[]), 400, "invalid_grant");
        assert_eq!(app.revoke(&server, given).status, 200, "again");
        // Another login of the same person goes on.
        assert_eq!(show(&server, &kept.access).status, 200);
        Tokens::of(&app.refresh(&server, kept.refresh(), &[]));
        if !by_access {
            let form = provider.forms("/revoke").pop().expect("the provider is told");
            let token = form::get(&form, "token").expect("a token");
            assert!(token.starts_with("upstream-refresh"), "the provider's own: {token}");
        }
    }
    for token in ["unknown", "a.b.c", "%"] {
        assert_eq!(app.revoke(&server, token).status, 200, "{token}");
    }
    is_error(&post_form(&server, "/revoke", &[], "token=x"), 401, "invalid_client");
    is_error(&app.revoke(&server, ""), 400, "invalid_request");
    let secret = App::with(&server, json!({"token_endpoint_auth_method": "client_secret_post"}));
    let thief = App { secret: None, ..secret.clone() };
    let tokens = secret.tokens(&server, &provider);
    is_error(&thief.revoke(&server, &tokens.access), 401, "invalid_client");
    assert_eq!(show(&server, &tokens.access).status, 200);
    // The provider's troubles are none of the client's.
    provider.ail("/revoke", || Reply::Bytes(String::new()));
    let tokens = app.tokens(&server, &provider);
    assert_eq!(app.revoke(&server, tokens.refresh()).status, 200);
    assert_eq!(show(&server, &tokens.access).status, 401);
    server.served.log_line("did not take a token back");
    assert!(provider.site.asked("/userinfo").iter().all(|asked| asked.method == "GET"));
}

#[test]
fn every_replica_and_one_after_a_restart_carries_on_and_with_another_key_nobody() {
    let provider = Provider::start();
    let here = serve(&provider, &[]);
    let app = App::new(&here);
    let mut browser = Browser::default();
    let there = app.begin(&here, &mut browser, &[]);
    drop(here);
    let here = serve(&provider, &[]);
    let replica = serve(&provider, &[]);
    let userinfo = provider.url("/userinfo");
    let more = ["--auth-oauth-userinfo-url", &userinfo];
    let foreign = start(&provider, &KEY.replace('a', "b"), &more);
    let rotated = start(&provider, &format!("{}\n{KEY}", KEY.replace('a', "b")), &more);
    let back = provider.log_in(&there);
    let lost = browser.get(&foreign, &back);
    assert!(lost.status == 400 && lost.header("location").is_none(), "{}", lost.text());
    let place = location(&browser.get(&here, &back));
    let code = said(&place, "code").expect("a code");
    is_error(&app.change(&foreign, &code, &[]), 401, "invalid_client");
    let own = App::new(&foreign);
    is_error(&own.change(&foreign, &code, &[]), 400, "invalid_grant");
    let tokens = Tokens::of(&app.change(&replica, &code, &[]));
    for server in [&here, &replica, &rotated] {
        assert_eq!(show(server, &tokens.access).status, 200);
    }
    assert_eq!(show(&foreign, &tokens.access).status, 401);
    is_error(&own.refresh(&foreign, tokens.refresh(), &[]), 400, "invalid_grant");
    assert_eq!(own.revoke(&foreign, &tokens.access).status, 200);
    let new = Tokens::of(&app.refresh(&rotated, tokens.refresh(), &[]));
    // Sealed with the new key by now.
    assert_eq!(show(&foreign, &new.access).status, 200);
    assert_eq!(show(&here, &new.access).status, 401);
    // A consent that was given here counts there.
    let next = location(&browser.get(&replica, &app.authorize(&[])));
    assert!(next.starts_with(&provider.url("/authorize?")), "{next}");
    // Tokens of one server are none of another that has the same key.
    let elsewhere = serve(&provider, &["--public-url", "https://other.example.com/mcp"]);
    let why = is_error(&show(&elsewhere, &tokens.access), 401, "invalid_token");
    assert!(why.contains("another server"), "{why}");
}

#[test]
fn tokens_of_the_provider_are_none_here_unless_signed_ones_are_taken_too() {
    let provider = Provider::with(|traits| traits.signed = true);
    let server = serve_signed(&provider, &[]);
    let app = App::new(&server);
    let tokens = app.tokens(&server, &provider);
    let upstream = provider.signer.token(json!({"iss": ISSUER, "scope": "mcp"}));
    assert_eq!(show(&server, &upstream).status, 401);
    assert_eq!(show(&server, "upstream-access-2").status, 401);
    assert_eq!(show(&server, &tokens.access).status, 200);
    let scratch = Scratch::new();
    let file = scratch.path().join("tokens").to_str().expect("text").to_owned();
    let (_, made, _) = run(&[], &["token", "new", "ci", "--file", &file]);
    let kinds = ["--auth-type", "token,jwt,oauth_proxy", "--auth-tokens-file", &file];
    let audience = ["--auth-issuer", ISSUER, "--auth-audience", "api"];
    let server = serve_signed(&provider, &[&kinds[..], &audience].concat());
    provider.set(|traits| traits.claims = json!({"aud": "api"}));
    let tokens = App::new(&server).tokens(&server, &provider);
    let upstream = provider.signer.token(json!({"iss": ISSUER, "aud": "api"}));
    for token in [made.trim(), &upstream, &tokens.access] {
        assert_eq!(show(&server, token).status, 200, "{token}");
    }
    assert_eq!(show(&server, "garbage").status, 401);
}
