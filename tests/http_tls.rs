//! TLS from outside: which files load, how problems are explained, and what a client meets.

mod http_support;

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use http_support::{
    Held, connect, eventually, read_answer, read_to_close, read_until, start, statuses, stream,
};
use itential_mcp::http::tls::{Loaded, Problem, Reloader, Role, TlsError, TlsFiles, load};
use itential_mcp::http::{Options, Server};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, HandshakeKind, RootCertStore, StreamOwned};

/// A directory of its own, removed at the end.
struct Dir(PathBuf);

impl Dir {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("tls-test-{}-{number}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    /// Writes a file that only its owner may read.
    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).unwrap();
        set_mode(&path, 0o600);
        path
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: u32) {}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn params(name: &str) -> CertificateParams {
    let names = vec![name.to_owned(), "*.example.com".to_owned(), "127.0.0.1".to_owned()];
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// A self-signed pair as PEM: certificate and key.
fn pair(name: &str) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    (params(name).self_signed(&key).unwrap().pem(), key.serialize_pem())
}

fn files(certificate: &Path, key: &Path) -> TlsFiles {
    TlsFiles {
        certificate_file: Some(certificate.to_owned()),
        private_key_file: Some(key.to_owned()),
        ..TlsFiles::default()
    }
}

fn serve(files: TlsFiles, options: Options) -> (Server, Arc<Reloader>, Receiver<Held>) {
    let reloader = Arc::new(Reloader::load(files, |_| ()).unwrap());
    let options = Options { tls: Some(Arc::clone(&reloader)), ..options };
    let (server, held) = start(options);
    (server, reloader, held)
}

type Tls = StreamOwned<ClientConnection, TcpStream>;

fn client_config(
    root: &str,
    versions: &[&'static rustls::SupportedProtocolVersion],
    identity: Option<(&str, &str)>,
) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(root.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    let config = match identity {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
            let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
            builder.with_client_auth_cert(vec![certificate], key).unwrap()
        }
    };
    Arc::new(config)
}

fn tls(address: SocketAddr, config: &Arc<ClientConfig>, name: &str) -> Tls {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let client = ClientConnection::new(Arc::clone(config), name).unwrap();
    StreamOwned::new(client, connect(address))
}

fn get(socket: &mut Tls, path: &str) -> std::io::Result<String> {
    write!(socket, "GET {path} HTTP/1.1\r\nHost: h\r\n\r\n")?;
    socket.flush()?;
    let mut first = [0];
    socket.read_exact(&mut first)?;
    Ok(read_answer(socket))
}

/// Runs openssl.
fn openssl(dir: &Dir, arguments: &str) {
    let run = Command::new("openssl").args(arguments.split(' ')).current_dir(&dir.0).output();
    let output = run.expect("openssl is installed (Debian: apt-get install openssl)");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "openssl {arguments}: {text}");
}

const BOTH: &[&rustls::SupportedProtocolVersion] =
    &[&rustls::version::TLS13, &rustls::version::TLS12];

