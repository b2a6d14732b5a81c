//! What a proof of identity costs: the same requests without one, with a token of the file and with a
//! signed one of the usual length.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::json;

use crate::client::Target;
use crate::spawn::{self, CERTIFICATES, Served};
use crate::table::{self, count, micros, verdict};
use crate::throughput::{Measured, in_turn};

const CONNECTIONS: usize = 64;
/// What a proof may cost.
const LEAST: f64 = 0.9;
const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef";

pub fn run() {
    table::title("Proofs of identity");
    println!(
        "`tools/call get_health` and `tools/list` of the sandbox over {CONNECTIONS} kept-alive \
         connections, over TLS. Medians of runs in which the servers take turns.\n"
    );
    let (file, static_token) = token_of_file();
    let servers = [
        ("nobody is asked", serve(&[]), String::new()),
        (
            "token of the file",
            serve(&["--auth-type", "token", "--auth-tokens-file", &file]),
            format!("Authorization: Bearer {static_token}\r\n"),
        ),
        (
            "signed token, 1 kB",
            serve(&[
                "--auth-type",
                "jwt",
                "--auth-algorithm",
                "HS256",
                "--auth-public-key",
                SECRET,
            ]),
            format!("Authorization: Bearer {}\r\n", signed()),
        ),
    ];
    table::head(&["request", "proof", "req/s", "p99, us", "CPU/req, us", "rate", ""]);
    for (name, request) in [("tools/call", call as Request), ("tools/list", list)] {
        let takers: Vec<_> = servers
            .iter()
            .map(|(_, served, header)| (served, request(&served.target(), header)))
            .collect();
        let results = in_turn(&takers, CONNECTIONS);
        let first = results[0].rate;
        for ((proof, ..), Measured { rate, p99, cpu, .. }) in servers.iter().zip(results) {
            let share = rate / first;
            table::row([
                name.to_owned(),
                (*proof).to_owned(),
                count(rate),
                micros(p99),
                format!("{:.1}", cpu * 1e6),
                format!("{share:.2} x"),
                verdict(share >= LEAST).into(),
            ]);
        }
    }
    println!();
}

/// What makes a request with one more header line.
pub type Request = fn(&Target, &str) -> Vec<u8>;

/// A call of a tool that asks the platform.
pub fn call(target: &Target, header: &str) -> Vec<u8> {
    target.call_with(header, "get_health", json!({}))
}

/// The list of tools.
pub fn list(target: &Target, header: &str) -> Vec<u8> {
    let headers = format!("MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/list\r\n{header}");
    let params = json!({"_meta": Target::meta()});
    target.post(
        &headers,
        &json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": params}),
    )
}

fn serve(more: &[&str]) -> Served {
    let mut command = spawn::command(spawn::product());
    command.args(["run", "--sandbox"]).args(more);
    spawn::serve_product(command, "http", true)
}

/// A file of tokens, and the token.
fn token_of_file() -> (String, String) {
    let file = format!("{}.tokens", CERTIFICATES.certificate);
    let mut command = spawn::command(spawn::product());
    let made = command.args(["token", "new", "bench", "--file", &file]).output();
    let made = made.expect("the program runs");
    assert!(made.status.success(), "a token is made");
    (file, String::from_utf8(made.stdout).expect("text").trim().to_owned())
}

/// A token of an hour whose claims are as long as those of a company's provider.
fn signed() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let groups: Vec<String> = (0..24).map(|at| format!("network-operators-{at:02}")).collect();
    let claims = json!({"sub": "ann", "client_id": "desk", "exp": now + 3600, "groups": groups});
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(json!({"alg": "HS256", "typ": "JWT"})), part(claims));
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let mark = URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes()));
    format!("{message}.{mark}")
}
