//! A request of a program, passed on to the platform.

use log::Level;
use serde_json::json;

use crate::cancel::CancelToken;
use crate::http::{Exchange, Request, Response};
use crate::observe;
use crate::platform::{Api, Error, ErrorKind, Path};

/// The methods that are passed on. What only reads may use the first alone.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// First segments of paths where sessions begin and end: their answers hold credentials.
const LOGINS: [&str; 5] = ["login", "logout", "oauth", "saml", "sso"];

/// How requests of one run are passed on.
pub struct Relay<'a> {
    /// The platform, for the call.
    pub api: Api<'a>,
    /// The tool.
    pub tool: &'a str,
    /// Whether it says that it changes nothing.
    pub reads: bool,
}

impl Relay<'_> {
    /// Answers a request with what the platform says, for as long as `open` is not cancelled.
    pub fn answer(&self, exchange: Exchange, open: &CancelToken) {
        let answer = self.pass(&exchange.request, open).unwrap_or_else(|refusal| refusal);
        exchange.respond(answer);
    }

    fn pass(&self, request: &Request, open: &CancelToken) -> Result<Response, Response> {
        let Some(method) = METHODS.iter().find(|method| **method == request.method) else {
            let known = METHODS.join(", ");
            return Err(refusal(405, &format!("{} is not passed on; {known} are", request.method)));
        };
        if self.reads && *method != "GET" {
            let why = format!(
                "{} is announced as a tool that changes nothing, so only GET is passed on; change \
                 its hints if it writes",
                self.tool
            );
            return Err(refusal(403, &why));
        }
        // The name of the run comes first.
        let path = request.path.get(1..).and_then(|path| Some(path.split_at(path.find('/')?).1));
        let path = Path::encoded(path.unwrap_or_default(), request.query.as_deref());
        let path = path.map_err(|error| refusal(400, &error.to_string()))?;
        if is_login(path.as_str()) {
            let why = "logins are not passed on; every request has the session of the caller";
            return Err(refusal(403, why));
        }
        let body = match request.body.is_empty() {
            true => None,
            false => Some(json_body(request)?),
        };
        if self.api.token().is_cancelled() {
            return Err(refusal(503, "the call was cancelled"));
        }
        let target = path.as_str().split('?').next().unwrap_or_default();
        match self.api.with_token(open).relay(method, &path, body) {
            Ok(relayed) => {
                let level = if *method == "GET" { Level::Debug } else { Level::Info };
                log::log!(level, "{}: {method} {target} answered {}", self.tool, relayed.status);
                let text = String::from_utf8(relayed.body);
                let body = match text {
                    // A platform that repeats the session to its holder.
                    Ok(text) => observe::hide(&text).into_owned().into_bytes(),
                    Err(bytes) => bytes.into_bytes(),
                };
                Ok(Response::empty(relayed.status).with_body(&relayed.content_type, body))
            }
            Err(error) => {
                log::debug!("{}: {method} {target} failed: {error}", self.tool);
                Err(refusal(status(&error), &error.to_string()))
            }
        }
    }
}

/// The status for a request that the platform did not answer.
fn status(error: &Error) -> u16 {
    match error.kind {
        ErrorKind::Cancelled => 503,
        ErrorKind::Timeout { .. } => 504,
        _ => 502,
    }
}

fn refusal(status: u16, why: &str) -> Response {
    let body = json!({"message": observe::redact(why), "relayed": false});
    Response::json(status, body.to_string())
}

/// Returns true if sessions begin or end at the path, however it is encoded.
fn is_login(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    let first = path.split(['/', '\\', ';']).find(|segment| !segment.is_empty());
    first.is_some_and(|first| LOGINS.iter().any(|login| first.eq_ignore_ascii_case(login)))
}

fn json_body(request: &Request) -> Result<String, Response> {
    let kind = request.header("content-type").unwrap_or("application/json");
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(refusal(415, "only JSON is passed on; say Content-Type: application/json"));
    }
    String::from_utf8(request.body.clone()).map_err(|_| refusal(400, "the body is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::is_login;

    #[test]
    fn logins_are_known_however_they_are_written() {
        for path in ["/login", "/Login?x", "/lo%67in/", "/oauth/token", "/%2Flogin", "/login;a=b"] {
            assert!(is_login(path), "{path}");
        }
        for path in ["/logins", "/jobs/login", "/jobs?login", "/authorization/accounts"] {
            assert!(!is_login(path), "{path}");
        }
    }
}
