//! Faults and the log of requests.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use super::lab::Lab;

#[test]
fn faults_strike_as_told_and_requests_are_remembered() {
    let lab = Lab::new();
    lab.put(
        "/sandbox/faults",
        json!([
            {"match": {"method": "GET", "path": "/health/adapters"}, "status": 503, "times": 2,
             "body": "<html>busy</html>", "content_type": "text/html", "headers": {"Retry-After": "1"}},
            {"match": {"path": "/health/system"}, "truncate": true},
            {"match": {"path": "/health/server"}, "close": true},
            {"match": {"path": "/adapters/*"}, "status": 502, "after_write": true},
            {"match": {"path": "/health/status"}, "replace": {"host": null}, "skip": 1, "delay_ms": 30},
        ]),
    );
    for _ in 0..2 {
        let busy = lab.send("GET", "/health/adapters", None);
        assert_eq!((busy.status, busy.text().as_str()), (503, "<html>busy</html>"));
        assert_eq!(busy.header("retry-after"), Some("1"));
    }
    assert_eq!(lab.send("GET", "/health/adapters", None).status, 200);

    let cut = lab.send("GET", "/health/system", None);
    let promised: usize = cut.header("content-length").unwrap().parse().unwrap();
    assert_eq!(cut.text().len(), promised / 2);
    let mut socket = TcpStream::connect(("127.0.0.1", lab.port())).unwrap();
    socket.write_all(b"GET /health/server HTTP/1.1\r\nHost: lab\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).unwrap();
    assert_eq!(String::from_utf8_lossy(&answer), "", "no answer at all");

    assert_eq!(lab.send("PUT", "/adapters/NetBox/stop", None).status, 502);
    lab.watch("/health/adapters/NetBox", "/state", "STOPPED");

    assert_eq!(lab.get("/health/status")["host"], "sandbox-iap-1");
    let asked = Instant::now();
    assert_eq!(lab.get("/health/status"), json!({"host": null}));
    assert!(asked.elapsed() >= Duration::from_millis(30));

    let log = lab.get("/sandbox/requests");
    let stop = log["requests"].as_array().unwrap().iter().find(|entry| entry["method"] == "PUT");
    let stop = stop.unwrap();
    assert_eq!((&stop["path"], &stop["status"]), (&json!("/adapters/NetBox/stop"), &json!(502)));
    assert_eq!(log["requests"][0]["body"], "***", "credentials are not shown");
    let typo = lab.send("PUT", "/sandbox/faults", Some(json!({"matches": {}})));
    assert_eq!(typo.status, 400);
}
