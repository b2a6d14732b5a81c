//! What this server tells of itself as a protected resource (RFC 9728), where, and to whom.

mod support;

use serde_json::{Value, json};
use support::certificates::{Authority, Pair, connect};
use support::house::House;
use support::http_server::{HttpServer, initialize};
use support::raw_http::{self, Answer};
use support::scratch::Scratch;
use support::tokens::Signer;

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
const ISSUER: &str = "https://id.example.com/realms/network";

/// A server whose tokens come from elsewhere.
fn serve(more: &[&str]) -> HttpServer {
    let key = Signer::new("HS256").public();
    let base = ["--transport", "http", "--sandbox", "--auth-type", "jwt", "--auth-issuer", ISSUER];
    let auth = ["--auth-algorithm", "HS256", "--auth-public-key", &key];
    HttpServer::start(&[], &[&base[..], &auth, more].concat())
}

fn get(server: &HttpServer, path: &str, headers: &[(&str, &str)]) -> Answer {
    server.request("GET", path, headers, None)
}

fn document(server: &HttpServer, path: &str, headers: &[(&str, &str)]) -> Value {
    let answer = get(server, path, headers);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.json()
}

fn is_missing(server: &HttpServer, path: &str) {
    let answer = get(server, path, &[]);
    assert_eq!((answer.status, &answer.json()["error"]), (404, &json!("not_found")), "{path}");
}

/// The challenge that somebody without a token gets.
fn challenge(server: &HttpServer, headers: &[(&str, &str)]) -> String {
    let answer = server.post(headers, &initialize("2025-06-18"));
    assert_eq!(answer.status, 401, "{}", answer.text());
    answer.header("www-authenticate").expect("a challenge").to_owned()
}

/// A parameter of a challenge.
fn parameter<'a>(challenge: &'a str, name: &str) -> Option<&'a str> {
    challenge.split_once(&format!("{name}=\""))?.1.split('"').next()
}

/// Where the challenge says that the document is: what comes before its path, and that path.
fn told(server: &HttpServer, headers: &[(&str, &str)]) -> (String, String) {
    let challenge = challenge(server, headers);
    let url = parameter(&challenge, "resource_metadata").expect("the place of the document");
    let (before, after) = url.split_once("/.well-known/").expect("a well-known place");
    (before.to_owned(), format!("/.well-known/{after}"))
}

#[test]
fn the_document_names_the_public_url_to_the_letter_and_stands_where_the_challenge_says() {
    for (url, suffix) in [
        ("https://mcp.example.com/mcp", "/mcp"),
        ("https://mcp.example.com/mcp/", "/mcp/"),
        ("https://mcp.example.com:8443/itential/mcp", "/itential/mcp"),
        ("https://mcp.example.com/itential/mcp/", "/itential/mcp/"),
        // A slash that is all of the path belongs to the host (section 3.1).
        ("https://mcp.example.com", ""),
        ("https://mcp.example.com/", ""),
        ("http://localhost:9000/MCP", "/MCP"),
    ] {
        let server = serve(&["--public-url", url]);
        let (before, path) = told(&server, &[]);
        assert_eq!(path, format!("{WELL_KNOWN}{suffix}"), "{url}");
        assert!(url == before || url.strip_prefix(&before).is_some_and(|it| it.starts_with('/')));
        let bare = path.trim_end_matches('/');
        // As the challenge says, with and without a slash, at the root, and where it is on this listener.
        for place in [&path, bare, &format!("{bare}/"), WELL_KNOWN, &format!("{WELL_KNOWN}/mcp")] {
            let said = document(&server, place, &[]);
            assert_eq!(said["resource"], url, "{place}");
            assert_eq!(said["authorization_servers"], json!([ISSUER]), "{place}");
            assert_eq!(said["bearer_methods_supported"], json!(["header"]), "{place}");
        }
        // Nobody's headers change what is configured.
        let proxied = [("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", "evil.example")];
        assert_eq!(document(&server, WELL_KNOWN, &proxied)["resource"], url);
        assert_eq!(told(&server, &proxied), (before, path));
    }
}

