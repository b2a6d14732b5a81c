//! What signed tokens are checked with: keys of the configuration, and key sets of providers, well or
//! ill.

mod support;

use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};
use support::http_server::{HttpServer, initialize};
use support::key_server::{Answer as Keys, KeyServer, key_set};
use support::raw_http::Answer;
use support::scratch::Scratch;
use support::served::Served;
use support::tokens::{Signer, b64};
use support::{eventually, program, run};

const SERVE: [&str; 9] = [
    "--transport",
    "http",
    "--sandbox",
    "--auth-type",
    "jwt",
    "--log-level",
    "info",
    "--auth-audience",
    "api",
];

fn serve(more: &[&str]) -> HttpServer {
    HttpServer::start(&[], &[&SERVE[..], more].concat())
}

/// A server that asks this provider.
fn asking(provider: &KeyServer, more: &[&str]) -> HttpServer {
    serve(&[&["--auth-jwks-uri", &provider.url()][..], more].concat())
}

fn token(signer: &Signer) -> String {
    signer.token(json!({"aud": "api"}))
}

fn show(server: &HttpServer, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    server.post(&[("Authorization", &bearer)], &initialize("2025-06-18"))
}

fn good(server: &HttpServer, signer: &Signer) -> bool {
    show(server, &token(signer)).status == 200
}

/// A certificate of the first RSA key.
fn certificate() -> String {
    let key = KeyPair::from_pem(include_str!("support/keys/rsa_one.pem")).expect("a key");
    let params = CertificateParams::new(vec!["issuer".to_owned()]).expect("no name is wrong");
    params.self_signed(&key).expect("sound parameters").pem()
}

#[test]
fn d3_a_key_is_taken_in_every_form_that_it_comes_in() {
    let signer = Signer::new("RS256");
    let pem = signer.public();
    let scratch = Scratch::new();
    let file = scratch.write("key.pem", &pem);
    let escaped = pem.replace('\n', "\\n");
    let indented = pem.replace('\n', "\n    ");
    let config = |key: &str| {
        let text = format!("[auth]\npublic_key = {key}\n");
        scratch.write("mcp.conf", text)
    };
    let mut forms = vec![
        vec!["--auth-public-key", &pem],
        vec!["--auth-public-key", &escaped],
        vec!["--auth-public-key", &file],
    ];
    let certificate = certificate();
    forms.push(vec!["--auth-public-key", &certificate]);
    let in_file = config(&indented);
    forms.push(vec!["--config", &in_file]);
    for form in forms {
        let server = serve(&form);
        assert!(good(&server, &signer), "{form:?}");
        assert!(!good(&server, &Signer::number("RS256", 1)), "{form:?}");
    }
    let secret = "0123456789abcdefghijklmnopqrstuv";
    let kept = scratch.write("secret", format!("{secret}\n"));
    let signer = Signer::secret("HS256", secret);
    for key in [secret, &kept] {
        let server = serve(&["--auth-algorithm", "HS256", "--auth-public-key", key]);
        assert!(good(&server, &signer), "{key}");
    }
}

