//! One session, shared, renewed when it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use itential_mcp::cancel::CancelToken;
use itential_mcp::config::Secret;
use itential_mcp::platform::{Client, ErrorKind, Path};
use serde_json::{Value, json as j};

use crate::server::{Act, Server, answer, json, with_login};
use crate::support::eventually;
use crate::{client, get, in_turn, post, settings};

#[test]
fn is_lazy_and_shared_by_concurrent_first_calls() {
    let server = Server::start(|_| json(200, "{}"));
    let client = client(&server);
    assert_eq!(server.seen().len(), 0, "creating a client must send nothing");
    std::thread::scope(|threads| {
        for _ in 0..16 {
            threads.spawn(|| get(&client, "/x").unwrap());
        }
    });
    assert_eq!(server.logins(), 1);
    let login = &server.seen()[0];
    assert_eq!(login.header("content-type"), Some("application/json"));
    let sent: Value = serde_json::from_str(&login.body).unwrap();
    assert_eq!(sent, j!({"user": {"username": "admin", "password": "p\"ä,\\"}}));
    for call in server.calls() {
        assert_eq!(call.header("cookie"), Some("token=t1"), "a Secure cookie is kept over http");
        let agent = call.header("user-agent").unwrap();
        assert_eq!(agent, concat!("itential-mcp/", env!("CARGO_PKG_VERSION")));
    }
}

#[test]
fn takes_the_token_from_the_body_when_there_is_no_cookie() {
    let server =
        Server::raw(in_turn(vec![answer(200, &[], "c2Vzc2lvbi10b2tlbg=="), json(200, "{}")]));
    get(&client(&server), "/x").unwrap();
    assert_eq!(server.calls()[0].header("cookie"), Some("token=c2Vzc2lvbi10b2tlbg=="));
}

#[test]
fn with_oauth_client_credentials() {
    let token = json(200, r#"{"access_token":"a.b.c","expires_in":3600}"#);
    let server = Server::raw(in_turn(vec![token, json(200, "{}")]));
    let mut platform = settings(&server);
    (platform.client_id, platform.client_secret) =
        (Some("my id".to_owned()), Some(Secret::new("s&cret")));
    get(&Client::new(&platform).unwrap(), "/x").unwrap();
    let seen = server.seen();
    assert_eq!((seen[0].method.as_str(), seen[0].target.as_str()), ("POST", "/oauth/token"));
    assert_eq!(seen[0].header("content-type"), Some("application/x-www-form-urlencoded"));
    let form = "grant_type=client_credentials&client_id=my+id&client_secret=s%26cret";
    assert_eq!(seen[0].body, form);
    assert_eq!(seen[1].header("authorization"), Some("Bearer a.b.c"));
}

#[test]
fn without_a_token_in_the_answer_is_an_error() {
    for (oauth, body) in [(false, "OK"), (false, "<html>sign in</html>"), (true, "{}"), (true, "x")]
    {
        let server = Server::raw(move |_| answer(200, &[], body));
        let mut platform = settings(&server);
        (platform.client_id, platform.client_secret) =
            (oauth.then(|| "id".to_owned()), oauth.then(|| Secret::new("secret")));
        let error = get(&Client::new(&platform).unwrap(), "/x").unwrap_err();
        assert!(matches!(error.kind, ErrorKind::Login { .. }), "{body}: {error}");
        assert_eq!(server.seen().len(), 1, "nothing may be sent without a session");
    }
}

#[test]
fn with_wrong_credentials_says_so_and_does_not_hammer() {
    let server = Server::raw(|_| json(401, r#"{"message":"bad user","password":"hunter2"}"#));
    let client = client(&server);
    std::thread::scope(|threads| {
        for _ in 0..16 {
            threads.spawn(|| {
                let error = get(&client, "/x").unwrap_err();
                assert!(matches!(error.kind, ErrorKind::Login { .. }), "{error:?}");
            });
        }
    });
    let text = get(&client, "/x").unwrap_err().to_string();
    assert_eq!(server.seen().len(), 1, "17 calls, one login");
    for part in ["POST /login", "401", "bad user", "'admin'", "check platform user and password"] {
        assert!(text.contains(part), "{part:?} is missing in: {text}");
    }
    assert!(!text.contains("hunter2") && !text.contains("p\"ä"), "{text}");
}

#[test]
fn is_repeated_while_the_platform_starts() {
    let starting = answer(503, &[], "starting");
    let server = Server::raw(in_turn(vec![
        starting,
        answer(200, &[("Set-Cookie", "s=1")], ""),
        json(200, "1"),
    ]));
    assert_eq!(get(&client(&server), "/x").unwrap(), j!(1));
}

#[test]
fn is_renewed_when_the_session_ended() {
    for write in [false, true] {
        let server = Server::start(|seen| match seen.header("cookie") {
            Some("token=t1") => json(401, "{}"),
            _ => json(200, r#"{"ok":1}"#),
        });
        let client = client(&server);
        let answer = if write { post(&client, "/x") } else { get(&client, "/x") };
        assert_eq!(answer.unwrap(), j!({"ok": 1}));
        assert_eq!((server.logins(), server.calls().len()), (2, 2));
    }
}

#[test]
fn is_renewed_once_for_many_calls_that_find_it_ended() {
    let ended = Arc::new(AtomicBool::new(false));
    let script_ended = ended.clone();
    let server = Server::start(move |seen| match seen.header("cookie") {
        Some("token=t1") if script_ended.load(Ordering::SeqCst) => json(401, "{}"),
        _ => json(200, "{}"),
    });
    let client = client(&server);
    get(&client, "/x").unwrap();
    ended.store(true, Ordering::SeqCst);
    std::thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| get(&client, "/x").unwrap());
        }
    });
    assert_eq!(server.logins(), 2);
}

