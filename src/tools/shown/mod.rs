//! What a tool shows: shapes, outcomes, errors.

mod error;
mod outcome;
mod shape;

pub use error::{ErrorKind, ToolError};
pub use outcome::{Outcome, Output, Page};
pub use shape::{Field, FieldKind, Shape, lookup, time};