#[test]
fn d4_what_cannot_work_is_refused_at_the_start_and_by_config_check() {
    let rsa = Signer::new("RS256").public();
    let curve = Signer::new("ES256").public();
    let private = include_str!("support/keys/rsa_one.pem").to_owned();
    let escaped = private.replace('\n', "\\n");
    let damaged = rsa.replacen("MIIB", "MIIC", 1);
    let small = include_str!("support/keys/rsa_small.pub");
    let zeros = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        // P-256 with a point that is not on it.
        base64(
            &[&hex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")[..], &[7; 64]]
                .concat()
        )
    );
    let secret16 = "0123456789abcdef";
    let uri = "https://id.example/jwks";
    for (options, part) in [
        (vec![], "auth_jwks_uri or auth_public_key"),
        (vec!["--auth-public-key", &rsa, "--auth-jwks-uri", uri], "one or the other"),
        (vec!["--auth-public-key", &rsa, "--auth-algorithm", "ES512"], "ES512"),
        (vec!["--auth-public-key", &rsa, "--auth-algorithm", "rs256."], "expected one of"),
        (vec!["--auth-public-key", &rsa, "--auth-algorithm", "none"], "expected one of"),
        (vec!["--auth-jwks-uri", uri, "--auth-algorithm", "HS256"], "shared secret"),
        (vec!["--auth-public-key", &rsa, "--auth-algorithm", "HS256"], "shared secret"),
        (vec!["--auth-public-key", "abc", "--auth-algorithm", "HS256"], "can be guessed"),
        (
            vec!["--auth-public-key", "/nowhere/s", "--auth-algorithm", "HS256"],
            "begins like a path",
        ),
        (vec!["--auth-public-key", secret16], "auth_algorithm HS256"),
        (vec!["--auth-public-key", "/nowhere/key.pem"], "No such file"),
        (vec!["--auth-public-key", &private], "private key"),
        (vec!["--auth-public-key", &escaped], "private key"),
        (vec!["--auth-public-key", &damaged], "auth_public_key"),
        (vec!["--auth-public-key", small], "1024 bits"),
        (vec!["--auth-public-key", &curve], "ES256"),
        (vec!["--auth-public-key", &rsa, "--auth-algorithm", "EdDSA"], "RS256"),
        (vec!["--auth-public-key", &zeros, "--auth-algorithm", "ES256"], "no point of its curve"),
        (vec!["--auth-jwks-uri", "ftp://id.example/jwks"], "https://"),
        (vec!["--auth-jwks-uri", "https://id example/"], "auth_jwks_uri"),
    ] {
        let options = [&SERVE[..], &["--port", "0"], &options].concat();
        let (code, _, said) = run(&[], &[&["config", "check"], &options[..]].concat());
        assert!(code != 0 && said.contains(part), "{part}: {options:?}: {said}");
        let mut command = program();
        command.arg("run").args(&options);
        let Err((status, log)) = Served::spawn(command) else { panic!("{options:?} was served") };
        assert!(!status.success() && log.contains(part), "{part}: {options:?}: {log}");
        for secret in [secret16, "MIIEv"] {
            assert!(!log.contains(secret) && !said.contains(secret), "{part}: {log}");
        }
    }
    // These start, and say what is weak.
    for (options, part) in [
        (vec!["--auth-public-key", secret16, "--auth-algorithm", "HS256"], "has 16 bytes"),
        (vec!["--auth-jwks-uri", "http://id.example/jwks"], "auth_jwks_uri has no TLS"),
    ] {
        let (code, said, err) = run(&[], &[&["config", "check"], &SERVE[..], &options].concat());
        assert!(
            code == 0 && (said.contains(part) || err.contains(part)),
            "{options:?}: {said}{err}"
        );
    }
}

fn hex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hex");
    (0..text.len()).step_by(2).map(digit).collect()
}

fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[cfg(unix)]
#[test]
fn a_key_file_is_read_again_when_told_so_and_a_bad_one_is_not_taken() {
    let (old, new) = (Signer::new("RS256"), Signer::number("RS256", 1));
    let scratch = Scratch::new();
    let file = scratch.write("key.pem", old.public());
    let server = serve(&["--auth-public-key", &file]);
    let shown = token(&old);
    assert_eq!(show(&server, &shown).status, 200);
    scratch.write("key.pem", "garbage");
    support::signal("HUP", server.served.pid());
    server.served.log_line("key not reloaded");
    assert_eq!(show(&server, &shown).status, 200);
    scratch.write("key.pem", new.public());
    support::signal("HUP", server.served.pid());
    eventually("the new key", || good(&server, &new));
    // What the old key had proven is forgotten.
    assert_eq!(show(&server, &shown).status, 401);
}

