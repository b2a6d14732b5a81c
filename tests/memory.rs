//! Memory: what clients and the platform send takes a bounded amount, and comes back.
#![cfg(target_os = "linux")]

mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use serde_json::json;
use support::http_server::HttpServer;
use support::{HANG, StdioServer, eventually, modern, raw_http};

const MIB: u64 = 1 << 20;

/// The bytes of a message; a little is left for what stands around the arguments.
const ARGUMENTS: usize = (4 << 20) - 1000;

/// Memory of a process: a line of its status.
fn memory(pid: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line =
        status.lines().find_map(|line| line.strip_prefix(name)).expect("there is such a line");
    let kib: u64 = line.trim_matches([':', '\t', ' ', 'k', 'B']).parse().expect("a number");
    kib * 1024
}

/// By how much a process grows at most while `work` goes on.
fn growth(pid: u32, work: impl FnOnce()) -> u64 {
    let before = memory(pid, "VmRSS");
    std::fs::write(format!("/proc/{pid}/clear_refs"), "5").expect("the peak can be forgotten");
    work();
    memory(pid, "VmHWM").saturating_sub(before)
}

/// Arguments of small values, each many times what it is on the wire: as many as are read, and as many
/// as a message holds.
fn floods() -> Vec<(&'static str, String)> {
    let many = |one: &str, count: usize| {
        let list = format!("{one},").repeat(count.min(ARGUMENTS / (one.len() + 1)));
        format!("{{\"nodes\":[{}]}}", list.trim_end_matches(','))
    };
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(90), close.repeat(90));
    let (objects, lists) = (deep("{\"a\":", "}"), deep("[", "]"));
    let mut floods = Vec::new();
    for (name, one, read) in [
        ("lists", "[]", 260_000),
        ("objects", "{\"a\":{}}", 100_000),
        ("texts", "\"abcdefgh\"", 240_000),
        ("numbers", "1234567", 180_000),
        ("deep objects", &objects, 1_800),
        ("deep lists", &lists, 3_400),
    ] {
        floods.extend([(name, many(one, read)), (name, many(one, usize::MAX))]);
    }
    let keys: Vec<String> = (0..100_000).map(|n| format!("\"k{n}\":1")).collect();
    let text = json!({"nodes": format!("[{}[]]", "[],".repeat(ARGUMENTS / 3 - 10))});
    floods.push(("keys", format!("{{{}}}", keys.join(","))));
    floods.push(("one text", format!("{{\"name\":\"{}\"}}", "\\\"".repeat(ARGUMENTS / 2 - 10))));
    floods.push(("JSON in a text", text.to_string()));
    floods
}

fn call(tool: &str, arguments: &str) -> String {
    let mut params = modern(json!({"name": tool})).to_string();
    params.pop();
    format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{params},\
         \"arguments\":{arguments}}}}}"
    )
}

fn post(server: &HttpServer, tool: &str, arguments: &str) -> (u16, String) {
    let body = call(tool, arguments);
    let answer = server.request("POST", "/mcp", &headers(tool), Some(&body));
    (answer.status, answer.text())
}

fn headers(tool: &str) -> [(&str, &str); 4] {
    [
        ("Accept", "application/json, text/event-stream"),
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", tool),
    ]
}

/// Waits until the process has given back what it took.
fn comes_back(pid: u32, idle: u64) {
    eventually("memory that comes back", || memory(pid, "VmRSS") < idle + 64 * MIB);
}

#[test]
fn h8_one_call_full_of_small_values_takes_little_over_http() {
    let audit = support::scratch::Scratch::new();
    let file = audit.write("audit.jsonl", "");
    let server =
        HttpServer::start(&[], &["--transport", "http", "--sandbox", "--audit-file", &file]);
    let pid = server.served.pid();
    post(&server, "get_health", "{}");
    let idle = memory(pid, "VmRSS");
    for (name, arguments) in floods() {
        for tool in ["get_health", "add_nodes_to_inventory"] {
            let grown = growth(pid, || {
                let (status, said) = post(&server, tool, &arguments);
                assert!(status == 200 || said.contains("too many values"), "{name}: {said}");
            });
            assert!(grown < 96 * MIB, "{name}, {tool}: {} MiB", grown / MIB);
        }
    }
    comes_back(pid, idle);
}

