use serde_json::json;

use super::*;

#[test]
fn secrets_are_masked() {
    for (text, safe) in [
        ("password=hunter2 user=bob", "password=[REDACTED] user=bob"),
        ("pwd: x", "pwd: [REDACTED]"),
        ("my_password = 'a b'", "my_password = '[REDACTED]'"),
        ("PASSWD=a,b;c", "PASSWD=[REDACTED]"),
        (r#"{"password":"a\"b","n":1}"#, r#"{"password":"[REDACTED]","n":1}"#),
        (
            r#"{"m":"{\"api_key\":\"k\",\"n\":1}"}"#,
            r#"{"m":"{\"api_key\":\"[REDACTED]\",\"n\":1}"}"#,
        ),
        ("{'token': 'abc', 'x': 1}", "{'token': '[REDACTED]', 'x': 1}"),
        ("GET /x?token=abc&y=1", "GET /x?token=[REDACTED]&y=1"),
        ("access-token: abcdef.ghi", "access-token: [REDACTED]"),
        ("secret => s3cr3t", "secret => [REDACTED]"),
        ("Authorization: Basic dTpw\r\nHost: h", "Authorization: [REDACTED]\r\nHost: h"),
        ("Set-Cookie: token=a; Path=/\nX: y", "Set-Cookie: [REDACTED]\nX: y"),
        (r#""cookie":"token=a; b=c","x":1"#, r#""cookie":"[REDACTED]","x":1"#),
        ("sent Bearer abc123def now", "sent Bearer [REDACTED] now"),
        ("sent basic dXNlcjpwYXNz now", "sent basic [REDACTED] now"),
        ("x eyJhbGciOi.eyJzdWIi.c2ln y", "x [REDACTED] y"),
        ("https://u:p@h:1/x", "https://[REDACTED]@h:1/x"),
        ("postgresql://u:p@h/db", "postgresql://[REDACTED]@h/db"),
        ("email=a@b.example, x", "email=[REDACTED], x"),
        ("<password>p&amp;q</password>", "<password>[REDACTED]</password>"),
        ("run --password x --host h", "run --password [REDACTED] --host h"),
        ("community: public", "community: [REDACTED]"),
        ("a -----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY----- b", "a [REDACTED] b"),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMHc", "[REDACTED]"),
        (r#""tokens":["a","b"],"n":1"#, r#""tokens":[REDACTED],"n":1"#),
        ("password=[a]b c", "password=[REDACTED] c"),
        ("Größe password=ü€ Maß", "Größe password=[REDACTED] Maß"),
    ] {
        assert_eq!(redact(text), safe, "{text}");
    }
}

#[test]
fn no_style_of_writing_hides_a_secret() {
    for text in [
        r#"{"user":{"username":"admin","password":"hunter2"}}"#,
        r#"{"user":{"username":"admin","roles":["a"],"password":"hunter2"}}"#,
        r#"{"auth":{"kind":"x]","values":["hunter2"]}}"#,
        r#"{"credentials":[["hunter2"],{"a":"hunter2"}],"n":1}"#,
        r#"{"password":["a","hunter2"#,
        r#"{"name":"password","value":"hunter2"}"#,
        r#"{'key': 'apiKey', 'value': 'hunter2'}"#,
        "body=%7B%22password%22%3A%22hunter2%22%7D",
        "password%3Dhunter2%26user%3Dx",
        "%2522password%2522%253A%2522hunter2%2522",
        r"\u0022password\u0022:\u0022hunter2\u0022",
        "&quot;password&quot;:&quot;hunter2&quot;",
        "&lt;password&gt;hunter2&lt;/password&gt;",
        "<ns:password>hunter2</ns:password>",
        r#"<password type="plain">hunter2</password>"#,
        "<password><![CDATA[hunter2]]></password>",
        r#"<login password="hunter2" user="x"/>"#,
        r#"<credential password="hunter2">x</credential>"#,
        "password:\n  hunter2",
        "tokens:\n  - a\n  - hunter2\nnext: x",
        "password: |-\n  hunter2\n",
        "credentials:\n  user: x\n  password: hunter2",
        "[('password', 'hunter2')]",
        "login with password 'hunter2' failed",
        "password: `hunter2`",
        "curl -u admin:hunter2 https://h",
        "curl --user admin:hunter2 https://h",
        "https://admin:hunt/hunter2@h/x",
        "redis://default:hunter2@h:1",
        "x ghp_hunter2hunter2hunter2 y",
        r#"{\"a\":{\"password\":\"hunter2\"}}"#,
    ] {
        let safe = redact(text);
        assert!(!safe.contains("hunter2"), "{text}: {safe}");
    }
    assert_eq!(
        redact(r#"{"password":["a"],"n":[1],"user":{"name":"x"}}"#),
        r#"{"password":[REDACTED],"n":[1],"user":{"name":"x"}}"#
    );
    let pair = json!([{"name": "password", "value": "x"}, {"name": "port", "value": 22}]);
    assert_eq!(redact_json(&pair)[0]["value"], MASK);
    assert_eq!(redact_json(&pair)[1]["value"], 22);
}

#[test]
fn the_rest_stays() {
    for text in [
        "",
        "the password is wrong",
        "login failed (401) for user 'admin'; check platform user and password",
        "GET /health/adapters on https://platform.example:443: timed out after 30 s",
        "https://h/a@b",
        "Basic authentication failed",
        "Bearer token missing",
        r#"{"token":null,"password":"","max_tokens":5}"#,
        "user=admin",
        "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----",
        "password: [REDACTED]",
        "eyJ..eyJ.",
        "\\\"password\\",
    ] {
        assert_eq!(redact(text), text);
    }
}

#[test]
fn json_is_masked_by_name() {
    let value = json!({
        "user": "admin", "password": 12345, "tokens": ["a", {"b": "c"}], "max_tokens": 7,
        "nested": [{"apiKey": "k", "note": "password=x"}], "secret": null, "email": "a@b.c",
    });
    assert_eq!(
        redact_json(&value),
        json!({
            "user": "admin", "password": MASK, "tokens": [MASK, {"b": MASK}], "max_tokens": 7,
            "nested": [{"apiKey": MASK, "note": "password=[REDACTED]"}], "secret": null,
            "email": MASK,
        })
    );
}

#[test]
fn hostile_text_costs_no_more_than_any_other() {
    // Each of these hangs when something is looked at again and again.
    for piece in [
        "user=",
        "password=",
        "password:\"",
        "user:'",
        "eyJ.",
        "eyJa.",
        "://",
        "://@",
        "<token>",
        "bearer ",
        "--token ",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "\\",
        "token ",
        "token\\\"",
        "token=[",
        "email=a@",
        "<token><",
        "<token a>",
        "token:[",
        "token:[\"",
        "x://a:b/",
        "token:\n  a",
        "enable secret ",
        "snmp-server host ",
        "\"name\":\"token\"",
        "%25",
        "token => ",
    ] {
        redact(&piece.repeat(200_000 / piece.len()));
    }
}

#[test]
fn every_cut_of_a_text_is_safe() {
    let text = "ä <token>é\\\"password\\\":\\\"ß --secret ö://ü@x eyJa.b.c -----BEGIN RSA PRIVATE KEY-----";
    for start in 0..text.len() {
        for end in start..=text.len() {
            if let Some(part) = text.get(start..end) {
                redact(part);
            }
        }
    }
}
