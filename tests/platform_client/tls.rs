//! The platform over TLS, behind proxies, and the errors of a certificate that is not trusted.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use itential_mcp::cancel::CancelToken;
use itential_mcp::config::Platform;
use itential_mcp::platform::{Answer, Client, Error, ErrorKind, Path};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json as j;

use crate::check::healthy;
use crate::requests::assert_says;
use crate::server::{Act, Seen, Server, answer, json, with_login};
use crate::{get, in_turn, post, settings};

/// An authority, and its certificate in a file.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    file: PathBuf,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, format!("{name} authority"));
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let file =
            std::env::temp_dir().join(format!("platform-ca-{name}-{}.pem", std::process::id()));
        std::fs::write(&file, issuer.pem()).unwrap();
        Self { issuer, file }
    }

    /// A platform over TLS whose certificate is for `name` and ends in `year`.
    pub fn server(&self, name: &str, year: i32) -> Server {
        self.serve(name, year, healthy)
    }

    /// [`Authority::server`] that answers by `script`.
    fn serve(
        &self,
        name: &str,
        year: i32,
        script: impl Fn(&Seen) -> Act + Send + Sync + 'static,
    ) -> Server {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        serve_with(certificate.der().clone(), &key, script)
    }

    pub fn settings(&self, server: &Server) -> Platform {
        Platform { disable_tls: false, ca_file: Some(self.file.clone()), ..settings(server) }
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.file);
    }
}

fn serve_with(
    certificate: CertificateDer<'static>,
    key: &KeyPair,
    script: impl Fn(&Seen) -> Act + Send + Sync + 'static,
) -> Server {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    Server::on("127.0.0.1:0", Some(Arc::new(config)), with_login(script))
}

fn call(platform: &Platform) -> Result<(), Error> {
    get(&Client::new(platform)?, "/x").map(drop)
}

#[test]
fn a_private_authority_is_trusted_when_named() {
    let authority = Authority::new("named");
    let server = authority.server("127.0.0.1", 2090);
    call(&authority.settings(&server)).unwrap();
    assert_eq!(server.calls().len(), 1);
}

#[test]
fn bad_certificates_are_told_by_cause() {
    let authority = Authority::new("causes");
    let other = Authority::new("other");
    for (server, file, cause) in [
        (authority.server("127.0.0.1", 2021), &authority.file, "certificate has expired"),
        (
            authority.server("else.example", 2090),
            &authority.file,
            "certificate hostname does not match",
        ),
        (authority.server("127.0.0.1", 2090), &other.file, "unknown issuer"),
    ] {
        let platform = Platform { ca_file: Some(file.clone()), ..authority.settings(&server) };
        let error = call(&platform).unwrap_err();
        assert!(matches!(error.kind, ErrorKind::Tls { .. }), "{error:?}");
        assert!(error.to_string().contains(cause), "{cause:?} is missing in: {error}");
        assert_eq!(server.seen().len(), 0, "no credentials may leave");

        let trusting = Platform { disable_verify: true, ..platform };
        call(&trusting).unwrap();
    }
}

#[test]
fn a_self_signed_certificate_is_trusted_when_named_and_only_for_its_name() {
    for (name, year, problem) in [
        ("127.0.0.1", 2090, None),
        ("else.example", 2090, Some("certificate hostname does not match")),
        ("127.0.0.1", 2021, Some("certificate has expired")),
    ] {
        // As `openssl req -x509` makes them: the server's certificate is an authority.
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.not_after = date_time_ymd(year, 1, 1);
        let certificate = params.self_signed(&key).unwrap();
        let mut authority = Authority::new("self");
        authority.file.set_extension(format!("{name}.{year}"));
        std::fs::write(&authority.file, certificate.pem()).unwrap();
        let server = serve_with(certificate.der().clone(), &key, healthy);
        let outcome = call(&authority.settings(&server));
        match problem {
            None => outcome.unwrap(),
            Some(problem) => {
                let error = outcome.unwrap_err().to_string();
                assert!(error.contains(problem), "{problem:?} is missing in: {error}");
            }
        }
        let other = Authority::new("self-other");
        let error = call(&other.settings(&server)).unwrap_err();
        assert!(matches!(error.kind, ErrorKind::Tls { .. }), "{error:?}");
    }
}

#[test]
fn plain_http_on_the_port_is_told() {
    // What HTTP servers do with a TLS handshake.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 2048]);
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    });
    let authority = Authority::new("plain");
    let server = Server::start(|_| json(200, "{}"));
    let error = call(&Platform { port: Some(port), ..authority.settings(&server) }).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Tls { .. }), "{error:?}");
    assert!(error.to_string().contains("does not speak TLS on this port"), "{error}");
}

#[test]
fn unusable_ca_files_are_named() {
    let authority = Authority::new("files");
    let server = Server::start(|_| json(200, "{}"));
    let mut platform = authority.settings(&server);
    platform.ca_file = Some("/no/such/ca.pem".into());
    let text = call(&platform).unwrap_err().to_string();
    assert!(text.contains("/no/such/ca.pem") && text.contains("cannot be read"), "{text}");

    std::fs::write(&authority.file, "no certificate here").unwrap();
    platform.ca_file = Some(authority.file.clone());
    let text = call(&platform).unwrap_err().to_string();
    assert!(text.contains("platform-ca-files") && text.contains("no certificate"), "{text}");
}