#[test]
fn keys_of_a_provider_are_found_by_name_among_odd_ones() {
    let signers = [
        Signer::new("RS256").named("one"),
        Signer::number("RS256", 1).named("two"),
        Signer::new("PS256").named("ps"),
    ];
    let [one, two, other] = &signers;
    let with = |mut jwk: Value, name: &str, value: Value| {
        jwk[name] = value;
        jwk
    };
    let small = json!({"kty": "RSA", "kid": "small", "n": b64([0xff; 128]), "e": "AQAB"});
    let keys = json!({"keys": [
        7, null, "x", [], {},
        {"kty": "oct", "kid": "secret", "k": b64("0123456789abcdef0123456789abcdef")},
        {"kty": "EC", "kid": "k1", "crv": "secp256k1", "x": "AA", "y": "AA"},
        {"kty": "EC", "kid": "off", "crv": "P-256", "x": b64([7; 32]), "y": b64([7; 32])},
        {"kty": "OKP", "kid": "x", "crv": "X25519", "x": b64([7; 32])},
        {"kty": "RSA", "kid": "bare"}, {"kty": "RSA", "kid": "bad", "n": "!!", "e": "AQAB"},
        {"kty": "RSA", "kid": "even", "n": b64([0xff; 256]), "e": "AQAA"},
        {"kty": 5, "kid": 5, "alg": 5, "use": 5}, {"kty": "AKP", "alg": "ML-DSA-65", "pub": "AA"},
        small,
        with(one.jwk(), "use", "enc".into()),
        with(one.jwk(), "alg", "RSA-OAEP".into()),
        with(one.jwk(), "x5c", json!(["AAAA"])),
        with(with(two.jwk(), "alg", "RS256".into()), "key_ops", json!(["verify"])),
    ]});
    let provider = KeyServer::start(Keys::Body(keys.to_string()));
    let server = asking(&provider, &[]);
    assert!(good(&server, one) && good(&server, two));
    let said = |token: &str| show(&server, token).json()["error_description"].clone();
    // The right signer under another's name, and names of keys that are passed over.
    let swapped = Signer::new("RS256").named("two");
    assert!(said(&token(&swapped)).as_str().expect("text").contains("signature"));
    for name in ["small", "secret", "bare", "unheard of"] {
        let answer = show(&server, &token(&Signer::new("RS256").named(name)));
        assert_eq!(answer.status, 401, "{name}: {}", answer.text());
    }
    let nameless = said(&token(&Signer::new("RS256")));
    assert!(nameless.as_str().expect("text").contains("names no key"), "{nameless}");
    assert!(said(&token(other)).as_str().expect("text").contains("RS256"));
    // With just one, no name is needed.
    let provider = KeyServer::of(&[one]);
    let server = asking(&provider, &[]);
    assert!(good(&server, &Signer::new("RS256")));
    assert!(!good(&server, &Signer::number("RS256", 1)));
    let curves = [Signer::new("ES384").named("c"), Signer::new("ES384").named("d")];
    let provider = KeyServer::of(&[&curves[0], one, &curves[1]]);
    let server = asking(&provider, &["--auth-algorithm", "ES384"]);
    assert!(curves.iter().all(|signer| good(&server, signer)));
}

#[test]
fn new_keys_are_fetched_when_a_token_names_one_and_invented_names_cost_little() {
    let (old, new) = (Signer::new("ES256").named("old"), Signer::new("ES256").named("new"));
    let provider = KeyServer::of(&[&old]);
    let server = asking(&provider, &["--auth-algorithm", "ES256"]);
    let shown = token(&old);
    assert_eq!(show(&server, &shown).status, 200);
    assert_eq!(provider.asked(), 1);
    provider.set(key_set(&[&new]));
    // Nobody has to wait for the hour to be over.
    assert!(good(&server, &new));
    assert_eq!(provider.asked(), 2);
    // What the old key had proven went with it.
    assert_eq!(show(&server, &shown).status, 401);
    let asked = std::thread::scope(|scope| {
        for thread in 0..8 {
            let (server, signer) = (&server, &new);
            scope.spawn(move || {
                for number in 0..40 {
                    let name = format!("{thread}-{number}");
                    let invented = signer.token_with(json!({"kid": name}), json!({"aud": "api"}));
                    assert_eq!(show(server, &invented).status, 401);
                }
            });
        }
        scope.spawn(|| assert!(good(&server, &new)));
        provider.asked()
    });
    assert!(asked <= 2, "{asked}");
    // One for each 30 s at most, however long this took on a slow machine.
    assert!(provider.asked() <= 6, "{} fetches for 320 invented names", provider.asked());
}

