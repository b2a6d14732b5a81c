//! Clients of the OAuth proxy whose id is the URL of a document about them.

mod support;

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use support::certificates::Authority;
use support::form;
use support::http_server::HttpServer;
use support::oauth::*;
use support::provider::Provider;
use support::raw_http::Answer;
use support::scratch::Scratch;
use support::site::{Asked, Reply, Site, tls};

/// Where documents are, and a server that believes its certificate.
struct House {
    site: Site,
    /// What is answered besides the document of `/app.json`.
    odd: Arc<Mutex<Option<Reply>>>,
    provider: Provider,
    server: HttpServer,
    _scratch: Scratch,
}

impl House {
    fn new(allowed: &str) -> Self {
        let authority = Authority::new("Test CA");
        let scratch = Scratch::new();
        let ca = scratch.write("ca.pem", authority.pem());
        let odd = Arc::new(Mutex::new(None::<Reply>));
        let said = Arc::clone(&odd);
        let pair = authority.issue(&["localhost", "127.0.0.1"]);
        let site = Site::start(Some(tls(&pair)), move |asked: &Asked| {
            let host = asked.header("host").expect("a host");
            let good = good(&format!("https://{host}{}", asked.path));
            match asked.path.as_str() {
                "/app.json" | "/v2/app.json" => Reply::Json(200, good),
                _ => said.lock().expect("no panic").clone().expect("something to say"),
            }
        });
        let provider = Provider::start();
        let userinfo = provider.url("/userinfo");
        let env = [("ITENTIAL_MCP_SERVER_STATE_KEY", KEY), ("SSL_CERT_FILE", ca.as_str())];
        let more = ["--auth-oauth-userinfo-url", &userinfo, "--auth-client-documents", allowed];
        let log = ["--log-level", "warning"];
        let server = start_in(&env, &provider, &[&more[..], &log].concat());
        Self { site, odd, provider, server, _scratch: scratch }
    }

    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.site.port)
    }

    fn app(&self, id: &str) -> App {
        App { id: id.to_owned(), secret: None, redirect: REDIRECT.to_owned() }
    }

    /// What a browser is answered that comes from this client.
    fn ask(&self, id: &str) -> Answer {
        Browser::default().get(&self.server, &self.app(id).authorize(&[]))
    }

    fn is_unknown(&self, id: &str) {
        let answer = self.ask(id);
        assert_eq!(answer.status, 400, "{id}: {}", answer.text());
        assert!(answer.header("location").is_none(), "{id}");
        let body = form::form(&[("grant_type", "refresh_token"), ("client_id", id)]);
        is_error(&post_form(&self.server, "/token", &[], &body), 401, "invalid_client");
    }
}

/// A document.
fn good(url: &str) -> Value {
    json!({"client_id": url, "client_name": "Documented", "redirect_uris": [REDIRECT],
           "token_endpoint_auth_method": "none", "logo_uri": "https://evil.example/logo"})
}

#[test]
fn a_client_is_known_by_its_document_and_needs_no_registration() {
    let house = House::new("internal");
    let (server, provider) = (&house.server, &house.provider);
    let id = house.url("/app.json");
    let app = house.app(&id);
    let asked = location(&house.ask(&id));
    let page = Browser::default().get(server, &asked).text();
    assert!(page.contains("Documented") && !page.contains("evil.example"), "{page}");
    let tokens = app.tokens(server, provider);
    assert_eq!(show(server, &tokens.access).status, 200);
    let new = Tokens::of(&app.refresh(server, tokens.refresh(), &[]));
    assert_eq!(app.revoke(server, new.refresh()).status, 200);
    assert_eq!(show(server, &new.access).status, 401);
    // Any port of the user's machine, and nothing else.
    let port = ("redirect_uri", "http://127.0.0.1:50001/done");
    assert!(app.log_in(server, provider, &[port]).starts_with("http://127.0.0.1:50001/done?code="));
    let evil = app.authorize(&[("redirect_uri", "https://evil.example/done")]);
    assert_eq!(Browser::default().get(server, &evil).status, 400);
    // One client's code is not another's.
    let other = house.app(&house.url("/v2/app.json"));
    let code = app.code(server, provider);
    is_error(&other.change(server, &code, &[]), 400, "invalid_grant");
    // It was read once, without anything of ours.
    let asked = house.site.asked("/app.json");
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].method, "GET");
    for name in ["authorization", "cookie"] {
        assert!(asked[0].header(name).is_none(), "{name}");
    }
}

