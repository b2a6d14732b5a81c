//! Tasks that stand for what goes on elsewhere. Their ids say what that is, sealed, so that any
//! process with the same key answers for them, also after a restart; no process remembers them.

use std::time::Duration;

use serde_json::{Value, json};

use super::call::Call;
use super::caller::Caller;
use super::error::RpcError;
use super::result;
use super::tasks::Standing;
use crate::limits;
use crate::seal::Seal;
use crate::time::since_epoch;

/// Where calls go on that have answered with [`Reply::GoesOn`](super::input::Reply::GoesOn).
pub trait Elsewhere: Send + Sync {
    /// How it is now. Whether that can be told or not, what was started is not lost: not to know is
    /// [`Status::Working`](super::tasks::Status::Working) with a message that says why.
    fn look(&self, call: &Call, started: &Started) -> Standing;

    /// Stops it, unless it is over.
    ///
    /// # Errors
    /// When it goes on, with the reason.
    fn stop(&self, call: &Call, started: &Started) -> Result<(), RpcError>;
}

/// What a task stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Started {
    /// As [`Reply::GoesOn`](super::input::Reply::GoesOn) told it.
    pub what: Value,
    /// When, since 1970 began.
    pub created: Duration,
}

const PURPOSE: &str = "task";

impl Started {
    /// Something that has just been started.
    pub fn now(what: Value) -> Self {
        // As precise as the id tells it, so that every process shows the same.
        Self { what, created: Duration::from_millis(since_epoch().as_millis() as u64) }
    }

    /// How long ago that was.
    pub fn age(&self) -> Duration {
        since_epoch().saturating_sub(self.created)
    }

    /// The task's id, for this caller only.
    ///
    /// # Errors
    /// -32603 when the system gives no random numbers.
    pub(super) fn id(&self, seal: &Seal, caller: &Caller) -> Result<String, RpcError> {
        let at = self.created.as_millis() as u64;
        let text = json!({"who": caller.owner(), "at": at, "what": self.what});
        Ok(seal.seal(PURPOSE, text.to_string().as_bytes())?)
    }

    /// What `id` stands for; none when it was not made with one of our keys for this caller, or is
    /// too old.
    pub(super) fn open(seal: &Seal, id: &str, caller: &Caller) -> Option<Self> {
        let mut said: Value = serde_json::from_slice(&seal.open(PURPOSE, id)?).ok()?;
        let created = Duration::from_millis(said.get("at")?.as_u64()?);
        let started = Self { what: said.get_mut("what")?.take(), created };
        let own = said.get("who") == Some(&caller.owner());
        (own && started.age() < limits::TASK_TTL).then_some(started)
    }

    /// The task as clients of this `server` see it.
    pub(super) fn render(&self, id: &str, now: &Standing, server: &Value) -> Value {
        let mut task = now.render(id, self.created, self.poll());
        if let Some(result) = task.get_mut("result") {
            result::stamp(result, server);
        }
        task
    }

    /// How long to wait before looking again: what has gone on for long will go on for a while.
    fn poll(&self) -> Duration {
        (self.age() / 8).clamp(limits::TASK_POLL, limits::TASK_POLL_LONGEST)
    }
}

/// Looks at tasks again and again and tells what has changed, each as a client sees it, until all
/// are over, the call ends, or `tell` says that nobody listens.
pub fn watch(
    elsewhere: &dyn Elsewhere,
    call: &Call,
    tasks: Vec<(String, Started)>,
    server: &Value,
    tell: &dyn Fn(Value) -> bool,
) {
    let mut tasks: Vec<_> = tasks.into_iter().map(|(id, started)| (id, started, None)).collect();
    loop {
        tasks.retain_mut(|(id, started, before)| {
            if call.cancel.is_cancelled() || started.age() >= limits::TASK_TTL {
                return false;
            }
            let now = elsewhere.look(call, started);
            let seen = (now.status.clone(), now.message.clone());
            let news = before.as_ref() != Some(&seen);
            let heard = !news || tell(started.render(id, &now, server));
            *before = Some(seen);
            heard && !now.status.is_over()
        });
        let next = tasks.iter().map(|(_, started, _)| started.poll()).min();
        if !next.is_some_and(|pause| call.cancel.sleep(pause)) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_any_process_with_the_key_what_its_caller_started_until_it_is_too_old() {
        let seal = |key: &str| Seal::shared(key).expect("a good key");
        let key = "0123456789abcdef0123456789abcdef";
        let (here, there) = (seal(key), seal(key));
        let (ann, bob) = (Caller::new(Some("ann".into()), ""), Caller::default());
        let started = Started::now(json!({"job": "7"}));
        let id = started.id(&here, &ann).expect("random numbers");
        assert_eq!(Started::open(&there, &id, &ann), Some(started.clone()));
        assert_eq!(Started::open(&there, &id, &bob), None, "another caller");
        assert_eq!(Started::open(&there, &id[1..], &ann), None);
        assert_eq!(Started::open(&seal(&key.replace('0', "9")), &id, &ann), None, "another key");
        let session =
            here.seal("session", b"{\"who\":\"ann\",\"at\":1,\"what\":1}").expect("sealed");
        assert_eq!(Started::open(&there, &session, &ann), None, "another kind of handle");
        for (age, known) in [(limits::TASK_TTL / 2, true), (limits::TASK_TTL, false)] {
            let old = Started { created: started.created - age, ..started.clone() };
            let id = old.id(&here, &ann).expect("random numbers");
            assert_eq!(Started::open(&there, &id, &ann).is_some(), known, "{age:?}");
        }
    }
}
