//! The OAuth proxy before anybody logs in: what it needs, what clients read first, how they register.

mod support;

use serde_json::{Value, json};
use support::form;
use support::http_server::initialize;
use support::oauth::*;
use support::provider::{ID, Provider};

#[test]
fn clients_read_first_what_there_is() {
    let provider = Provider::start();
    let server = serve(&provider, &[]);
    let metadata = json!({
        "issuer": BASE,
        "authorization_endpoint": format!("{BASE}/authorize"),
        "token_endpoint": format!("{BASE}/token"),
        "registration_endpoint": format!("{BASE}/register"),
        "revocation_endpoint": format!("{BASE}/revoke"),
        "scopes_supported": ["mcp", "mcp:write"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported":
            ["none", "client_secret_post", "client_secret_basic"],
        "revocation_endpoint_auth_methods_supported":
            ["none", "client_secret_post", "client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "client_id_metadata_document_supported": true,
    });
    let place = "/.well-known/oauth-authorization-server";
    let page = [("Origin", "https://inspector.example")];
    for path in [place, &format!("{place}/mcp")] {
        let answer = server.request("GET", path, &page, None);
        assert_eq!((answer.status, answer.json()), (200, metadata.clone()), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(server.request("HEAD", path, &[], None).status, 200);
        assert_eq!(server.request("POST", path, &[], Some("{}")).status, 405);
    }
    assert_eq!(server.request("GET", &format!("{place}/other"), &[], None).status, 404);
    let off = serve(&provider, &["--auth-client-documents", "off"]);
    let said = off.request("GET", place, &[], None).json();
    assert_eq!(said["client_id_metadata_document_supported"], false);

    let resource = "/.well-known/oauth-protected-resource";
    for path in [resource, &format!("{resource}/mcp")] {
        let said = server.request("GET", path, &page, None).json();
        assert_eq!(said["resource"], format!("{BASE}/mcp"));
        assert_eq!(said["authorization_servers"], json!([BASE]));
        assert_eq!(said["scopes_supported"], json!(["mcp", "mcp:write"]));
    }
    let refused = server.post(&[], &initialize("2025-11-25"));
    let challenge = refused.header("www-authenticate").expect("a challenge");
    let url = format!("{BASE}{resource}/mcp");
    assert_eq!(
        (refused.status, challenge),
        (401, &*format!("Bearer resource_metadata=\"{url}\", scope=\"mcp mcp:write\""))
    );
}

#[test]
fn the_public_url_is_the_resource_and_another_provider_of_tokens_stands_beside_the_proxy() {
    let provider = Provider::start();
    let elsewhere = "https://mcp.example.com/itential/mcp";
    let more = ["--public-url", elsewhere, "--auth-type", "oauth_proxy,jwt"];
    let issuer = ["--auth-issuer", "https://id.example.com"];
    let server = serve_signed(&provider, &[&more[..], &issuer].concat());
    let place = "/.well-known/oauth-protected-resource/itential/mcp";
    let said = server.request("GET", place, &[], None).json();
    assert_eq!(said["resource"], elsewhere);
    assert_eq!(said["authorization_servers"], json!([BASE, "https://id.example.com"]));
}

#[test]
fn what_the_proxy_cannot_work_with_is_refused_at_the_start() {
    let base = [
        ("--auth-oauth-client-id", ID),
        ("--auth-oauth-client-secret", "secret"),
        ("--auth-oauth-authorization-url", "https://id.example.com/authorize"),
        ("--auth-oauth-token-url", "https://id.example.com/token"),
        ("--auth-oauth-redirect-uri", CALLBACK),
        ("--auth-oauth-userinfo-url", "https://id.example.com/userinfo"),
    ];
    let check = |kind: &str, more: &[(&str, &str)]| {
        let pairs = form::changed(base.to_vec(), more);
        let mut arguments = vec!["config", "check", "--transport", "http", "--auth-type", kind];
        arguments.extend(pairs.iter().flat_map(|(option, value)| [*option, *value]));
        let (code, out, err) = support::run(&[], &arguments);
        (code, out + &err)
    };
    let (code, said) = check("oauth_proxy", &[]);
    assert_eq!(code, 0, "{said}");
    for (option, part) in [
        ("--auth-oauth-client-id", "auth_oauth_client_id"),
        ("--auth-oauth-client-secret", "auth_oauth_client_secret"),
        ("--auth-oauth-authorization-url", "auth_oauth_authorization_url"),
        ("--auth-oauth-token-url", "auth_oauth_token_url"),
        ("--auth-oauth-redirect-uri", "auth_oauth_redirect_uri"),
        ("--auth-oauth-userinfo-url", "auth_jwks_uri"),
    ] {
        let (code, said) = check("oauth_proxy", &[(option, "")]);
        assert!(code != 0 && said.contains(part), "{option}: {said}");
    }
    for path in ["", "/", "/authorize", "/token", "/consent", "/register", "/revoke", "/mcp"] {
        let redirect = format!("{BASE}{path}");
        let (code, said) = check("oauth_proxy", &[("--auth-oauth-redirect-uri", &redirect)]);
        assert!(code != 0 && said.contains("a path of its own"), "{path}: {said}");
    }
    let (code, said) = check("oauth", &[]);
    assert!(code != 0 && said.contains("oauth_proxy"), "{said}");
    // Where the provider is known its URLs are.
    for preset in ["google", "github"] {
        let known = [
            ("--auth-oauth-authorization-url", ""),
            ("--auth-oauth-token-url", ""),
            ("--auth-oauth-userinfo-url", ""),
            ("--auth-oauth-provider-type", preset),
        ];
        let (code, said) = check("oauth_proxy", &known);
        assert_eq!(code, 0, "{preset}: {said}");
    }
    let (code, said) =
        check("oauth_proxy", &[("--auth-oauth-token-url", "http://id.example.com/t")]);
    assert!(code == 0 && said.contains("auth_oauth_token_url has no TLS"), "{said}");
}

#[test]
fn clients_register_themselves_and_are_told_what_they_got() {
    let server = serve(&Provider::start(), &[]);
    for (method, secret) in [
        (json!("none"), false),
        (json!("client_secret_post"), true),
        (json!("client_secret_basic"), true),
        (Value::Null, true),
    ] {
        let body = json!({"client_name": "Desk", "redirect_uris": [REDIRECT, "https://a.example/cb"],
                          "token_endpoint_auth_method": method, "software_id": "x"});
        let page = [("Origin", "https://inspector.example")];
        let answer = server.request("POST", "/register", &page, Some(&body.to_string()));
        let said = answer.json();
        assert_eq!(answer.status, 201, "{said}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let id = said["client_id"].as_str().expect("an id");
        assert!((100..3000).contains(&id.len()), "{id}");
        assert!(said["client_id_issued_at"].is_u64(), "{said}");
        assert_eq!(said["redirect_uris"], body["redirect_uris"]);
        assert_eq!(said["client_name"], "Desk");
        // RFC 7591 section 2: who says nothing has said client_secret_basic.
        let kept = if method.is_null() { &json!("client_secret_basic") } else { &method };
        assert_eq!(&said["token_endpoint_auth_method"], kept);
        assert_eq!(said["client_secret"].is_string(), secret, "{said}");
        assert_eq!(said.get("client_secret_expires_at"), secret.then_some(&json!(0)));
    }
    let twice = [App::new(&server), App::new(&server)];
    assert_ne!(twice[0].id, twice[1].id);
    for (body, code) in [
        ("", "invalid_client_metadata"),
        ("{", "invalid_client_metadata"),
        ("[]", "invalid_client_metadata"),
        ("7", "invalid_client_metadata"),
        ("<html>", "invalid_client_metadata"),
        ("{}", "invalid_redirect_uri"),
        (r#"{"redirect_uris":[]}"#, "invalid_redirect_uri"),
        (r#"{"redirect_uris":"https://a.example/"}"#, "invalid_redirect_uri"),
        (r#"{"redirect_uris":[7]}"#, "invalid_redirect_uri"),
        (r#"{"redirect_uris":[null]}"#, "invalid_redirect_uri"),
        (
            r#"{"redirect_uris":["https://a.example/"],"redirect_uris":["https://b.example/"]}"#,
            "invalid_client_metadata",
        ),
        (
            r#"{"redirect_uris":["https://a/"],"token_endpoint_auth_method":"private_key_jwt"}"#,
            "invalid_client_metadata",
        ),
        (
            r#"{"redirect_uris":["https://a/"],"token_endpoint_auth_method":7}"#,
            "invalid_client_metadata",
        ),
        (
            r#"{"redirect_uris":["https://a/"],"grant_types":["client_credentials"]}"#,
            "invalid_client_metadata",
        ),
        (
            r#"{"redirect_uris":["https://a/"],"response_types":["token"]}"#,
            "invalid_client_metadata",
        ),
    ] {
        is_error(&register(&server, body), 400, code);
    }
    for method in ["GET", "PUT", "DELETE"] {
        assert_eq!(server.request(method, "/register", &[], None).status, 405, "{method}");
    }
}
