//! Session ids that say themselves what a server has to know of the session, so that any process
//! with the same key can serve it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::caller::Caller;
use super::engine::Engine;
use super::error::RpcError;
use super::revision;
use super::session::Session;
use crate::limits;
use crate::time::since_epoch as now;

const PURPOSE: &str = "session";

/// What a client may say that it can do, and this server asks for.
const CAPABILITIES: &[&str] = &["elicitation", "sampling", "roots", "extensions"];

impl Engine {
    /// The id of a session that has shaken hands, for this caller only.
    ///
    /// # Errors
    /// -32603 when the system gives no random numbers, or nothing was agreed.
    pub fn session_id(&self, session: &Session, caller: &Caller) -> Result<String, RpcError> {
        let Some(revision) = session.revision() else {
            return Err(RpcError::internal("There was no handshake"));
        };
        let text = json!({
            "revision": revision,
            "can": brief(&session.capabilities()),
            "who": caller.identity,
            "since": now().as_secs(),
        });
        Ok(self.seal.seal(PURPOSE, text.to_string().as_bytes())?)
    }

    /// The session that an id stands for, as its handshake left it; none when the id was not made
    /// with one of our keys for this caller, or is too old.
    pub fn resume(&self, id: &str, caller: &Caller) -> Option<Arc<Session>> {
        let text = self.seal.open(PURPOSE, id)?;
        let said: Value = serde_json::from_slice(&text).ok()?;
        let revision = said.get("revision")?.as_str()?;
        let revision = revision::LEGACY.into_iter().find(|known| *known == revision)?;
        let age = now().saturating_sub(Duration::from_secs(said.get("since")?.as_u64()?));
        if said.get("who") != Some(&json!(caller.identity)) || age > limits::SESSION_LIFE {
            return None;
        }
        let session = Arc::new(Session::new());
        session.open(revision, said.get("can").cloned().unwrap_or(Value::Null));
        Some(session)
    }

    /// A session without a handshake, as clients have it that a server gives no id.
    pub fn without_handshake(&self, revision: &'static str) -> Arc<Session> {
        let session = Arc::new(Session::new());
        session.open(revision, Value::Null);
        session
    }
}

/// What of a client's capabilities is worth carrying: which there are, and in which modes.
fn brief(capabilities: &Value) -> Value {
    let modes = |value: &Value| -> Value {
        let names = value.as_object().into_iter().flat_map(Map::keys);
        let short = names.filter(|name| name.len() <= limits::CAPABILITY_BYTES);
        short.take(limits::CAPABILITIES).map(|name| (name.clone(), json!({}))).collect()
    };
    CAPABILITIES
        .iter()
        .filter_map(|name| {
            let can = capabilities.get(*name).filter(|can| !can.is_null())?;
            Some(((*name).to_owned(), modes(can)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::registry::{Offers, Registry};
    use super::*;
    use crate::seal::Seal;

    fn engine(key: &str) -> Engine {
        let seal = Seal::shared(key).expect("a good key");
        Engine::new(json!({"name": "x"}), Registry::new(Offers::default()))
            .sealing_with(seal.into())
    }

    #[test]
    fn any_process_with_the_key_knows_the_session_of_its_caller() {
        let key = "0123456789abcdef0123456789abcdef";
        let (here, there) = (engine(key), engine(key));
        let (ann, bob) = (Caller::new(Some("ann".into()), ""), Caller::new(None, "::1"));
        let session = Session::new();
        let junk = "x".repeat(10_000);
        session.open(
            "2025-06-18",
            json!({"elicitation": {"form": {"a": 1}}, "experimental": {"x": junk}, "roots": {"y": junk}}),
        );
        let id = here.session_id(&session, &ann).expect("random numbers");
        assert!(id.len() < 400, "{id}");
        let found = there.resume(&id, &ann).expect("the same key");
        assert_eq!(found.revision(), Some("2025-06-18"));
        assert_eq!(found.capabilities()["elicitation"], json!({"form": {}}));
        assert!(there.resume(&id, &bob).is_none(), "another caller");
        assert!(there.resume(&id[1..], &ann).is_none());
        assert!(engine(&key.replace('0', "9")).resume(&id, &ann).is_none(), "another key");
        assert!(here.session_id(&Session::new(), &ann).is_err(), "nothing agreed");
    }
}
