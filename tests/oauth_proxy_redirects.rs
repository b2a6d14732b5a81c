//! Where the OAuth proxy sends browsers with a code, and where not.

mod support;

use serde_json::json;
use support::oauth::*;
use support::provider::Provider;
use support::raw_http::Answer;

#[test]
fn places_that_look_like_somebodys_are_not_registered() {
    let server = serve(&Provider::start(), &[]);
    let long = format!("https://app.example/{}", "a".repeat(3000));
    for uri in [
        "http://app.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.0.0.1@evil.example/cb",
        "http://localhost@evil.example/cb",
        "http://localhost:80@evil.example/cb",
        "http://localhost.evil.example/cb",
        "http://evil.example#@localhost/cb",
        "http://evil.example/?@localhost/cb",
        "http://[::1].evil.example/cb",
        "http://[::1]@evil.example/cb",
        "http://0x7f000001/cb",
        "http://2130706433/cb",
        "http://127.1/cb",
        "http://0/cb",
        "https://user@app.example/cb",
        "https://user:password@app.example/cb",
        "https://app.example@evil.example/cb",
        "https://app.example\\@evil.example/cb",
        "https://app.example/cb#x",
        "https://*.app.example/cb",
        "https://app.example/*",
        "https:///cb",
        "https:app.example/cb",
        "https:/app.example/cb",
        "https://app.example:99999/cb",
        "https://app.example:8x/cb",
        // What would end a rule of the page's policy, and begin one.
        "https://app.example;script-src/cb",
        "https://app.example,x/cb",
        "https://app.example'x/cb",
        "//app.example/cb",
        "/cb",
        "cb",
        "",
        " ",
        "javascript:alert(1)",
        "JavaScript:alert(1)//https://a",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>1</script>",
        "file:///etc/passwd",
        "blob:https://app.example/1",
        "about:blank",
        "vbscript:x",
        "view-source:https://app.example/",
        "intent://x#Intent;end",
        "https://app.example/ cb",
        "https://app.example/\r\nX: y",
        "https://app.example/\tcb",
        "https://app.example/\u{e9}",
        "https://app.example/\u{202e}",
        "https://app.example/\"onload=x",
        &long,
    ] {
        for all in [json!([uri]), json!(["https://app.example/cb", uri])] {
            let answer = register(&server, &json!({ "redirect_uris": all }).to_string());
            is_error(&answer, 400, "invalid_redirect_uri");
        }
    }
    let many = |count: usize, bytes: usize| -> Answer {
        let uri = |at| format!("https://app.example/{at}{}", "a".repeat(bytes));
        let all: Vec<String> = (0..count).map(uri).collect();
        register(&server, &json!({ "redirect_uris": all }).to_string())
    };
    assert_eq!(many(8, 10).status, 201);
    is_error(&many(9, 10), 400, "invalid_redirect_uri");
    is_error(&many(4, 600), 400, "invalid_redirect_uri");
    for uri in [
        "http://localhost:3000",
        "http://127.0.0.1/cb",
        "http://[::1]:8080/cb",
        "https://app.example:8443/cb?x=1&y=2",
        "cursor://anysphere.cursor-retrieval/oauth/callback",
        "vscode://vscode.github-authentication/did-authenticate",
        "com.example.app:/cb",
    ] {
        let answer = register(&server, &json!({ "redirect_uris": [uri] }).to_string());
        assert_eq!(answer.status, 201, "{uri}: {}", answer.text());
    }
}

#[test]
fn places_that_look_like_the_registered_one_get_no_browser() {
    let server = serve(&Provider::start(), &[]);
    let registered =
        ["http://127.0.0.1/done", "https://a.example/cb", "http://[::1]:1/v6", "app.x:/cb"];
    let app = App::with(&server, json!({ "redirect_uris": registered }));
    let ask = |uri: &str| Browser::default().get(&server, &app.authorize(&[("redirect_uri", uri)]));
    for uri in [
        "http://127.0.0.1/done",
        "http://127.0.0.1:1/done",
        "http://127.0.0.1:65535/done",
        "http://[::1]:50000/v6",
        "https://a.example/cb",
        "app.x:/cb",
    ] {
        assert!(location(&ask(uri)).starts_with("/consent?"), "{uri}");
    }
    for uri in [
        "http://127.0.0.1/done/",
        "http://127.0.0.1/done?x=1",
        "http://127.0.0.1/done#x",
        "http://127.0.0.1/DONE",
        "http://127.0.0.1/./done",
        "http://127.0.0.1//done",
        "http://127.0.0.1/%64one",
        "http://127.0.0.1:/done/..",
        "http://127.0.0.1:99999/done",
        "http://127.0.0.1:1x/done",
        "http://127.0.0.1:1@evil.example/done",
        "http://127.0.0.1.evil.example/done",
        "http://127.0.0.1:1.evil.example/done",
        "http://user@127.0.0.1:1/done",
        "http://127.0.0.1\\@evil.example/done",
        "http://127.0.0.2/done",
        "http://localhost/done",
        "https://127.0.0.1/done",
        "HTTP://127.0.0.1/done",
        "http://[::1]/done",
        "http://[::1]:50000@evil.example/v6",
        "https://a.example/cb/",
        "https://a.example/cb?",
        "https://a.example:443/cb",
        "https://a.example:8443/cb",
        "https://A.example/cb",
        "https://a.example./cb",
        "https://a.example/cb/../evil",
        "https://a.example.evil/cb",
        "https://a.example@evil/cb",
        "http://a.example/cb",
        "app.x:/cb2",
        "app.x://cb",
    ] {
        is_lost(&ask(uri), uri);
    }
}