/// Runs `test` of this file alone in a process of its own, with environment variables.
pub fn in_child(test: &str, environment: &[(&str, &str)]) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
fn ssl_cert_file_is_trusted_and_a_wrong_one_named() {
    let authority = Authority::new("variable");
    let server = authority.server("127.0.0.1", 2090);
    let port = server.address.port().to_string();
    let file = authority.file.to_str().unwrap();
    in_child("tls::child_of_ssl_cert_file", &[("SSL_CERT_FILE", file), ("PLATFORM_PORT", &port)]);
    in_child("tls::child_of_wrong_ssl_cert_file", &[("SSL_CERT_FILE", "/no/such/bundle.pem")]);
}

#[test]
#[ignore = "run by ssl_cert_file_is_trusted_and_a_wrong_one_named"]
fn child_of_ssl_cert_file() {
    call(&from_environment("127.0.0.1")).unwrap();
}

#[test]
#[ignore = "run by ssl_cert_file_is_trusted_and_a_wrong_one_named"]
fn child_of_wrong_ssl_cert_file() {
    let text = call(&from_environment("127.0.0.1")).unwrap_err().to_string();
    assert!(text.contains("SSL_CERT_FILE (/no/such/bundle.pem)"), "{text}");
}

#[test]
fn proxies_are_used_as_the_environment_says() {
    // A proxy that plays the platform behind its own tunnel.
    let server = Server::raw(with_login(|seen| match seen.method.as_str() {
        "CONNECT" => Act::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()),
        _ => json(200, "{}"),
    }));
    let proxy = format!("http://me:pass@{}", server.address);
    in_child("tls::child_of_proxy", &[("http_proxy", &proxy), ("PLATFORM_PORT", "8080")]);
    let seen = server.seen();
    assert_eq!(
        (seen[0].method.as_str(), seen[0].target.as_str()),
        ("CONNECT", "platform.invalid:8080")
    );
    assert_eq!(seen[0].header("proxy-authorization"), Some("Basic bWU6cGFzcw=="));
    assert_eq!(seen.last().unwrap().header("host"), Some("platform.invalid:8080"));
}

#[test]
#[ignore = "run by proxies_are_used_as_the_environment_says"]
fn child_of_proxy() {
    let platform = Platform { disable_tls: true, ..from_environment("platform.invalid") };
    let client = Client::new(&platform).unwrap();
    assert!(client.proxy().unwrap().starts_with("127.0.0.1:"));
    get(&client, "/x").unwrap();
}

pub fn from_environment(host: &str) -> Platform {
    let server = Server::start(|_| json(200, "{}"));
    let port = std::env::var("PLATFORM_PORT").map_or(1, |port| port.parse().unwrap());
    Platform {
        host: host.parse().expect("a host"),
        port: Some(port),
        disable_tls: false,
        ..settings(&server)
    }
}

#[test]
fn s14_a_body_without_an_end_of_its_own_needs_that_of_the_connection() {
    let authority = Authority::new("torn");
    let body = |head: &str, body: &str| format!("HTTP/1.1 200 OK\r\n{head}\r\n{body}").into_bytes();
    let serve = |answers: Vec<Act>| {
        let server = authority.serve("127.0.0.1", 2090, in_turn(answers));
        let client = Client::new(&authority.settings(&server)).unwrap();
        (server, client)
    };
    let cut = || Act::SendAndTear(body("", r#"{"a":1}"#));

    // Reads ask again, and fail when it stays so.
    let (server, client) = serve(vec![cut(), json(200, "7")]);
    assert_eq!(get(&client, "/x").unwrap(), j!(7));
    assert_eq!(server.calls().len(), 2);
    let (_server, client) = serve(vec![cut()]);
    let error = get(&client, "/x").unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Lost { .. }), "{error:?}");
    assert_says(&error, &["may be cut"]);

    // Writes are sent once, and their answer is none.
    let (server, client) = serve(vec![cut()]);
    let written = client.api(&CancelToken::new()).post(&Path::literal("/x"), None).unwrap();
    let Answer::Unreadable { why, .. } = &written.answer else { panic!("{written:?}") };
    assert!(why.contains("may be cut"), "{why}");
    assert_eq!(server.calls().len(), 1);

    // What ends by itself, or with the connection as it should, is whole.
    let chunks = "7\r\n{\"a\":1}\r\n0\r\n\r\n";
    for whole in [
        Act::SendAndClose(body("", r#"{"a":1}"#)),
        Act::SendAndTear(body("Content-Length: 7\r\n", r#"{"a":1}"#)),
        Act::SendAndTear(body("Transfer-Encoding: chunked\r\n", chunks)),
        answer(200, &[], r#"{"a":1}"#),
    ] {
        let (server, client) = serve(vec![whole]);
        assert_eq!(get(&client, "/x").unwrap(), j!({"a": 1}));
        assert_eq!(get(&client, "/x").unwrap(), j!({"a": 1}));
        assert_eq!(post(&client, "/x").unwrap(), j!({"a": 1}));
        assert_eq!(server.calls().len(), 3);
    }
    // Without TLS there is nothing to tell them apart by.
    let server = Server::start(move |_| Act::SendAndTear(body("", r#"{"a":1}"#)));
    assert_eq!(get(&crate::client(&server), "/x").unwrap(), j!({"a": 1}));
}
