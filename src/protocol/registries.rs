//! What is offered to whom.

use std::sync::Arc;

use super::caller::Caller;
use super::registry::{LISTS, Offers, Registry};

/// What is offered to callers without a role, and to those of each role. Never changes; a reload
/// makes a new one.
pub struct Registries {
    without: Arc<Registry>,
    by_role: Vec<(Arc<str>, Arc<Registry>)>,
    nothing: Arc<Registry>,
}

impl Registries {
    /// This to callers without a role, and to those of each role what stands beside its name.
    pub fn new(without: Registry, by_role: Vec<(Arc<str>, Registry)>) -> Self {
        let changes = without.offers().changes;
        let by_role = by_role.into_iter().map(|(name, offered)| (name, Arc::new(offered)));
        Self {
            without: Arc::new(without),
            by_role: by_role.collect(),
            nothing: Arc::new(Registry::new(Offers { changes, ..Offers::default() })),
        }
    }

    /// What this caller is offered: nothing, where its role is gone.
    pub fn of(&self, caller: &Caller) -> Arc<Registry> {
        let Some(role) = &caller.role else { return Arc::clone(&self.without) };
        let found = self.by_role.iter().find(|(name, _)| name == role);
        Arc::clone(found.map_or(&self.nothing, |(_, offered)| offered))
    }

    /// Whether the lists can change while the server runs.
    pub fn change(&self) -> bool {
        self.without.offers().changes
    }

    /// The notifications that tell what differs from `other` for anybody, each once, in the order of
    /// `LISTS`.
    pub fn changes(&self, other: &Self) -> Vec<&'static str> {
        let roles = self.by_role.iter().chain(&other.by_role).map(|(role, _)| Some(role));
        let mut changed: Vec<&str> = Vec::new();
        for role in roles.chain([None]) {
            let caller = Caller { role: role.cloned(), ..Caller::default() };
            changed.extend(self.of(&caller).changes(&other.of(&caller)));
        }
        let mut told: Vec<_> = LISTS.iter().map(|(_, notification)| *notification).collect();
        told.dedup();
        told.retain(|notification| changed.contains(notification));
        told
    }
}

impl From<Registry> for Registries {
    fn from(offered: Registry) -> Self {
        Self::new(offered, Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_offered_its_own_and_one_that_is_gone_nothing() {
        let offered = |instructions: &str| {
            Registry::new(Offers { instructions: instructions.into(), ..Offers::default() })
        };
        let registries = Registries::new(offered("all"), vec![("a".into(), offered("some"))]);
        for (role, instructions) in [(None, "all"), (Some("a"), "some"), (Some("b"), "")] {
            let caller = Caller { role: role.map(Into::into), ..Caller::default() };
            assert_eq!(registries.of(&caller).offers().instructions, instructions);
        }
    }
}
