//! Faults on demand: what a real platform, or the network in front of it, does on a bad day.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value};

use super::answer::{Answer, Content, Refusal};
use crate::http::Response;

/// The fields of a rule, named in the refusal of any other.
const FIELDS: &[&str] = &[
    "match",
    "skip",
    "times",
    "delay_ms",
    "status",
    "body",
    "content_type",
    "headers",
    "replace",
    "latin_1",
    "gzip",
    "chunked",
    "truncate",
    "close",
    "after_write",
];

/// One rule: which requests it meets, how often, and what happens to them.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Milliseconds the answer is held back.
    pub delay: Duration,
    /// The body is sent in chunks, without its length.
    pub chunked: bool,
    /// The answer breaks off in the middle of its body.
    pub truncate: bool,
    /// The connection is closed without an answer.
    pub close: bool,
    /// The request takes effect before it is met by the fault.
    pub after_write: bool,
    latin_1: bool,
    gzip: bool,
    rule: Map<String, Value>,
    skip: u64,
    left: u64,
}

impl Fault {
    /// Reads a rule as `PUT /sandbox/faults` takes it.
    pub fn parse(rule: &Value) -> Result<Self, Refusal> {
        let rule = rule.as_object().ok_or_else(|| Refusal::invalid("a fault must be object"))?;
        if let Some(unknown) = rule.keys().find(|name| !FIELDS.contains(&name.as_str())) {
            let fields = FIELDS.join(", ");
            return Err(Refusal::invalid(format!(
                "unknown field '{unknown}'; there are: {fields}"
            )));
        }
        let wrong = |name: &str, kind: &str| Refusal::invalid(format!("{name} must be {kind}"));
        let number = |name: &str, default: u64| match rule.get(name) {
            None => Ok(default),
            Some(value) => value.as_u64().ok_or_else(|| wrong(name, "an integer >= 0")),
        };
        let flag = |name: &str| match rule.get(name) {
            None => Ok(false),
            Some(value) => value.as_bool().ok_or_else(|| wrong(name, "true or false")),
        };
        if !(200..600).contains(&number("status", 200)?) {
            return Err(wrong("status", "a code from 200 to 599"));
        }
        Ok(Self {
            delay: Duration::from_millis(number("delay_ms", 0)?),
            latin_1: flag("latin_1")?,
            gzip: flag("gzip")?,
            chunked: flag("chunked")?,
            truncate: flag("truncate")?,
            close: flag("close")?,
            after_write: flag("after_write")?,
            skip: number("skip", 0)?,
            left: number("times", 1)?,
            rule: rule.clone(),
        })
    }

    /// The rule, with how often it will still apply.
    pub fn describe(&self) -> Value {
        let mut rule = self.rule.clone();
        rule.insert("times_left".to_owned(), self.left.into());
        Value::Object(rule)
    }

    /// Whether this request is met by the rule; counts it if so.
    pub fn takes(&mut self, method: &str, path: &str, query: &str) -> bool {
        let wanted = |name: &str| self.rule.get("match")?.get(name)?.as_str();
        let path_meets = wanted("path").is_none_or(|wanted| match wanted.strip_suffix('*') {
            Some(prefix) => path.starts_with(prefix),
            None => path == wanted,
        });
        let meets = path_meets
            && wanted("method").is_none_or(|wanted| wanted == method)
            && wanted("query").is_none_or(|wanted| query.contains(wanted));
        if !meets || self.left == 0 {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        self.left -= 1;
        true
    }

    /// The answer the rule puts in place of the platform's, if it does.
    pub fn instead(&self) -> Option<Answer> {
        let text = |name: &str| self.rule.get(name).and_then(Value::as_str);
        let status = self.rule.get("status").and_then(Value::as_u64);
        let status = status.and_then(|status| u16::try_from(status).ok());
        let answer = match (self.rule.get("replace"), self.rule.get("body")) {
            (Some(json), _) => Answer::from(json.clone()),
            (None, Some(Value::String(body))) => {
                let media_type = text("content_type").unwrap_or("application/json");
                let body = Content::Text(media_type.to_owned(), body.clone());
                Answer { status: 200, headers: Vec::new(), body }
            }
            (None, Some(json)) => Answer::from(json.clone()),
            (None, None) => {
                let refusal = Refusal::new(status?, "A fault was asked for by PUT /sandbox/faults");
                Answer::from(refusal)
            }
        };
        Some(answer.with_status(status.unwrap_or(200)))
    }

    /// `answer` with the headers of the rule.
    pub fn decorate(&self, answer: Answer) -> Answer {
        let headers = self.rule.get("headers").and_then(Value::as_object);
        headers.into_iter().flatten().fold(answer, |answer, (name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            answer.with_header(name, text)
        })
    }

    /// `response` in the encodings of the rule.
    pub fn encode(&self, mut response: Response) -> Response {
        if self.latin_1 {
            let text = String::from_utf8_lossy(&response.body);
            let bytes = text.chars().map(|char| u8::try_from(u32::from(char)).unwrap_or(b'?'));
            response.body = bytes.collect();
        }
        if self.gzip {
            let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
            // Writing to a Vec cannot fail.
            if packer.write_all(&response.body).is_ok()
                && let Ok(packed) = packer.finish()
            {
                response.body = packed;
                return response.with_header("Content-Encoding", "gzip");
            }
        }
        response
    }
}