#[test]
fn h8_one_call_full_of_small_values_takes_little_over_stdio() {
    let mut server = StdioServer::start(&[], &["--sandbox"]);
    let pid = server.pid();
    server.write(format!("{}\n", call("get_health", "{}")).as_bytes());
    server.receive();
    let idle = memory(pid, "VmRSS");
    for (name, arguments) in floods() {
        let grown = growth(pid, || {
            server.write(format!("{}\n", call("get_health", &arguments)).as_bytes());
            server.receive();
        });
        assert!(grown < 96 * MIB, "{name}: {} MiB", grown / MIB);
    }
    comes_back(pid, idle);
}

#[test]
fn h8_eight_calls_full_of_small_values_at_once_take_little_and_it_comes_back() {
    let server = HttpServer::start(&[], &["--transport", "http", "--sandbox"]);
    let pid = server.served.pid();
    post(&server, "get_health", "{}");
    let idle = memory(pid, "VmRSS");
    for (name, arguments) in floods() {
        let grown = growth(pid, || {
            thread::scope(|threads| {
                for _ in 0..8 {
                    threads.spawn(|| post(&server, "get_health", &arguments));
                }
            });
        });
        assert!(grown < 256 * MIB, "{name}: {} MiB", grown / MIB);
    }
    comes_back(pid, idle);
    assert_eq!(post(&server, "get_health", "{}").0, 200);
}

/// What a platform of these tests sends after the head of its answer.
type Body = dyn Fn(&str, &mut TcpStream) -> std::io::Result<()> + Send + Sync;

/// A platform that answers so; logins are always right. Its port.
fn platform(body: Arc<Body>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            let body = Arc::clone(&body);
            thread::spawn(move || drop(serve(socket, &*body)));
        }
    });
    port
}

fn serve(mut socket: TcpStream, body: &Body) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        socket.read_exact(&mut byte)?;
        head.extend(byte);
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
    socket.read_exact(&mut vec![0; length])?;
    let path = head.split(' ').nth(1).unwrap_or_default();
    socket
        .write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n")?;
    if path == "/login" {
        return socket.write_all(b"Content-Length: 34\r\n\r\n\"0123456789abcdef0123456789abcdef\"");
    }
    body(path, &mut socket)
}

fn server_at(port: u16) -> HttpServer {
    let env = [
        ("ITENTIAL_MCP_PLATFORM_HOST", "127.0.0.1".to_owned()),
        ("ITENTIAL_MCP_PLATFORM_PORT", port.to_string()),
        ("ITENTIAL_MCP_PLATFORM_DISABLE_TLS", "true".to_owned()),
        ("ITENTIAL_MCP_PLATFORM_TIMEOUT", HANG.as_secs().to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value));
    HttpServer::start(&env, &["--transport", "http"])
}

/// A list of devices of about so many MiB.
fn devices(mib: usize) -> String {
    let device = |n: usize| {
        json!({"name": format!("device-{n}"), "host": "10.0.0.1", "ostype": "cisco-ios", "port": 22,
               "origins": ["lab"], "authgroup": "default", "tags": {"a": {}, "b": [1, 2, 3]}})
        .to_string()
    };
    let count = (mib << 20) / (device(100_000).len() + 1);
    let devices: Vec<String> = (0..count).map(device).collect();
    format!("{{\"total\":{count},\"list\":[{}]}}", devices.join(","))
}

fn send_whole(body: &str, socket: &mut TcpStream) -> std::io::Result<()> {
    socket.write_all(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes())?;
    socket.write_all(body.as_bytes())
}

#[test]
fn h9_endless_answers_to_many_calls_take_a_bounded_amount() {
    let server = server_at(platform(Arc::new(|_, socket: &mut TcpStream| {
        socket.write_all(b"Transfer-Encoding: chunked\r\n\r\n1\r\n[\r\n")?;
        let chunk = format!("10000\r\n{}\r\n", "{\"a\":1},".repeat(0x2000));
        loop {
            socket.write_all(chunk.as_bytes())?;
        }
    })));
    let pid = server.served.pid();
    post(&server, "find_nothing", "{}");
    let idle = memory(pid, "VmRSS");
    let grown = growth(pid, || {
        thread::scope(|threads| {
            for _ in 0..8 {
                threads.spawn(|| {
                    let (_, said) = post(&server, "get_health", "{}");
                    assert!(said.contains("GET /health/"), "{said}");
                    assert!(
                        said.contains("ask for less") || said.contains("narrow the request"),
                        "{said}"
                    );
                });
            }
        });
    });
    assert!(grown < 256 * MIB, "{} MiB", grown / MIB);
    comes_back(pid, idle);
}