#[test]
fn a_document_must_be_what_it_says_and_say_what_is_needed() {
    let house = House::new("internal");
    let json = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let with = |name: &'static str, value: Value| {
        move |url: &str| {
            let mut document = good(url);
            document[name] = value.clone();
            Reply::Json(200, document)
        }
    };
    let bytes = |text: String| move |_: &str| Reply::Bytes(text.clone());
    type Odd<'a> = (&'a str, Box<dyn Fn(&str) -> Reply + 'a>);
    let target = house.url("/app.json");
    let rows: Vec<Odd> = vec![
        ("of another", Box::new(with("client_id", target.clone().into()))),
        ("of nobody", Box::new(with("client_id", Value::Null))),
        ("of a number", Box::new(with("client_id", 7.into()))),
        ("no redirects", Box::new(with("redirect_uris", json!([])))),
        ("redirects no list", Box::new(with("redirect_uris", REDIRECT.into()))),
        ("a bad redirect", Box::new(with("redirect_uris", json!(["http://evil.example/"])))),
        ("a script", Box::new(with("redirect_uris", json!(["javascript:alert(1)"])))),
        ("a secret", Box::new(with("client_secret", "x".into()))),
        ("proves itself", Box::new(with("token_endpoint_auth_method", "private_key_jwt".into()))),
        ("a list", Box::new(|_: &str| Reply::Json(200, json!([])))),
        ("nothing", Box::new(|_: &str| Reply::Json(200, json!({})))),
        ("not there", Box::new(|_: &str| Reply::Json(404, json!({})))),
        ("not there, but", Box::new(|url: &str| Reply::Json(404, good(url)))),
        (
            "elsewhere",
            Box::new(bytes(format!(
                "HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n"
            ))),
        ),
        (
            "for good",
            Box::new(bytes(
                "HTTP/1.1 308 X\r\nLocation: /app.json\r\nContent-Length: 0\r\n\r\n".to_owned(),
            )),
        ),
        (
            "a page",
            Box::new(bytes("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>".to_owned())),
        ),
        ("cut", Box::new(bytes(format!("{json}Content-Length: 90\r\n\r\n{{")))),
        ("hung up", Box::new(bytes(String::new()))),
        ("endless", Box::new(move |_: &str| Reply::Endless(format!("{json}\r\n{{")))),
        ("huge", Box::new(with("client_uri", "x".repeat(100_000).into()))),
    ];
    for (at, (what, reply)) in rows.iter().enumerate() {
        let path = format!("/odd-{at}.json");
        let id = house.url(&path);
        *house.odd.lock().expect("no panic") = Some(reply(&id));
        house.is_unknown(&id);
        let asked = house.site.asked(&path).len();
        assert_eq!(asked, 1, "{what}: what was not good is not asked for at once again");
    }
    assert!(house.site.asked("/app.json").is_empty(), "redirects are not followed");
    house.server.served.log_line("names another client_id");
    for id in [
        format!("http://localhost:{}/app.json", house.site.port),
        format!("https://user@localhost:{}/app.json", house.site.port),
        format!("https://localhost:{}", house.site.port),
        format!("https://localhost:{}/", house.site.port),
        house.url("/app.json#x"),
        house.url("/a/../app.json"),
        house.url("/./app.json"),
        "https://".into(),
        "https:///app.json".into(),
        "https://localhost:1/app.json".into(),
        format!("https://localhost:{}/{}", house.site.port, "a".repeat(3000)),
        format!("HTTPS://localhost:{}/app.json", house.site.port),
    ] {
        house.is_unknown(&id);
    }
    // The certificate must be of the name.
    assert!(house.site.asked("/app.json").is_empty());
    assert!(location(&house.ask(&target)).starts_with("/consent?"));
}

#[test]
fn nobody_has_this_server_ask_around_where_it_stands() {
    let house = House::new("public");
    let port = house.site.port;
    for host in [
        format!("localhost:{port}"),
        format!("127.0.0.1:{port}"),
        format!("127.1:{port}"),
        format!("2130706433:{port}"),
        format!("0x7f000001:{port}"),
        format!("0:{port}"),
        format!("[::1]:{port}"),
        format!("[::ffff:127.0.0.1]:{port}"),
        format!("[::]:{port}"),
        format!("LOCALHOST:{port}"),
        "169.254.169.254".into(),
        "10.0.0.1".into(),
        "192.168.1.1".into(),
        "172.16.0.1".into(),
        "100.64.0.1".into(),
        "[fe80::1]".into(),
        "[fc00::1]".into(),
        "[64:ff9b::7f00:1]".into(),
        "0.0.0.0".into(),
    ] {
        house.is_unknown(&format!("https://{host}/app.json"));
    }
    assert!(house.site.asked("/app.json").is_empty());
    let off = House::new("off");
    off.is_unknown(&off.url("/app.json"));
    assert!(off.site.asked("/app.json").is_empty());
    // Registration is open as ever.
    App::new(&off.server).tokens(&off.server, &off.provider);
}
