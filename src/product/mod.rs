//! The product's own offer: the tools table behind the engine, and what is made from it.

mod acting;
mod answer;
mod chosen;
mod fit;
mod host;
mod identity;
mod instructions;
mod live;
mod logins;
mod long;
mod means;
mod offer;
mod prompts;
mod rates;
mod resources;
mod run;
mod runner;
mod search;
mod suggest;
pub mod tags;

pub use self::chosen::{Chosen, allowed, enabled};
pub use self::live::{Live, declared, load};
pub use self::means::Means;
pub use self::offer::is_live;
use crate::protocol::Engine;

/// The product's engine, offering what there is now.
pub fn engine(live: &Live) -> Engine {
    Engine::new(identity::server(), live.registries())
}
