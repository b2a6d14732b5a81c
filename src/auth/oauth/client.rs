//! The clients of the proxy: those that have registered, and those whose id is the URL of a document
//! about them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};

use super::handles::Registered;
use super::redirect;

/// A client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// What it is known by in handles.
    pub hash: String,
    /// What it calls itself. Anybody may call himself anything.
    pub name: String,
    /// Where it may have browsers sent.
    pub redirects: Vec<String>,
    /// SHA-256 of its secret, where it has one.
    secret: Option<String>,
}

impl Client {
    /// A client with this id, which cannot keep a secret.
    pub fn public(id: &str, name: String, redirects: Vec<String>) -> Self {
        Self { hash: hash(id), name, redirects, secret: None }
    }

    /// The client that has registered with this id.
    pub fn of(id: &str, said: Registered) -> Self {
        let Registered { name, redirects, secret, .. } = said;
        Self { hash: hash(id), name, redirects, secret }
    }

    /// Whether it shows what it must: its secret, if it has one.
    ///
    /// # Errors
    /// In words for its developer.
    pub fn prove(&self, shown: Option<&str>) -> Result<(), &'static str> {
        match (&self.secret, shown) {
            (None, _) => Ok(()),
            // Compared by their hashes: how long that takes tells nothing of the secret.
            (Some(known), Some(shown)) if *known == hash(shown) => Ok(()),
            (Some(_), Some(_)) => Err("the client's secret is wrong"),
            (Some(_), None) => Err("the client must show its secret"),
        }
    }

    /// The registered redirect that allows this one; the only one where none is asked for.
    pub fn registered<'a>(&'a self, asked: Option<&'a str>) -> Option<(&'a str, &'a str)> {
        let Some(asked) = asked else {
            return match &self.redirects[..] {
                [only] => Some((only, only)),
                _ => None,
            };
        };
        let found = self.redirects.iter().find(|known| redirect::allows(known, asked));
        found.map(|known| (known.as_str(), asked))
    }
}

/// SHA-256, in base64url.
pub fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}
