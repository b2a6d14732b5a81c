//! How a tool asks the platform: lists, lookups, changes and waits.

mod change;
mod directory;
mod filter;
pub mod judge;
mod kept;
mod list;
pub mod record;
mod source;
mod turn;
mod view;
mod wait;

pub use change::{Change, Done, ReadBack, Write, act, change};
pub use directory::Directory;
pub use filter::{Filter, Matching};
pub use judge::Wants;
pub use list::{From, List, Made};
pub use source::{Listing, Paging, Source};
pub use wait::{Pause, Wait};
