//! Counts for `/metrics`: one [table](METRICS) of what there is. Adding to a number takes no lock.

mod calls;
mod metric;
mod page;
mod process;
mod render;
mod table;
mod trail;
mod words;

pub use calls::{CALLS, Calls};
pub use metric::{Held, Kind, Label, Metric};
pub use page::Sample;
pub use process::process;
pub use render::page;
pub use table::*;
pub use trail::{AUDIT, AuditTrail};
pub use words::{Failure, Method, Outcome, Output, Route, Turned, Went, code};
