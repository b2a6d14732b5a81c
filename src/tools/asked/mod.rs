//! How a tool asks the platform: lists, lookups, changes and waits.

mod change;
mod directory;
pub mod judge;
mod list;
pub mod record;
mod source;
mod turn;
mod wait;

pub use change::{Change, Done, ReadBack, Write, act, change};
pub use directory::Directory;
pub use judge::Wants;
pub use list::{Filter, From, List, Matching};
pub use source::{Listing, Paging, Source};
pub use wait::{Pause, Wait};