#[cfg(unix)]
#[test]
fn the_last_good_keys_stay_while_the_provider_is_ill() {
    let signer = Signer::new("ES256").named("a");
    let provider = KeyServer::of(&[&signer]);
    let server = asking(&provider, &["--auth-algorithm", "ES256"]);
    assert!(good(&server, &signer));
    let key = signer.jwk();
    let many = vec![&key; 10_000];
    let few = vec![&key; 1001];
    let ill = [
        (Keys::Nothing, "the old ones stay"),
        (Keys::Body("<html>sign in</html>".into()), "a page"),
        (Keys::Body("{\"keys\":".into()), "not a key set"),
        (Keys::Body("[]".into()), "no list 'keys'"),
        (Keys::Body("{\"keys\":[],\"keys\":[]}".into()), "twice"),
        (Keys::Head("500 Oops".into()), "HTTP 500"),
        (Keys::Head("302 Found\r\nLocation: /elsewhere".into()), "redirects are not followed"),
        (Keys::Endless, "larger than"),
        (Keys::Body(json!({"keys": many}).to_string()), "larger than"),
        (Keys::Body(json!({"keys": few}).to_string()), "1001 keys"),
    ];
    for (answer, part) in ill {
        let before = provider.asked();
        let lines = server.served.log().lines().count();
        provider.set(answer);
        support::signal("HUP", server.served.pid());
        eventually(part, || {
            let log = server.served.log();
            provider.asked() > before && log.lines().skip(lines).any(|line| line.contains(part))
        });
        assert!(good(&server, &signer), "{part}");
    }
    // What a healthy provider says counts, also that there is none any more.
    provider.set(Keys::Body(json!({"keys": []}).to_string()));
    support::signal("HUP", server.served.pid());
    server.served.log_line("none of its 0 keys");
    eventually("the key to be gone", || !good(&server, &signer));
}

#[test]
fn without_keys_callers_wait_shortly_on_no_thread_that_others_need() {
    let signer = Signer::new("ES256").named("a");
    let provider = KeyServer::start(Keys::Silence);
    let server = asking(&provider, &["--auth-algorithm", "ES256"]);
    eventually("a first question", || provider.asked() == 1);
    std::thread::scope(|scope| {
        let waiting: Vec<_> =
            (0..24).map(|_| scope.spawn(|| show(&server, &token(&signer)))).collect();
        // Everything else goes on.
        for _ in 0..20 {
            assert_eq!(server.request("GET", "/status/healthz", &[], None).status, 200);
        }
        assert_eq!(show(&server, "garbage").status, 401);
        assert_eq!(provider.asked(), 1, "one asks for all");
        provider.set(key_set(&[&signer]));
        for answer in waiting {
            let answer = answer.join().expect("no panic");
            // Whoever came too late on a slow machine is told to come again.
            let told = answer.header("retry-after").is_some();
            assert!(answer.status == 200 || answer.status == 503 && told, "{}", answer.text());
        }
    });
    eventually("the keys", || good(&server, &signer));
}

#[test]
fn a_dead_provider_is_a_503_that_says_nothing_of_it_until_it_lives() {
    let signer = Signer::new("ES256").named("a");
    let provider = KeyServer::start(Keys::Nothing);
    let server = asking(&provider, &["--auth-algorithm", "ES256"]);
    let answer = show(&server, &token(&signer));
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert!(answer.header("retry-after").is_some());
    assert!(answer.header("www-authenticate").is_none());
    let port = provider.port.to_string();
    assert!(!answer.text().contains(&port) && !answer.text().contains("jwks"), "{}", answer.text());
    server.served.log_line("no keys from auth_jwks_uri");
    provider.set(key_set(&[&signer]));
    eventually("the keys", || good(&server, &signer));
}
