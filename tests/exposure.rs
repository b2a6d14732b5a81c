//! What may lie open: the table of docs/authentication.md, cell by cell.

mod support;

use std::collections::BTreeSet;

use serde_json::Value;
use support::certificates::{Authority, Pair};
use support::scratch::Scratch;
use support::served::Served;
use support::{program, raw_http, run};

const DOCUMENT: &str = include_str!("../docs/authentication.md");

/// The rows of the table, as cells.
fn rows() -> Vec<[&'static str; 5]> {
    let (_, table) = DOCUMENT.split_once("| Listens on |").expect("the table");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        cells.try_into().expect("five cells")
    })
    .collect()
}

#[test]
fn every_cell_of_the_table_is_so() {
    let scratch = Scratch::new();
    let (servers, clients) = (Authority::new("servers"), Authority::new("clients"));
    let pair = Pair::write(&scratch, "server", servers.issue(&["localhost"]));
    let authority = scratch.write("clients.pem", clients.pem());
    let tokens = scratch.path().join("tokens").to_str().expect("text").to_owned();
    let (code, token, said) = run(&[], &["token", "new", "ci", "--file", &tokens]);
    assert_eq!(code, 0, "{said}");
    let rows = rows();
    let cells: BTreeSet<_> = rows.iter().map(|row| &row[..3]).collect();
    assert!(rows.len() >= 11 && cells.len() == rows.len(), "{rows:?}");
    for [place, tls, proof, start, strict] in rows {
        let mut options = vec!["--transport", "http", "--port", "0", "--sandbox", "--host"];
        options.push(match place {
            "loopback" => "127.0.0.1",
            "every interface" => "0.0.0.0",
            other => panic!("{other}"),
        });
        match tls {
            "none" => {}
            "here" => options.extend(pair.options()),
            "at a proxy" => options.extend(["--trusted-proxies", "192.0.2.1"]),
            other => panic!("{other}"),
        }
        match proof {
            "none" => {}
            "token" => options.extend(["--auth-type", "token", "--auth-tokens-file", &tokens]),
            "certificate" => options.extend(["--client-ca-file", &authority]),
            other => panic!("{other}"),
        }
        let row = format!("{place}, {tls}, {proof}");
        let warned = match start {
            "silent" => 0,
            "warns once" => 1,
            "warns twice" => 2,
            other => panic!("{other}"),
        };
        assert_eq!(findings(&options, "warnings").len(), warned, "{row}");
        let server = Served::start(&[], &[&["run"], &options[..]].concat());
        let gaps = ["everybody who reaches", "everybody on the way"];
        let log = server.log();
        let told = gaps.iter().filter(|gap| log.contains(*gap)).count();
        assert_eq!(told, warned, "{row}: {log}");
        drop(server);
        options.push("--strict");
        let refused = findings(&options, "errors").len();
        let served = Served::spawn({
            let mut command = program();
            command.arg("run").args(&options);
            command
        });
        match (strict, served) {
            ("refuses", Err((status, said))) => {
                assert_eq!((status.code(), refused), (Some(1), warned), "{row}: {said}");
                assert!(said.contains("strict: everybody"), "{row}: {said}");
            }
            ("serves", Ok(_)) => assert_eq!(refused, 0, "{row}"),
            ("serves through the proxy only", Ok(server)) => {
                assert_eq!(refused, 0, "{row}");
                let token = format!("Bearer {}", token.trim());
                let headers = [("Authorization", token.as_str())];
                let ask = |path| raw_http::request(server.port, "GET", path, &headers, None);
                // This machine is not that proxy.
                assert_eq!(ask("/mcp").status, 403, "{row}");
                assert_eq!(ask("/status/livez").status, 200, "{row}");
            }
            (said, served) => panic!("{row}: {said}, served: {}", served.is_ok()),
        }
    }
}

/// What `config check` finds of this kind about exposure.
fn findings(options: &[&str], kind: &str) -> Vec<Value> {
    let command = [&["config", "check", "--format", "json"], options].concat();
    let (_, out, err) = run(&[], &command);
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
    let all = report[kind].as_array().unwrap_or_else(|| panic!("{report}")).clone();
    all.into_iter().filter(|found| found["check"] == "exposure").collect()
}