#[test]
fn is_not_repeated_for_ever_when_a_fresh_session_is_refused() {
    let server = Server::start(|_| json(401, r#"{"message":"no"}"#));
    let error = get(&client(&server), "/x").unwrap_err();
    assert!(error.status() == Some(401), "{error:?}");
    assert_eq!((server.logins(), server.calls().len()), (2, 2));
}

/// How platforms, and what stands in front of them, say that a session is over.
fn disguises() -> Vec<(Act, bool)> {
    let redirect = |status, to: &str| answer(status, &[("Location", to)], "Found. Redirecting");
    let page = "\n<!DOCTYPE html><html><title>Sign in</title><input type=\"password\"></html>";
    vec![
        (json(401, r#"{"message":"Unauthorized"}"#), true),
        (redirect(302, "/login"), true),
        (redirect(303, "/login?next=%2Fx"), true),
        (redirect(307, "https://sso.example/saml2/idp"), true),
        (answer(200, &[("Content-Type", "text/html; charset=utf-8")], page), false),
        (answer(200, &[], "<html>Sign in</html>"), false),
        (answer(200, &[], ""), false),
        (json(200, " \n"), false),
    ]
}

#[test]
fn t3_a_read_renews_a_session_that_ended_in_any_disguise() {
    for (act, _) in disguises() {
        let shown = act.clone();
        let server = Server::start(move |seen| match seen.header("cookie") {
            Some("token=t1") => act.clone(),
            _ => json(200, r#"{"ok":1}"#),
        });
        let client = client(&server);
        assert_eq!(
            get(&client, "/x").unwrap_or_else(|error| panic!("{shown:?}: {error}")),
            j!({"ok": 1})
        );
        assert_eq!((server.logins(), server.calls().len()), (2, 2), "{shown:?}");
    }
}

#[test]
fn t3_a_write_is_repeated_only_where_nothing_can_have_been_carried_out() {
    for (act, nothing_done) in disguises() {
        let shown = act.clone();
        let server = Server::start(move |seen| match seen.header("cookie") {
            Some("token=t1") => act.clone(),
            _ => json(200, r#"{"ok":1}"#),
        });
        let client = client(&server);
        let first = post(&client, "/x").unwrap_or_else(|error| panic!("{shown:?}: {error}"));
        assert_eq!(first, if nothing_done { j!({"ok": 1}) } else { Value::Null }, "{shown:?}");
        assert_eq!(server.calls().len(), if nothing_done { 2 } else { 1 }, "{shown:?}");
        // A login page ends the session for those who come next. An empty answer is what many writes
        // are given, and says nothing of it.
        let Act::Send(bytes) = &shown else { unreachable!("all are sent") };
        if nothing_done || String::from_utf8_lossy(bytes).contains("<html") {
            assert_eq!(post(&client, "/x").unwrap(), j!({"ok": 1}), "{shown:?}");
            assert_eq!(server.logins(), 2, "{shown:?}");
        }
    }
}

#[test]
fn t3_a_platform_that_always_answers_so_is_not_asked_for_ever() {
    for (act, _) in disguises() {
        let shown = act.clone();
        let server = Server::start(move |_| act.clone());
        let client = client(&server);
        let error = get(&client, "/x").unwrap_err();
        assert_eq!((server.logins(), server.calls().len()), (2, 2), "{shown:?}: {error}");
        let error = post(&client, "/x").err();
        assert!(!error.is_some_and(|error| error.may_have_happened()), "{shown:?}");
        assert!(server.calls().len() <= 4, "{shown:?}");
    }
    // One that is merely empty costs no login for each call.
    let server = Server::start(|_| answer(200, &[], ""));
    let client = client(&server);
    for _ in 0..5 {
        let error = get(&client, "/x").unwrap_err();
        assert!(error.to_string().contains("it is empty"), "{error}");
    }
    assert_eq!((server.logins(), server.calls().len()), (2, 6));
}

#[test]
fn t3_a_text_may_be_empty_or_a_page_but_no_login_page() {
    let read = |server: &Server| {
        let (client, token) = (client(server), CancelToken::new());
        client.api(&token).search_text(&Path::literal("/render"), &j!({})).unwrap()
    };
    for text in ["", "<html><body>Interfaces</body></html>"] {
        let server = Server::start(move |_| answer(200, &[], text));
        assert_eq!(read(&server), text);
        assert_eq!((server.logins(), server.calls().len()), (1, 1));
    }
    let server = Server::start(|seen| match seen.header("cookie") {
        Some("token=t1") => answer(200, &[], "<html><title>Sign in</title></html>"),
        _ => json(200, r#""rendered""#),
    });
    assert_eq!(read(&server), "rendered");
}

#[test]
fn is_renewed_when_older_than_ttl() {
    for (ttl, logins) in [(Duration::from_secs(3600), 1), (Duration::from_nanos(1), 2)] {
        let server = Server::start(|_| json(200, "{}"));
        let mut platform = settings(&server);
        platform.ttl = Some(ttl);
        let client = Client::new(&platform).unwrap();
        get(&client, "/x").unwrap();
        get(&client, "/x").unwrap();
        assert_eq!(server.logins(), logins, "{ttl:?}");
    }
}

#[test]
fn keepalive_renews_an_ended_session_and_ends_with_the_client() {
    let whoami = AtomicUsize::new(0);
    let server = Server::raw(with_login(move |seen| {
        assert_eq!(seen.target, "/whoami");
        match whoami.fetch_add(1, Ordering::SeqCst) {
            1 => json(401, "{}"),
            _ => json(200, "{}"),
        }
    }));
    let client = client(&server);
    client.keepalive(Duration::from_millis(20)).unwrap();
    eventually("another login", || server.logins() == 2);
    drop(client);
    // One request may have been under way; then silence lasts.
    eventually("the end of the requests", || {
        let before = server.seen().len();
        std::thread::sleep(Duration::from_millis(150));
        server.seen().len() == before
    });
}