#[test]
fn requests_and_streams_work_over_both_versions() {
    let dir = Dir::new();
    let (certificate, key) = pair("localhost");
    let files = files(&dir.write("c.pem", &certificate), &dir.write("k.pem", key));
    let (server, reloader, held) = serve(files, Options::default());
    assert_eq!(reloader.current().warnings, [""; 0]);
    for version in BOTH {
        let config = client_config(&certificate, &[version], None);
        for name in ["localhost", "a.example.com", "127.0.0.1"] {
            let mut socket = tls(server.local_addr(), &config, name);
            let answer = get(&mut socket, "/a?b").unwrap();
            assert!(answer.ends_with("GET /a b 0 127.0.0.1 -\n"), "{answer}");
            assert_eq!(socket.conn.protocol_version(), Some(version.version));
            write!(socket, "GET /big?3000000 HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
            assert!(read_answer(&mut socket).len() > 3_000_000);
            write!(socket, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
            let events = stream(&held);
            read_until(&mut socket, "\r\n\r\n");
            events.send("data: 1\n\n").unwrap();
            assert_eq!(read_until(&mut socket, "\n\n\r\n"), "9\r\ndata: 1\n\n\r\n");
            events.close();
            read_until(&mut socket, "0\r\n\r\n");
        }
        let mut again = tls(server.local_addr(), &config, "localhost");
        get(&mut again, "/").unwrap();
        assert_eq!(again.conn.handshake_kind(), Some(HandshakeKind::Resumed), "tickets");
    }
}

#[test]
fn a_posted_body_arrives_whole_and_close_notify_ends_the_connection() {
    let dir = Dir::new();
    let (certificate, key) = pair("localhost");
    let files = files(&dir.write("c.pem", &certificate), &dir.write("k.pem", key));
    let (server, _reloader, _held) = serve(files, Options::default());
    let mut socket =
        tls(server.local_addr(), &client_config(&certificate, BOTH, None), "localhost");
    let body = vec![b'x'; 4 * 1024 * 1024];
    write!(socket, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n", body.len()).unwrap();
    socket.write_all(&body).unwrap();
    assert!(read_answer(&mut socket).contains(" 4194304 "));
    write!(socket, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").unwrap();
    read_answer(&mut socket);
    // Without close_notify this would be an error: the answer might have been cut.
    assert_eq!(socket.read(&mut [0]).unwrap(), 0);
    socket.conn.send_close_notify();
    let _ = socket.flush();
    drop(socket);
    eventually("the connection ends", || server.stats().connections == 0);
}

#[test]
fn a_client_that_speaks_plain_http_is_told_so() {
    let dir = Dir::new();
    let (certificate, key) = pair("localhost");
    let files = files(&dir.write("c.pem", certificate), &dir.write("k.pem", key));
    let (server, _reloader, _held) = serve(files, Options::default());
    let text = http_support::talk(server.local_addr(), b"GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(statuses(&text), [400], "{text}");
    assert!(text.contains("use https://"), "{text}");
}

#[test]
fn a_handshake_that_does_not_come_to_an_end_is_ended() {
    let dir = Dir::new();
    let (certificate, key) = pair("localhost");
    let files = files(&dir.write("c.pem", &certificate), &dir.write("k.pem", key));
    let options = Options { handshake_time: Duration::from_millis(300), ..Options::default() };
    let (server, _reloader, _held) = serve(files, options);
    let mut silent = connect(server.local_addr());
    let mut partial = connect(server.local_addr());
    partial.write_all(&[0x16, 3, 1, 2, 0, 1]).unwrap();
    assert_eq!(read_to_close(&mut silent), "");
    assert_eq!(read_to_close(&mut partial), "");
    let config = client_config(&certificate, BOTH, None);
    // On a busy machine an honest handshake may take longer than this server allows.
    eventually("an honest client is served", || {
        get(&mut tls(server.local_addr(), &config, "localhost"), "/").is_ok()
    });
}

#[test]
fn tls_1_2_can_be_refused() {
    let dir = Dir::new();
    let (certificate, key) = pair("localhost");
    let files = TlsFiles {
        tls13_only: true,
        ..files(&dir.write("c.pem", &certificate), &dir.write("k.pem", key))
    };
    let (server, _reloader, _held) = serve(files, Options::default());
    let old = client_config(&certificate, &[&rustls::version::TLS12], None);
    assert!(get(&mut tls(server.local_addr(), &old, "localhost"), "/").is_err());
    let new = client_config(&certificate, &[&rustls::version::TLS13], None);
    get(&mut tls(server.local_addr(), &new, "localhost"), "/").unwrap();
}

#[test]
fn client_certificates_are_required_and_name_the_caller() {
    let dir = Dir::new();
    let (certificate, key) = pair("localhost");
    let (ours, other) = (authority("our clients"), authority("others"));
    let client = |issuer: &CertifiedIssuer<'_, KeyPair>| {
        let key = KeyPair::generate().unwrap();
        (params("agent-7").signed_by(&key, issuer).unwrap().pem(), key.serialize_pem())
    };
    let (right, right_key) = client(&ours);
    let (wrong, wrong_key) = client(&other);
    let files = TlsFiles {
        client_ca_file: Some(dir.write("ca.pem", ours.pem())),
        ..files(&dir.write("c.pem", &certificate), &dir.write("k.pem", key))
    };
    let (server, _reloader, _held) = serve(files, Options::default());
    for version in BOTH {
        let ask = |identity| {
            let config = client_config(&certificate, &[version], identity);
            let mut first = tls(server.local_addr(), &config, "localhost");
            get(&mut first, "/")?;
            // The second handshake resumes; the caller must be known all the same.
            get(&mut tls(server.local_addr(), &config, "localhost"), "/")
        };
        assert!(ask(None).is_err());
        assert!(ask(Some((&wrong, &wrong_key))).is_err());
        let answer = ask(Some((&right, &right_key))).unwrap();
        assert!(answer.ends_with(" CN=agent-7\n"), "{answer}");
    }
}

#[test]
fn a_new_pair_is_served_and_open_streams_live_on() {
    let dir = Dir::new();
    let (old, old_key) = pair("localhost");
    let (new, new_key) = pair("localhost");
    let files = files(&dir.write("c.pem", &old), &dir.write("k.pem", &old_key));
    let (server, reloader, held) = serve(files, Options::default());
    let address = server.local_addr();
    let (trust_old, trust_new) = (client_config(&old, BOTH, None), client_config(&new, BOTH, None));
    let mut socket = tls(address, &trust_old, "localhost");
    write!(socket, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    let events = stream(&held);
    read_until(&mut socket, "\r\n\r\n");

    // Half a change is no change.
    dir.write("c.pem", &new);
    let error = reloader.reload_now().unwrap_err();
    assert_eq!(error.problem, Problem::Mismatch);
    assert_eq!(reloader.failure(), Some(error));
    get(&mut tls(address, &trust_old, "localhost"), "/").unwrap();

    // The second half is noticed without being told.
    dir.write("k.pem", &new_key);
    eventually("the new pair is served", || {
        get(&mut tls(address, &trust_new, "localhost"), "/").is_ok()
    });
    assert_eq!(reloader.failure(), None);
    assert!(get(&mut tls(address, &trust_old, "localhost"), "/").is_err());
    events.send("data: alive\n\n").unwrap();
    read_until(&mut socket, "data: alive");
}

/// The words of an error must tell problem, file and cause.
fn assert_error(result: Result<Loaded, TlsError>, problem: Problem, words: &[&str]) {
    let error = result.expect_err("files must be refused");
    assert_eq!(error.problem, problem, "{error}");
    for word in words {
        assert!(error.to_string().contains(word), "{word:?} in {error}");
    }
}

#[test]
fn problems_are_explained_with_file_and_cause() {
    let dir = Dir::new();
    let (certificate, key) = pair("localhost");
    let (other, _) = pair("other");
    let c = dir.write("c.pem", &certificate);
    let k = dir.write("k.pem", &key);
    let try_files = |certificate: &Path, key: &Path| load(&files(certificate, key));

    assert_error(
        try_files(&dir.write("other.pem", other), &k),
        Problem::Mismatch,
        &["certificate and private key do not match: ", "other.pem", "CN=other, EC P-256", "k.pem"],
    );
    let absent = dir.0.join("absent.pem");
    assert_error(
        try_files(&absent, &k),
        Problem::NotFound(Role::Certificate),
        &["certificate file not found: ", "absent.pem"],
    );
    assert_error(
        try_files(&c, &absent),
        Problem::NotFound(Role::Key),
        &["private key file not found: ", "absent.pem"],
    );
    assert_error(
        try_files(&dir.0, &k),
        Problem::Unreadable(Role::Certificate),
        &["cannot read certificate file: ", "it is a directory"],
    );
    assert_error(
        try_files(&dir.write("empty.pem", " \n"), &k),
        Problem::Empty(Role::Certificate),
        &["certificate file is empty: ", "empty.pem"],
    );
    assert_error(
        try_files(&k, &k),
        Problem::NoCertificate(Role::Certificate),
        &["no certificate in certificate file: ", "k.pem", "found: PRIVATE KEY"],
    );
    assert_error(
        try_files(&c, &c),
        Problem::NoKey(Role::Key),
        &["no private key in private key file: ", "c.pem", "found: CERTIFICATE"],
    );
    let der = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
    assert_error(
        try_files(&dir.write("c.der", &der), &k),
        Problem::NotPem(Role::Certificate),
        &["certificate file is not in PEM format: ", "openssl x509 -inform DER"],
    );
    assert_error(
        try_files(
            &c,
            &dir.write(
                "k.der",
                PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap().secret_der(),
            ),
        ),
        Problem::NotPem(Role::Key),
        &["private key file is not in PEM format: ", "openssl pkey -inform DER"],
    );
    assert_error(
        try_files(&dir.write("text.pem", "hello"), &k),
        Problem::NotPem(Role::Certificate),
        &["no line with `-----BEGIN ...-----`"],
    );
    assert_error(
        try_files(&dir.write("cut.pem", certificate.split_at(200).0), &k),
        Problem::Unreadable(Role::Certificate),
        &["the PEM text is damaged"],
    );
    let noise = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
    assert_error(
        try_files(&dir.write("noise.pem", noise), &k),
        Problem::BadCertificate(Role::Certificate),
        &["malformed certificate in certificate file: ", "certificate 1 of the file"],
    );
    assert_error(
        load(&TlsFiles { private_key_file: Some(k.clone()), ..TlsFiles::default() }),
        Problem::CertificateFileMissing,
        &["private_key_file is set but certificate_file is not"],
    );
    assert_error(
        load(&TlsFiles { certificate_file: Some(c.clone()), ..TlsFiles::default() }),
        Problem::KeyFileMissing,
        &["certificate_file is set but private_key_file is not: ", "c.pem"],
    );
    assert_error(
        load(&TlsFiles { client_ca_file: Some(k.clone()), ..files(&c, &k) }),
        Problem::NoCertificate(Role::ClientCa),
        &["no certificate in client CA file: ", "k.pem"],
    );
    let loaded = try_files(&c, &k).unwrap();
    loaded.check_hostname("localhost").unwrap();
    let mismatch = loaded.check_hostname("mcp.example.org").unwrap_err().to_string();
    assert!(mismatch.starts_with("certificate hostname does not match: "), "{mismatch}");
    assert!(mismatch.contains("localhost, *.example.com, 127.0.0.1"), "{mismatch}");
}

#[test]
fn dates_are_checked_before_the_port_opens() {
    let dir = Dir::new();
    let key = KeyPair::generate().unwrap();
    let k = dir.write("k.pem", key.serialize_pem());
    let dated = |name: &str, from: i32, to: i32| {
        let mut params = params("localhost");
        params.not_before = date_time_ymd(from, 3, 1);
        params.not_after = date_time_ymd(to, 4, 1);
        files(&dir.write(name, params.self_signed(&key).unwrap().pem()), &k)
    };
    let expired = dated("old.pem", 2001, 2002);
    assert_error(
        load(&expired),
        Problem::Expired,
        &[
            "certificate has expired: ",
            "old.pem",
            "2002-04-01T00:00:00Z",
            "allow_expired_certificate",
        ],
    );
    let allowed = load(&TlsFiles { allow_expired_certificate: true, ..expired }).unwrap();
    assert!(allowed.warnings.iter().any(|warning| warning.starts_with("certificate has expired")));
    assert!(allowed.facts.days_left() < 0);
    assert_error(
        load(&dated("early.pem", 3001, 3002)),
        Problem::NotYetValid,
        &["certificate is not yet valid: ", "early.pem", "3001-03-01T00:00:00Z"],
    );

    let mut soon = params("localhost");
    let day = Duration::from_secs(24 * 60 * 60);
    soon.not_after = (std::time::SystemTime::now() + 7 * day + day / 2).into();
    let soon = files(&dir.write("soon.pem", soon.self_signed(&key).unwrap().pem()), &k);
    let loaded = load(&soon).unwrap();
    assert_eq!(loaded.facts.days_left(), 7);
    assert!(loaded.warnings.iter().any(|warning| warning.contains("expires in 7 days")));
}

#[test]
fn chains_combined_files_and_open_permissions() {
    let dir = Dir::new();
    let root = authority("root");
    let key = KeyPair::generate().unwrap();
    let leaf = params("localhost").signed_by(&key, &root).unwrap().pem();
    let stranger = pair("stranger").0;
    let k = dir.write("k.pem", key.serialize_pem());

    let combined = format!("\u{feff}{}{leaf}{}", key.serialize_pem(), root.pem());
    let combined = dir.write("all.pem", combined.replace('\n', "\r\n"));
    let loaded =
        load(&TlsFiles { certificate_file: Some(combined), ..TlsFiles::default() }).unwrap();
    assert_eq!(loaded.facts.chain_length, 2);
    assert_eq!(loaded.facts.subject, "CN=localhost");
    assert_eq!(loaded.facts.issuer, "CN=root");
    assert_eq!(loaded.facts.key, "EC P-256");
    assert_eq!(loaded.warnings, [""; 0]);

    let reversed = dir.write("reversed.pem", format!("{}{leaf}", root.pem()));
    assert_error(
        load(&files(&reversed, &k)),
        Problem::WrongOrder,
        &["server certificate is not the first in its file: ", "certificate 2 is the server's"],
    );
    let strange = dir.write("strange.pem", format!("{leaf}{stranger}"));
    let warnings = load(&files(&strange, &k)).unwrap().warnings;
    assert!(warnings.iter().any(|warning| warning.contains("was not issued by certificate 2")));

    if cfg!(unix) {
        set_mode(&k, 0o644);
        let warnings = load(&files(&dir.write("c.pem", leaf), &k)).unwrap().warnings;
        let found = warnings.iter().any(|warning| warning.contains("mode 0644); run chmod 600"));
        assert!(found, "{warnings:?}");
    }
}

#[test]
fn what_openssl_makes_is_served() {
    let dir = Dir::new();
    openssl(&dir, "genrsa -out rsa.key 2048");
    // The commands of the TLS document: a common name and nothing else.
    openssl(&dir, "req -new -x509 -key rsa.key -out rsa.crt -days 365 -subj /CN=localhost");
    openssl(&dir, "rsa -in rsa.key -traditional -out rsa1.key");
    openssl(&dir, "ecparam -name prime256v1 -genkey -out ec.key");
    openssl(&dir, "req -new -x509 -key ec.key -out ec.crt -days 9 -subj /CN=localhost");
    openssl(&dir, "genpkey -algorithm ed25519 -out ed.key");
    openssl(&dir, "req -new -x509 -key ed.key -out ed.crt -days 99 -subj /CN=localhost");
    // Version 1, without any extension.
    openssl(&dir, "req -new -key ec.key -out v1.csr -subj /CN=localhost");
    openssl(&dir, "x509 -req -in v1.csr -signkey ec.key -out v1.crt -days 99");
    for (certificate, key, kind) in [
        ("rsa.crt", "rsa.key", "RSA 2048"),
        ("rsa.crt", "rsa1.key", "RSA 2048"),
        ("ec.crt", "ec.key", "EC P-256"),
        ("ed.crt", "ed.key", "Ed25519"),
        ("v1.crt", "ec.key", "EC P-256"),
    ] {
        let files = files(&dir.0.join(certificate), &dir.0.join(key));
        let loaded = load(&files).unwrap_or_else(|error| panic!("{certificate} {key}: {error}"));
        assert_eq!(loaded.facts.key, kind);
        assert_eq!(loaded.facts.names, ["localhost"]);
        let objection = loaded.check_hostname("LOCALHOST").expect_err("no alternative name");
        assert!(objection.cause.contains("common name only"), "{objection}");
        let (server, _reloader, _held) = serve(files, Options::default());
        let port = server.local_addr().port();
        let curl = Command::new("curl")
            .args(["-sk", "--max-time", "60", &format!("https://localhost:{port}/curl")])
            .output()
            .expect("curl is installed (Debian: apt-get install curl)");
        let text = String::from_utf8_lossy(&curl.stdout).into_owned();
        assert!(text.starts_with("GET /curl"), "{certificate} {key}: {text}");
    }

    openssl(&dir, "rsa -in rsa.key -aes128 -passout pass:x -out secret.key");
    openssl(&dir, "rsa -in rsa.key -aes128 -traditional -passout pass:x -out secret1.key");
    for key in ["secret.key", "secret1.key"] {
        assert_error(
            load(&files(&dir.0.join("rsa.crt"), &dir.0.join(key))),
            Problem::EncryptedKey,
            &["private key is encrypted: ", key, "openssl pkey -in"],
        );
    }
    openssl(&dir, "genrsa -out small.key 1024");
    openssl(&dir, "req -new -x509 -key small.key -out small.crt -days 9 -subj /CN=localhost");
    assert_error(
        load(&files(&dir.0.join("small.crt"), &dir.0.join("small.key"))),
        Problem::UnsupportedKey,
        &["private key cannot be used: ", "2048 bits or more"],
    );
    openssl(&dir, "pkcs12 -export -in rsa.crt -inkey rsa.key -passout pass:x -out all.p12");
    assert_error(
        load(&files(&dir.0.join("all.p12"), &dir.0.join("rsa.key"))),
        Problem::NotPem(Role::Certificate),
        &["PKCS#12"],
    );
}

/// Runs as another user in `unreadable_files_are_explained`.
#[test]
#[ignore = "started by unreadable_files_are_explained"]
fn child_without_permission() {
    let Some(dir) = std::env::var_os("TLS_TEST_DIR").map(PathBuf::from) else { return };
    for (name, role) in [("c.pem", Role::Certificate), ("k.pem", Role::Key)] {
        let other = if name == "c.pem" { "k-open.pem" } else { "c-open.pem" };
        let files = match role {
            Role::Certificate => files(&dir.join(name), &dir.join(other)),
            _ => files(&dir.join(other), &dir.join(name)),
        };
        let words = format!("permission denied reading {role}: ");
        let user = std::env::var("TLS_TEST_USER").unwrap();
        let cause = format!("the process runs as user {user}");
        assert_error(
            load(&files),
            Problem::PermissionDenied(role),
            &[&words, name, &cause, "mode 0000"],
        );
    }
    println!("both explained");
}

#[cfg(unix)]
#[test]
fn unreadable_files_are_explained() {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;

    let dir = Dir::new();
    set_mode(&dir.0, 0o755);
    let (certificate, key) = pair("localhost");
    for (name, content, mode) in [
        ("c.pem", &certificate, 0),
        ("k.pem", &key, 0),
        ("c-open.pem", &certificate, 0o644),
        ("k-open.pem", &key, 0o644),
    ] {
        set_mode(&dir.write(name, content), mode);
    }
    // The superuser may read everything, so another user must try.
    let us = fs::metadata(&dir.0).unwrap().uid();
    let user = if us == 0 { 65534 } else { us };
    let program = dir.0.join("child");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    set_mode(&program, 0o755);
    let mut child = Command::new(&program);
    child.args(["--exact", "child_without_permission", "--ignored", "--nocapture"]);
    child.env("TLS_TEST_DIR", &dir.0).env("TLS_TEST_USER", user.to_string());
    if user != us {
        child.uid(user);
    }
    // A process that another thread has just begun may still hold the copy open for writing.
    let output = loop {
        match child.output() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => {}
            output => break output.expect("another user may be used"),
        }
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && text.contains("both explained"), "{text}");
}

#[test]
fn names_match_as_clients_match_them() {
    let dir = Dir::new();
    let (certificate, key) = pair("host.example.com");
    let loaded = load(&files(&dir.write("c.pem", certificate), &dir.write("k.pem", key))).unwrap();
    for good in
        ["host.example.com", "HOST.example.com", "a.example.com", "127.0.0.1", "a.example.com."]
    {
        loaded.check_hostname(good).unwrap();
    }
    for bad in
        ["example.com", "a.b.example.com", ".example.com", "127.0.0.2", "::1", "localhost", ""]
    {
        assert!(loaded.check_hostname(bad).is_err(), "{bad}");
    }
}