#[test]
fn without_a_public_url_it_is_what_the_request_and_trusted_proxies_say() {
    let server = serve(&[]);
    let stranger = serve(&["--trusted-proxies", "192.0.2.1"]);
    let own = |server: &HttpServer| format!("http://127.0.0.1:{}", server.port);
    let (https, host) = (("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "mcp.example.com"));
    let prefix = ("X-Forwarded-Prefix", "/itential/");
    let far = "https://mcp.example.com".to_owned();
    for (headers, base) in [
        (vec![], own(&server)),
        (vec![https, host], far.clone()),
        (vec![https, host, prefix], format!("{far}/itential")),
        (
            vec![("X-Forwarded-Proto", "https, http"), ("X-Forwarded-Host", "mcp.example.com, x")],
            far,
        ),
        (vec![https, ("X-Forwarded-Host", "a.example:8443")], "https://a.example:8443".into()),
        (vec![host], "http://mcp.example.com".into()),
        (vec![https], own(&server).replace("http:", "https:")),
        (vec![("X-Forwarded-Proto", "javascript")], own(&server)),
        (vec![("X-Forwarded-Prefix", "//evil.example")], own(&server)),
    ] {
        for (server, base) in [(&server, &base), (&stranger, &own(&stranger))] {
            let (before, path) = told(server, &headers);
            assert_eq!((&before, &path[..]), (base, "/.well-known/oauth-protected-resource/mcp"));
            for place in [&path, WELL_KNOWN] {
                let said = document(server, place, &headers);
                assert_eq!(said["resource"], format!("{base}/mcp"), "{headers:?}");
            }
        }
    }
    // Under another name of this machine, which is no less its own.
    let named = format!("localhost:{}", server.port);
    let mut socket = raw_http::connect(server.port);
    raw_http::ask(&mut socket, &named, "GET", WELL_KNOWN, &[], None);
    assert_eq!(raw_http::answer(&mut socket).json()["resource"], format!("http://{named}/mcp"));
    // What a header says ends no quotes.
    let odd = challenge(&server, &[("X-Forwarded-Host", r#"a", scope="all"#)]);
    assert_eq!(parameter(&odd, "scope"), None, "{odd}");
}

#[test]
fn with_tls_here_it_is_https_and_another_path_is_another_place() {
    let scratch = Scratch::new();
    let authority = Authority::new("Test CA");
    let pair = Pair::write(&scratch, "server", authority.issue(&["localhost"]));
    let server = serve(&[&pair.options()[..], &["--path", "/itential/tools"]].concat());
    let place = format!("{WELL_KNOWN}/itential/tools");
    let get = |place: &str| {
        let mut socket = connect(server.port, &authority.pem(), "localhost");
        let host = format!("localhost:{}", server.port);
        raw_http::ask(&mut socket, &host, "GET", place, &[], None);
        raw_http::answer(&mut socket)
    };
    for place in [&place, WELL_KNOWN] {
        let url = format!("https://localhost:{}/itential/tools", server.port);
        assert_eq!(get(place).json()["resource"], url, "{place}");
    }
    assert_eq!(get(&format!("{WELL_KNOWN}/mcp")).status, 404);
}

#[test]
fn nobody_is_sent_to_a_login_that_does_not_exist() {
    let house = House::new();
    let _ = house.token("ci", &[]);
    let alone = house.serve(&[], &["--sandbox"]);
    let tokens = ["--auth-type", "token,jwt", "--auth-tokens-file", &house.file];
    let both = serve(&tokens);
    let nobody = serve(&["--auth-issuer", ""]);
    for server in [&alone, &nobody] {
        for place in [WELL_KNOWN, &format!("{WELL_KNOWN}/mcp")] {
            is_missing(server, place);
        }
        assert_eq!(challenge(server, &[]), "Bearer");
    }
    let (_, path) = told(&both, &[]);
    assert_eq!(document(&both, &path, &[])["authorization_servers"], json!([ISSUER]));
}

#[test]
fn scopes_are_those_to_ask_for_and_a_refresh_token_is_none_of_them() {
    for (options, scopes) in [
        (&["--auth-required-scopes", "mcp,mcp:write"][..], "mcp mcp:write"),
        (&["--auth-required-scopes", "mcp,offline_access"], "mcp"),
        (
            &[
                "--auth-required-scopes",
                "mcp",
                "--auth-advertised-scopes",
                "offline_access,api://1/mcp",
            ],
            "api://1/mcp",
        ),
        (&[], ""),
        (&["--auth-advertised-scopes", "offline_access"], ""),
    ] {
        let server = serve(options);
        let challenge = challenge(&server, &[]);
        assert_eq!(parameter(&challenge, "scope"), Some(scopes).filter(|it| !it.is_empty()));
        let said = document(&server, WELL_KNOWN, &[]);
        let listed: Vec<&str> = scopes.split_whitespace().collect();
        match scopes {
            // What is empty is left out (section 3.2).
            "" => assert!(said.get("scopes_supported").is_none(), "{said}"),
            _ => assert_eq!(said["scopes_supported"], json!(listed), "{options:?}"),
        }
    }
    // Nor where a token lacks some.
    let server = serve(&["--auth-required-scopes", "mcp,offline_access"]);
    let token = Signer::new("HS256").token(json!({"iss": ISSUER}));
    let bearer = format!("Bearer {token}");
    let answer = server.post(&[("Authorization", &bearer)], &initialize("2025-06-18"));
    let challenge = answer.header("www-authenticate").expect("a challenge");
    assert_eq!((answer.status, parameter(challenge, "scope")), (403, Some("mcp")));
}

#[test]
fn what_is_told_is_told_to_everybody_and_what_is_not_there_is_told_as_json() {
    let server = serve(&[]);
    let bad = [("Authorization", "Bearer garbage")];
    for path in ["/status", "/status/healthz", "/status/livez", "/status/readyz", WELL_KNOWN] {
        for headers in [&[][..], &bad] {
            let answer = get(&server, path, headers);
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        }
    }
    for rest in ["x", "/mcpx", "/mcp/x", "/", "//mcp", "/../mcp", "/MCP"] {
        match rest {
            "/" => drop(document(&server, &format!("{WELL_KNOWN}{rest}"), &[])),
            _ => is_missing(&server, &format!("{WELL_KNOWN}{rest}")),
        }
    }
    for path in
        ["openid-configuration", "oauth-authorization-server", "oauth-authorization-server/mcp"]
    {
        is_missing(&server, &format!("/.well-known/{path}"));
    }
    let length = get(&server, WELL_KNOWN, &[]).body.len().to_string();
    let head = server.request("HEAD", WELL_KNOWN, &[], None);
    assert_eq!((head.status, head.header("content-length")), (200, Some(&length[..])));
    assert!(head.body.is_empty());
    let posted = server.request("POST", WELL_KNOWN, &[], Some("{}"));
    assert_eq!((posted.status, posted.header("allow")), (405, Some("GET, HEAD")));
}

#[test]
fn pages_may_read_the_document_and_those_that_may_call_read_the_challenge_too() {
    let page = ("Origin", "https://app.example.com");
    let server = serve(&["--allowed-origins", "https://app.example.com"]);
    for (origin, status) in [(page, 401), (("Origin", "https://evil.example"), 403)] {
        let read = get(&server, WELL_KNOWN, &[origin]);
        assert_eq!((read.status, read.header("access-control-allow-origin")), (200, Some("*")));
        let asked = [origin, ("Access-Control-Request-Method", "GET")];
        let preflight = server.request("OPTIONS", WELL_KNOWN, &asked, None);
        let allowed = preflight.header("access-control-allow-origin");
        assert_eq!((preflight.status, allowed), (204, Some("*")));
        let methods = preflight.header("access-control-allow-methods").expect("methods");
        assert!(methods.contains("GET"), "{methods}");
        let called = server.post(&[origin], &initialize("2025-06-18"));
        assert_eq!(called.status, status, "{origin:?}");
        if status == 401 {
            let read = called.header("access-control-expose-headers").expect("some headers");
            assert!(read.contains("WWW-Authenticate"), "{read}");
        }
    }
}
