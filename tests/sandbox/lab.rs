//! A sandbox in this process and a client of it that can see everything.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use itential_mcp::sandbox::{Options, PASSWORD, Sandbox, USER};
use serde_json::{Value, json};

use super::support::PATIENCE;
use super::support::raw_http::{self, Answer};

/// A sandbox in which a step of work takes 50 ms, and a logged-in client.
pub struct Lab {
    sandbox: Sandbox,
    cookie: String,
}

impl Lab {
    pub fn new() -> Self {
        Self::with(Options { step: Duration::from_millis(50), ..Options::default() })
    }

    pub fn with(options: Options) -> Self {
        let sandbox = Sandbox::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), options).unwrap();
        let mut lab = Self { sandbox, cookie: String::new() };
        lab.login();
        lab
    }

    pub fn login(&mut self) {
        let user = json!({"user": {"username": USER, "password": PASSWORD}});
        let reply = self.send("POST", "/login", Some(user));
        assert_eq!(reply.status, 200, "{}", reply.text());
        let cookie = reply.header("set-cookie").expect("login sets a cookie");
        assert_eq!(cookie.split(';').next().unwrap(), format!("token={}", reply.text()));
        self.cookie = format!("token={}", reply.text());
    }

    pub fn port(&self) -> u16 {
        self.sandbox.addr().port()
    }

    pub fn send(&self, method: &str, target: &str, body: Option<Value>) -> Answer {
        let body = body.map(|body| body.to_string());
        self.send_with(method, target, &[("Cookie", &self.cookie)], body.as_deref())
    }

    pub fn send_with(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Answer {
        raw_http::request(self.port(), method, target, headers, body)
    }

    pub fn get(&self, target: &str) -> Value {
        let reply = self.send("GET", target, None);
        assert_eq!(reply.status, 200, "GET {target}: {}", reply.text());
        reply.json()
    }

    pub fn post(&self, target: &str, body: Value) -> Value {
        let reply = self.send("POST", target, Some(body));
        assert!(reply.status < 300, "POST {target}: {} {}", reply.status, reply.text());
        reply.json()
    }

    pub fn put(&self, target: &str, body: Value) -> Value {
        let reply = self.send("PUT", target, Some(body));
        assert_eq!(reply.status, 200, "PUT {target}: {}", reply.text());
        reply.json()
    }

    /// Reads `target` until the text at `state` is `done`; every state seen on the way.
    pub fn watch(&self, target: &str, state: &str, done: &str) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        let mut seen: Vec<String> = Vec::new();
        loop {
            let answer = self.get(target);
            let now = answer.pointer(state).and_then(Value::as_str).unwrap_or("null").to_owned();
            if seen.last() != Some(&now) {
                seen.push(now.clone());
            }
            if now == done {
                return seen;
            }
            assert!(Instant::now() < deadline, "{target} never came to {done}: {seen:?}");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

pub fn len(list: &Value) -> usize {
    list.as_array().expect("a list").len()
}