/// A server at a platform with so many MiB of devices and of device groups.
fn server_of_lists(mib: usize) -> HttpServer {
    let list = devices(mib);
    let whole = list.split_once("\"list\":").expect("a list").1.trim_end_matches('}').to_owned();
    let server = server_at(platform(Arc::new(move |path, socket: &mut TcpStream| match path {
        "/configuration_manager/devicegroups" => send_whole(&whole, socket),
        _ => send_whole(&list, socket),
    })));
    post(&server, "find_nothing", "{}");
    server
}

fn shows(server: &HttpServer, tool: &str, arguments: &str, shown: &str) -> u64 {
    growth(server.served.pid(), || {
        let (_, said) = post(server, tool, arguments);
        assert!(said.contains(shown) && said.contains("\"isError\":false"), "{said:.600}");
    })
}

#[test]
fn h9_a_list_of_60_mib_is_shown_as_it_comes() {
    let server = server_of_lists(60);
    let pid = server.served.pid();
    let idle = memory(pid, "VmRSS");
    let grown = shows(&server, "get_devices", "{\"limit\":100000}", "device-0");
    assert!(grown < 128 * MIB, "{} MiB", grown / MIB);
    comes_back(pid, idle);
}

#[test]
fn h9_of_a_large_list_no_more_is_kept_than_is_shown() {
    let server = server_of_lists(6);
    for (tool, arguments, shown) in [
        ("get_devices", "{}", "device-0"),
        ("get_devices", "{\"limit\":2,\"offset\":20000}", "device-20000"),
        ("get_devices", "{\"name_contains\":\"device-99\",\"limit\":100000}", "device-99"),
        ("get_devices", "{\"count_by\":\"ostype\"}", "cisco-ios"),
        ("get_devices", "{\"count_by\":\"name\",\"limit\":3}", "device-2"),
        ("get_device_groups", "{\"offset\":3,\"fields\":[\"name\"]}", "device-3"),
    ] {
        let grown = shows(&server, tool, arguments, shown);
        assert!(grown < 32 * MIB, "{tool} {arguments}: {} MiB", grown / MIB);
    }
}

#[test]
fn h9_large_answers_at_once_do_not_wait_for_each_other() {
    let list = devices(5);
    let server =
        server_at(platform(Arc::new(move |_, socket: &mut TcpStream| send_whole(&list, socket))));
    let grown = growth(server.served.pid(), || {
        thread::scope(|threads| {
            for _ in 0..8 {
                threads.spawn(|| {
                    let (_, said) = post(&server, "get_devices", "{}");
                    assert!(said.contains("device-0"), "{said:.600}");
                });
            }
        });
    });
    assert!(grown < 256 * MIB, "{} MiB", grown / MIB);
}

#[test]
fn h9_who_gets_no_memory_for_an_answer_is_told_so() {
    let list = devices(1);
    let server = server_at(platform(Arc::new(move |path, socket: &mut TcpStream| {
        if path.starts_with("/configuration_manager/devicegroups") {
            return send_whole(&list, socket);
        }
        // The end never comes, and what came before takes all the memory there is.
        socket.write_all(b"Content-Length: 60000000\r\n\r\n")?;
        socket.write_all(&vec![b' '; 40 << 20])?;
        thread::sleep(HANG);
        Ok(())
    })));
    let pid = server.served.pid();
    let idle = memory(pid, "VmRSS");
    let mut waiting = raw_http::connect(server.port);
    let (headers, body) = (headers("get_devices"), call("get_devices", "{}"));
    raw_http::ask(&mut waiting, "localhost", "POST", "/mcp", &headers, Some(&body));
    eventually("a half-read answer", || memory(pid, "VmRSS") > idle + 36 * MIB);
    let (_, said) = post(&server, "get_device_groups", "{}");
    assert!(said.contains("GET /configuration_manager/deviceGroups"), "{said}");
    assert!(said.contains("reads other large ones; ask for less"), "{said}");
}
