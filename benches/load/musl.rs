//! The released binary, which is linked to musl, beside the one that is linked to glibc: the same program in
//! both, so that what differs is the C library, the allocator's ground and the linker.

use std::path::Path;

use serde_json::json;

use crate::client::Target;
use crate::spawn::{self, Served};
use crate::table::{self, count, mebibytes, micros, millis, verdict};
use crate::throughput::{Measured, in_turn};
use crate::{handshakes, process, tokens};

const CONNECTIONS: [usize; 3] = [1, 8, 64];
/// Share of the other's figure by which it may be worse.
const NEAR: f64 = 0.10;
const RUNS: usize = 41;

pub fn run() {
    table::title("The static binary");
    let Some(musl) = spawn::peer("BENCH_MUSL") else { return };
    let binaries = [spawn::product(), musl];
    println!(
        "The released binary (musl) beside the one linked to glibc (gnu): `tools/call get_health` and \
         `tools/list` of the sandbox, new connections with a `prompts/list` each, and the process. Medians of runs in \
         turn; near is within {:.0} %.\n",
        NEAR * 100.0
    );
    table::head(&["", "gnu", "musl", "musl / gnu", "near"]);
    for tls in [false, true] {
        let wire = if tls { "TLS" } else { "plain" };
        let servers = [serve(&binaries[0], tls), serve(&binaries[1], tls)];
        for (name, request) in
            [("tools/call", tokens::call as tokens::Request), ("tools/list", tokens::list)]
        {
            for connections in CONNECTIONS {
                let takers: Vec<_> =
                    servers.iter().map(|served| (served, request(&served.target(), ""))).collect();
                let both = in_turn(&takers, connections);
                let what = format!("{name}, {wire}, {connections} connections");
                let of = |part: fn(&Measured) -> f64| [part(&both[0]), part(&both[1])];
                row(&format!("{what}: requests/s"), of(|it| it.rate), count, Better::More);
                row(&format!("{what}: CPU/request, us"), of(|it| it.cpu), micros, Better::Less);
            }
        }
        if tls {
            for resume in [false, true] {
                let [gnu, musl] = handshakes::in_turn(&servers, resume, prompts);
                let kind = if resume { "resumed" } else { "new" };
                let rates = [gnu.0, musl.0];
                row(&format!("{kind} TLS connections/s"), rates, count, Better::More);
                let cpu = [gnu.1, musl.1];
                row(&format!("{kind} TLS connection: CPU, us"), cpu, micros, Better::Less);
            }
        }
    }
    let both = |of: fn(&Path) -> f64| [of(&binaries[0]), of(&binaries[1])];
    let version = both(|path| process::version(path, RUNS));
    row("`version`, ms", version, millis, Better::Less);
    let start = both(|path| process::initialize(path, RUNS).0);
    row("stdio: start to initialize answer, ms", start, millis, Better::Less);
    let resident = both(|path| process::initialize(path, 3).1);
    row("stdio: resident MiB after it", resident, mebibytes, Better::Less);
    let resident = both(process::http);
    row("http: resident MiB after one request", resident, mebibytes, Better::Less);
    println!();
}

/// Which of two figures is the better one.
enum Better {
    More,
    Less,
}

fn row(what: &str, [gnu, musl]: [f64; 2], show: fn(f64) -> String, better: Better) {
    let ratio = musl / gnu;
    let near = match better {
        Better::More => ratio >= 1.0 - NEAR,
        Better::Less => ratio <= 1.0 + NEAR,
    };
    table::row([what, &show(gnu), &show(musl), &format!("{ratio:.2} x"), verdict(near)]);
}

fn serve(binary: &Path, tls: bool) -> Served {
    let mut command = spawn::command(binary);
    command.args(["run", "--sandbox"]);
    spawn::serve_product(command, "http", tls)
}

fn prompts(target: &Target) -> Vec<u8> {
    let params = json!({"_meta": Target::meta()});
    target.post(
        "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: prompts/list\r\n",
        &json!({"jsonrpc": "2.0", "id": 1, "method": "prompts/list", "params": params}),
    )
}
