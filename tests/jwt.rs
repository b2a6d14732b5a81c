//! Signed tokens: which are good, whose they are, and every known way to forge one.

mod support;

use serde_json::{Value, json};
use support::http_server::{HttpServer, call, initialize};
use support::key_server::{Answer as Keys, KeyServer};
use support::raw_http::Answer;
use support::scratch::Scratch;
use support::tokens::{Signer, b64, now};

/// A server that takes tokens of one key.
fn door(signer: &Signer, more: &[&str]) -> HttpServer {
    let key = signer.public();
    let base = ["--transport", "http", "--sandbox", "--auth-type", "jwt"];
    let auth = ["--auth-algorithm", signer.algorithm, "--auth-public-key", &key];
    HttpServer::start(&[], &[&base[..], &auth, more].concat())
}

fn show(server: &HttpServer, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    server.post(&[("Authorization", &bearer)], &initialize("2025-06-18"))
}

fn good(server: &HttpServer, token: &str) -> bool {
    show(server, token).status == 200
}

/// Why it is refused.
fn refused(server: &HttpServer, token: &str) -> String {
    let answer = show(server, token);
    assert_eq!(answer.status, 401, "{token}: {}", answer.text());
    let challenge = answer.header("www-authenticate").expect("a challenge").to_owned();
    assert!(challenge.starts_with("Bearer error=\"invalid_token\""), "{challenge}");
    let said = answer.json();
    assert_eq!(said["error"], "invalid_token");
    assert!(!answer.text().contains(token) && !challenge.contains(token));
    said["error_description"].as_str().expect("a reason").to_owned()
}

const ALGORITHMS: [&str; 12] = [
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
    "ES384", "EdDSA",
];

#[test]
fn every_algorithm_is_checked_and_takes_no_other() {
    for algorithm in ALGORITHMS {
        let signer = Signer::new(algorithm);
        let server = door(&signer, &[]);
        assert!(good(&server, &signer.token(json!({}))), "{algorithm}");
        // Of another key, and with every other algorithm: by its own signer, and by this key's name.
        if !algorithm.starts_with("HS") {
            let other = Signer::number(algorithm, 1).token(json!({}));
            assert!(refused(&server, &other).contains("signature"), "{algorithm}");
        }
        for other in ALGORITHMS.into_iter().filter(|other| *other != algorithm) {
            let token = Signer::new(other).token(json!({}));
            assert!(refused(&server, &token).contains(algorithm), "{algorithm} {other}");
            let claimed = Signer::new(other).token_with(json!({"alg": algorithm}), json!({}));
            // The same secret with another hash is not the same signature.
            assert!(refused(&server, &claimed).contains("signature"), "{algorithm} {other}");
        }
    }
}

