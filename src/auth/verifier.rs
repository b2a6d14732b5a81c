//! What every kind of proof that is a token has in common.

use std::sync::Arc;
use std::time::SystemTime;

use super::identity::Identity;
use super::refusal::Refusal;

/// Checks one kind of token.
pub trait Verifier: Send + Sync {
    /// What this token proves now, without waiting for anything.
    fn verify(&self, token: &str, now: SystemTime) -> Verdict;

    /// The same, after waiting for another server where that is needed: after [`Verdict::Waits`] only.
    fn settle(&self, token: &str, now: SystemTime) -> Verdict {
        self.verify(token, now)
    }

    /// What an operator should know of it.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }

    /// Looks whether what it checks with has changed. Called often.
    fn tend(&self) {}

    /// Takes over what has changed now, for SIGHUP.
    fn reload(&self) {}
}

/// What a token proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: it is of another kind.
    Foreign,
    /// Who calls.
    Proven(Arc<Identity>),
    /// Nothing: it is of this kind, and not good.
    Refused(Refusal),
    /// Nobody can tell without asking another server.
    Waits,
}
