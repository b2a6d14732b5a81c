//! Clients whose id is the URL of a document about them (Client ID Metadata Documents).
//!
//! Whoever asks chooses what this server fetches. So it fetches little, seldom, over TLS, from nowhere
//! but where everybody may look, follows no redirects, and tells nobody what it has found.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::answer::Fault;
use super::client::Client;
use super::described::{name, redirects};
use crate::config::ClientDocuments;
use crate::outbound::{self, Reach};
use crate::places::resting;
use crate::sync::Lock;
use crate::{json, limits};

/// The documents that were looked at lately.
pub struct Documents {
    allowed: ClientDocuments,
    state: Lock<State>,
}

#[derive(Default)]
struct State {
    known: HashMap<String, Known>,
    /// How many are being fetched.
    fetching: usize,
    /// How many were begun in this minute, and when it began.
    begun: (usize, Option<Instant>),
}

impl State {
    /// Whether one more may be fetched now, which is counted.
    fn begin(&mut self) -> bool {
        let (count, since) = &mut self.begun;
        if since.is_none_or(|since| since.elapsed() >= MINUTE) {
            (*count, *since) = (0, Some(Instant::now()));
        }
        let may = self.fetching < limits::OAUTH_DOCUMENT_FETCHES
            && *count < limits::OAUTH_DOCUMENTS_A_MINUTE;
        if may {
            *count += 1;
            self.fetching += 1;
        }
        may
    }
}

const MINUTE: Duration = Duration::from_secs(60);

/// What came of looking at one.
struct Known {
    at: Instant,
    found: Result<Client, String>,
}

impl Known {
    fn is_fresh(&self) -> bool {
        let most = match self.found {
            Ok(_) => limits::OAUTH_DOCUMENT_FRESH,
            Err(_) => limits::OAUTH_DOCUMENT_RETRY,
        };
        self.at.elapsed() < most
    }
}

impl Documents {
    /// Documents from where they are allowed to be.
    pub fn new(allowed: ClientDocuments) -> Self {
        Self { allowed, state: Lock::default() }
    }

    /// Whether any are read.
    pub fn are_read(&self) -> bool {
        self.allowed != ClientDocuments::Off
    }

    /// The client that the document at this URL describes.
    pub fn client(&self, url: &str) -> Result<Client, Fault> {
        let invalid = |why: &str| {
            Fault::new("invalid_client", format!("the document that is the client's id {why}"))
        };
        if !self.are_read() {
            return Err(invalid("is not read here; let the client register itself"));
        }
        check(url).map_err(invalid)?;
        {
            let mut state = self.state.lock();
            if let Some(known) = state.known.get(url).filter(|known| known.is_fresh()) {
                return known.found.clone().map_err(|why| invalid(&why));
            }
            if !state.begin() {
                let why = "too many documents of clients are being read; try again";
                return Err(Fault::new("temporarily_unavailable", why));
            }
        }
        let fetching = Fetching(self);
        let found = resting(|| self.fetch(url));
        if let Err(why) = &found {
            log::warn!("the document of a client, {url}, {why}");
        }
        let mut state = fetching.0.state.lock();
        if state.known.len() >= limits::OAUTH_DOCUMENTS {
            state.known.retain(|_, known| known.is_fresh());
        }
        if state.known.len() >= limits::OAUTH_DOCUMENTS {
            state.known.clear();
        }
        state.known.insert(url.to_owned(), Known { at: Instant::now(), found: found.clone() });
        drop(state);
        found.map_err(|why| invalid(&why))
    }

    fn fetch(&self, url: &str) -> Result<Client, String> {
        let reach = match self.allowed {
            ClientDocuments::Internal => Reach::Anywhere,
            ClientDocuments::Public | ClientDocuments::Off => Reach::Public,
        };
        let agent = outbound::agent_for(url, limits::OAUTH_DOCUMENT_TIME, reach)?;
        let cannot = |why: String| format!("cannot be read: {why}");
        let answer = agent.get(url).call().map_err(|error| cannot(outbound::cause(&error)))?;
        match answer.status().as_u16() {
            200 => {}
            300..400 => return Err("is elsewhere, and redirects are not followed".into()),
            status => return Err(cannot(format!("HTTP {status}"))),
        }
        let body = outbound::bounded(answer.into_body(), limits::OAUTH_DOCUMENT_BYTES);
        let Ok(Value::Object(said)) = json::parse(&body.map_err(cannot)?) else {
            return Err("is no JSON object".into());
        };
        // Another's document under this address would make this client look like that one.
        if said.get("client_id").and_then(Value::as_str) != Some(url) {
            return Err("names another client_id than its own address".into());
        }
        let method = said.get("token_endpoint_auth_method").and_then(Value::as_str);
        if method.is_some_and(|method| method != "none") || said.contains_key("client_secret") {
            return Err("says that the client proves itself, which only registered ones can".into());
        }
        let redirects = redirects(&said).map_err(|fault| format!("is not good: {}", fault.why))?;
        Ok(Client::public(url, name(&said), redirects))
    }
}

/// The right to fetch, given back when it is dropped.
struct Fetching<'a>(&'a Documents);

impl Drop for Fetching<'_> {
    fn drop(&mut self) {
        self.0.state.lock().fetching -= 1;
    }
}

/// Whether this may be the id of a client: an `https` URL with a path, as everybody writes it.
fn check(url: &str) -> Result<(), &'static str> {
    let rest = url.strip_prefix("https://").ok_or("must be reached by https")?;
    let (host, path) = rest.split_once('/').ok_or("must have a path")?;
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic()) && !url.contains(['\\', '#']);
    if !plain || host.is_empty() || host.contains('@') || path.is_empty() {
        return Err("must have a host and a path, and neither a user name nor a fragment");
    }
    if path.split(['/', '?']).any(|part| part == "." || part == "..") {
        return Err("must have no dots for segments of its path");
    }
    match url.len() > limits::OAUTH_REDIRECT_BYTES {
        true => Err("has too long an address"),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_do_not_make_this_server_ask_often() {
        let mut state = State::default();
        let begun = (0..1000).filter(|_| {
            let begun = state.begin();
            state.fetching = 0;
            begun
        });
        assert_eq!(begun.count(), limits::OAUTH_DOCUMENTS_A_MINUTE);
        state.begun.1 = Instant::now().checked_sub(MINUTE);
        assert!(state.begin());
        state.fetching = limits::OAUTH_DOCUMENT_FETCHES;
        assert!(!state.begin());
    }

    #[test]
    fn only_whole_addresses_are_looked_at() {
        assert_eq!(check("https://app.example/mcp/client.json"), Ok(()));
        for bad in [
            "http://app.example/client.json",
            "https://app.example",
            "https://app.example/",
            "https://user@app.example/c",
            "https://app.example/c#x",
            "https://app.example/../c",
            "https://app.example/a/./c",
            "https:///c",
            "https://app.example/ c",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