/// RFC 8725 section 2, and what tools that try tokens try.
#[test]
fn no_known_forgery_comes_in() {
    let signer = Signer::new("RS256").named("one");
    let server = door(&signer, &[]);
    let token = signer.token(json!({}));
    assert!(good(&server, &token));
    let canary = KeyServer::start(Keys::Nothing);
    let url = format!("http://127.0.0.1:{}/jwks", canary.port);
    let parts: Vec<&str> = token.split('.').collect();
    let [head, body, mark] = parts[..] else { panic!("three parts") };
    let claims = json!({"exp": now() + 300, "sub": "ann", "client_id": "desk"}).to_string();
    let other = Signer::number("RS256", 1);
    let with = |header: Value| other.token_with(header, json!({}));
    let mut forged = Vec::new();
    // No signature at all.
    for none in ["none", "None", "NONE", "nOnE", "", "RS256 ", "rs256", "\u{0}RS256"] {
        let message = format!("{}.{}", b64(json!({"alg": none}).to_string()), b64(&claims));
        for mark in ["", "AA", mark] {
            forged.push((format!("alg {none:?}"), format!("{message}.{mark}")));
        }
    }
    // The public key taken for a shared secret.
    let pem = signer.public();
    for secret in
        [pem.clone(), pem.trim().to_owned(), pem.replace('\n', "\r\n"), pem.replace('\n', "")]
    {
        forged.push(("RS as HS".into(), Signer::secret("HS256", secret.clone()).token(json!({}))));
        let claimed =
            Signer::secret("HS256", secret).token_with(json!({"alg": "RS256"}), json!({}));
        forged.push(("HS as RS".into(), claimed));
    }
    for secret in ["", "secret", "0"] {
        forged.push(("empty secret".into(), Signer::secret("HS256", secret).token(json!({}))));
    }
    // Keys that the token brings along, or points at.
    let jwk = other.jwk();
    for header in [
        json!({"jwk": jwk}),
        json!({"jwk": jwk, "kid": "one"}),
        json!({"jku": url, "kid": "one"}),
        json!({"x5u": url}),
        json!({"x5c": ["AAAA"]}),
        json!({"x5t": "AAAA", "x5t#S256": "AAAA"}),
        json!({"iss": url, "url": url}),
    ] {
        forged.push((header.to_string(), with(header)));
    }
    // Names of keys that somebody might open, ask a database for or run.
    for kid in
        ["../../../../dev/null", "/dev/null", "x' UNION SELECT 'secret", "|sleep 9", "%00", &url]
    {
        forged.push((kid.to_owned(), with(json!({"kid": kid}))));
        let empty = Signer::secret("HS256", "").token_with(json!({"kid": kid}), json!({}));
        forged.push((kid.to_owned(), empty));
    }
    // The token changed, cut, glued and written in another way.
    let bad = b64(json!({"exp": now() + 300, "sub": "root"}).to_string());
    for (what, text) in [
        ("claims", format!("{head}.{bad}.{mark}")),
        ("no signature", format!("{head}.{body}.")),
        ("two parts", format!("{head}.{body}")),
        ("one part", head.to_owned()),
        ("dots", "..".into()),
        ("four parts", format!("{token}.AA")),
        ("five parts", format!("{token}.AA.AA")),
        ("signature cut", format!("{head}.{body}.{}", &mark[..mark.len() - 4])),
        ("signature longer", format!("{head}.{body}.{mark}AAAA")),
        ("padded", format!("{head}.{body}.{mark}==")),
        ("other base64", format!("{head}.{body}.{}", mark.replace(['-', '_'], "+"))),
        ("blank", format!("{head} .{body}.{mark}")),
        ("header of another", format!("{}.{body}.{mark}", b64(r#"{"alg":"RS256"}"#))),
        ("header no object", signer.sign("[]", &claims)),
        ("header no JSON", signer.sign("alg=RS256", &claims)),
        ("no header", signer.sign("{}", &claims)),
        ("claims no object", signer.sign(r#"{"alg":"RS256"}"#, "[1]")),
        ("no claims", signer.sign(r#"{"alg":"RS256"}"#, "")),
        ("deep", signer.sign(r#"{"alg":"RS256"}"#, &"[".repeat(5000))),
    ] {
        forged.push((what.to_owned(), text));
    }
    // What the header says and nobody here knows, or says twice.
    for header in [
        json!({"crit": ["exp"]}),
        json!({"crit": []}),
        json!({"crit": null, "x": 1}),
        json!({"crit": ["b64"], "b64": false}),
        json!({"typ": "dpop+jwt"}),
        json!({"typ": "logout+jwt"}),
        json!({"typ": "secevent+jwt"}),
        json!({"typ": "application/json"}),
        json!({"typ": 7}),
        json!({"kid": 7}),
        json!({"kid": "x".repeat(2000)}),
        json!({"alg": ["RS256"]}),
    ] {
        let said = header.to_string();
        // `token_with` takes null for "leave out".
        let text = match header["crit"].is_null() && header.get("crit").is_some() {
            true => signer.sign(r#"{"alg":"RS256","crit":null}"#, &claims),
            false => signer.token_with(header, json!({})),
        };
        forged.push((said, text));
    }
    for (header, claims) in [
        (r#"{"alg":"none","alg":"RS256"}"#, claims.as_str()),
        (r#"{"alg":"RS256","kid":"a","kid":"one"}"#, &claims),
        (r#"{"alg":"RS256"}"#, r#"{"exp":1,"exp":99999999999}"#),
        (r#"{"alg":"RS256"}"#, r#"{"exp":99999999999,"sub":"ann","sub":"root"}"#),
        (r#"{"alg":"RS256"}"#, r#"{"exp":99999999999,"scope":"a","scope":"b"}"#),
        (r#"{"alg":"RS256"}"#, r#"{"exp":99999999999,"a":{"b":1,"b":2}}"#),
    ] {
        forged.push((format!("{header} {claims}"), signer.sign(header, claims)));
    }
    for (what, text) in forged {
        let reason = refused(&server, &text);
        assert!(!reason.is_empty(), "{what}");
    }
    assert_eq!(canary.asked(), 0, "a token had somebody asked");
    // The signature of elliptic curves that fits everything, where zeros are not looked at.
    let curve = Signer::new("ES256");
    let server = door(&curve, &[]);
    let message = curve.token(json!({})).rsplit_once('.').expect("a mark").0.to_owned();
    assert!(refused(&server, &format!("{message}.{}", b64([0; 64]))).contains("signature"));
    // A token larger than any head.
    let long = with(json!({"kid": "x".repeat(1 << 20)}));
    assert!((400..=431).contains(&show(&server, &long).status));
    assert!(good(&server, &curve.token(json!({}))));
}

#[test]
fn d1_times_are_checked_with_the_leeway_and_exp_must_be_there() {
    let signer = Signer::new("ES256");
    let server = door(&signer, &["--auth-leeway", "60"]);
    let now = now();
    for claims in [
        json!({"exp": now - 10}),
        json!({"exp": (now + 100) as f64 + 0.5}),
        json!({"exp": 4e9}),
        json!({"nbf": now + 10}),
        json!({"nbf": now - 100, "iat": now + 10}),
        json!({"iat": 0, "nbf": 0.25}),
    ] {
        assert!(good(&server, &signer.token(claims.clone())), "{claims}");
    }
    for (claims, part) in [
        (r#"{}"#.to_owned(), "exp"),
        (format!(r#"{{"exp":{}}}"#, now - 3600), "expired"),
        (format!(r#"{{"exp":"{}"}}"#, now + 100), "no number"),
        (r#"{"exp":null}"#.to_owned(), "no number"),
        (r#"{"exp":true}"#.to_owned(), "no number"),
        (r#"{"exp":[99999999999]}"#.to_owned(), "no number"),
        (r#"{"exp":-1}"#.to_owned(), "no time"),
        (r#"{"exp":1e300}"#.to_owned(), "no time"),
        (format!(r#"{{"exp":{}000}}"#, now), "no time"),
        (r#"{"exp":1e999}"#.to_owned(), "cannot be read"),
        (r#"{"exp":NaN}"#.to_owned(), "cannot be read"),
        (r#"{"exp":Infinity}"#.to_owned(), "cannot be read"),
        (format!(r#"{{"exp":{},"nbf":{}}}"#, now + 900, now + 600), "nbf"),
        (format!(r#"{{"exp":{},"nbf":"{now}"}}"#, now + 900), "nbf"),
        (format!(r#"{{"exp":{},"iat":{}}}"#, now + 900, now + 600), "iat"),
        (format!(r#"{{"exp":{},"iat":"x"}}"#, now + 900), "iat"),
    ] {
        let reason = refused(&server, &signer.sign(r#"{"alg":"ES256"}"#, &claims));
        assert!(reason.contains(part), "{claims}: {reason}");
    }
    let strict = door(&signer, &["--auth-leeway", "0"]);
    assert!(refused(&strict, &signer.token(json!({"exp": now - 10}))).contains("expired"));
}

#[test]
fn issuer_audience_and_kind_are_those_of_the_configuration() {
    let signer = Signer::new("ES256");
    let (v1, v2) = ("https://sts.example/t/", "https://login.example/t/v2.0");
    let issuers = format!("{v1},{v2}");
    let audiences = "api://11-22,https://mcp.example/mcp";
    let server = door(&signer, &["--auth-issuer", &issuers, "--auth-audience", audiences]);
    let token = |claims: Value| signer.token(claims);
    for (issuer, audience) in [
        (v1, json!("api://11-22")),
        (v2, json!("https://mcp.example/mcp")),
        (v2, json!(["x", "api://11-22"])),
    ] {
        assert!(good(&server, &token(json!({"iss": issuer, "aud": audience}))), "{audience}");
    }
    for (claims, part) in [
        (json!({"aud": "api://11-22"}), "issuer"),
        (json!({"iss": "https://sts.example/t", "aud": "api://11-22"}), "issuer"),
        (json!({"iss": "https://evil.example/", "aud": "api://11-22"}), "issuer"),
        (json!({"iss": [v1], "aud": "api://11-22"}), "iss"),
        (json!({"iss": 1, "aud": "api://11-22"}), "iss"),
        (json!({"iss": v1}), "aud"),
        (json!({"iss": v1, "aud": []}), "aud"),
        (json!({"iss": v1, "aud": "11-22"}), "aud"),
        (json!({"iss": v1, "aud": "https://mcp.example/mcp/"}), "aud"),
        (json!({"iss": v1, "aud": {"api://11-22": true}}), "aud"),
        (json!({"iss": v1, "aud": ["api://11-22", 7]}), "aud"),
    ] {
        let reason = refused(&server, &token(claims.clone()));
        assert!(reason.contains(part), "{claims}: {reason}");
    }
    let fine = json!({"iss": v1, "aud": "api://11-22"});
    for kind in ["JWT", "jwt", "at+jwt", "application/at+jwt", "AT+JWT", "application/jwt"] {
        assert!(good(&server, &signer.token_with(json!({"typ": kind}), fine.clone())), "{kind}");
    }
    assert!(good(&server, &signer.token_with(json!({"typ": null}), fine)));
}

#[test]
fn without_an_audience_the_public_url_is_it_and_without_both_the_start_warns() {
    let signer = Signer::new("ES256");
    let url = "https://mcp.example/itential";
    let server = door(&signer, &["--public-url", url, "--log-level", "warning"]);
    assert!(good(&server, &signer.token(json!({"aud": url}))));
    assert!(good(&server, &signer.token(json!({"aud": format!("{url}/")}))));
    assert!(
        refused(&server, &signer.token(json!({"aud": "https://mcp.example/"}))).contains("aud")
    );
    assert!(refused(&server, &signer.token(json!({}))).contains("aud"));
    assert!(!server.served.log().contains("auth_audience"));
    server.served.log_line("auth_issuer is not set");
    let open = door(&signer, &["--log-level", "warning"]);
    open.served.log_line("neither auth_audience nor public_url is set");
    assert!(good(&open, &signer.token(json!({"aud": "anything"}))));
}

#[test]
fn d2_missing_scopes_are_403_and_all_are_named() {
    let signer = Signer::new("ES256");
    let issuer = "https://id.example";
    let needed = ["--auth-required-scopes", "mcp,mcp:write", "--auth-issuer", issuer];
    let server = door(&signer, &needed);
    let token = |mut claims: Value| {
        claims["iss"] = issuer.into();
        signer.token(claims)
    };
    for claims in [
        json!({"scope": "openid mcp:write mcp"}),
        json!({"scope": ["mcp", "mcp:write"]}),
        json!({"scp": "mcp mcp:write"}),
        json!({"scp": ["mcp"], "roles": ["mcp:write"]}),
        json!({"scope": "", "scp": "mcp mcp:write"}),
    ] {
        assert!(good(&server, &token(claims.clone())), "{claims}");
    }
    for claims in [
        json!({}),
        json!({"scope": "mcp"}),
        json!({"scope": "mcp,mcp:write"}),
        json!({"scope": "mcp:write"}),
        json!({"scope": "MCP mcp:write"}),
        json!({"scope": {"mcp": true}, "scp": 7}),
    ] {
        let answer = show(&server, &token(claims.clone()));
        assert_eq!(answer.status, 403, "{claims}: {}", answer.text());
        let challenge = answer.header("www-authenticate").expect("a challenge");
        assert!(challenge.contains(r#"error="insufficient_scope""#), "{challenge}");
        assert!(challenge.contains(r#"scope="mcp mcp:write""#), "{challenge}");
        assert!(challenge.contains("/.well-known/oauth-protected-resource/mcp"), "{challenge}");
    }
    // What is wrong in another way is told first: a 403 would say that the rest is fine.
    assert!(refused(&server, &token(json!({"exp": 1}))).contains("expired"));
    let missing = server.post(&[], &initialize("2025-06-18"));
    let challenge = missing.header("www-authenticate").expect("a challenge");
    assert!(challenge.contains(r#"scope="mcp mcp:write""#) && !challenge.contains("error"));
}

#[test]
fn a_session_belongs_to_who_began_it_and_survives_a_new_token() {
    let signer = Signer::new("ES256");
    let scratch = Scratch::new();
    let audit = scratch.path().join("audit.jsonl");
    let server = door(&signer, &["--audit-file", audit.to_str().expect("text")]);
    let of = |claims: Value| format!("Bearer {}", signer.token(claims));
    let mine = of(json!({"sub": "ann", "client_id": "desk", "iss": "https://id.example"}));
    let begun = server.post(&[("Authorization", &mine)], &initialize("2025-06-18"));
    let session = begun.header("mcp-session-id").expect("a session").to_owned();
    let used_by = |bearer: &str| {
        let headers = [("Authorization", bearer), ("Mcp-Session-Id", &session)];
        server.post(&headers, &call(1, "get_applications", json!({}))).status
    };
    assert_eq!(used_by(&mine), 200);
    let renewed = json!({"sub": "ann", "client_id": "desk", "iss": "https://id.example", "jti": "2",
                         "exp": now() + 900, "scope": "more"});
    assert_eq!(used_by(&of(renewed)), 200);
    for (sub, client, issuer) in [
        ("bob", "desk", "https://id.example"),
        ("ann", "phone", "https://id.example"),
        ("ann", "desk", "https://id2.example"),
        ("ann via desk at https://id.example", "desk", "https://id.example"),
        ("Ann", "desk", "https://id.example"),
        ("-", "desk", "https://id.example"),
    ] {
        let other = of(json!({"sub": sub, "client_id": client, "iss": issuer}));
        assert_eq!(used_by(&other), 404, "{sub} {client} {issuer}");
    }
    assert_eq!(used_by(&of(json!({"sub": null, "azp": "desk"}))), 404);
    let audited = std::fs::read_to_string(&audit).expect("an audit file");
    assert!(audited.contains("signed:ann via desk at https://id.example"), "{audited}");
    assert!(refused(&server, &signer.token(json!({"sub": 7}))).contains("sub"));
}

#[test]
fn tokens_of_a_file_and_signed_ones_are_taken_side_by_side() {
    let signer = Signer::new("EdDSA");
    let scratch = Scratch::new();
    let file = scratch.path().join("tokens").to_str().expect("text").to_owned();
    let (_, made, _) = support::run(&[], &["token", "new", "ci", "--file", &file]);
    let server = door(&signer, &["--auth-type", "token,jwt", "--auth-tokens-file", &file]);
    assert!(good(&server, made.trim()));
    assert!(good(&server, &signer.token(json!({}))));
    assert!(refused(&server, "garbage").contains("none of those"));
    assert!(refused(&server, &Signer::new("EdDSA").token(json!({}))).contains("signature"));
}
