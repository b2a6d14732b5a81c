//! Whatever the Python server could be told arrives here, from every place where it could be said, and
//! has its effect; what differs stands in docs/migration.md. The facts are tests/facts/python-settings.json.

#[path = "migration/arrives.rs"]
mod arrives;
#[path = "migration/effects.rs"]
mod effects;
#[path = "migration/page.rs"]
mod page;
#[path = "migration/proofs.rs"]
mod proofs;
mod support;
#[path = "migration/told.rs"]
mod told;
