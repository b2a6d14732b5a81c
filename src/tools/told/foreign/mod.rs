//! What a tool is told when its JSON Schema was written elsewhere: by the platform, or by an operator.
//!
//! The schema is read twice. What a model is shown ([`announce`]) is cut to the part of JSON Schema
//! that every vendor's library reads, and to a size that a model can afford. What a call gives
//! ([`fit`]) is held against the schema as it was written. Neither trusts it: references may lead
//! nowhere or in circles, and millions of them may lead to one place, so every reading has an end
//! ([`Document`](parts::Document) counts the steps).

mod announce;
#[cfg(test)]
mod any_schema;
mod bounds;
mod fields;
mod fit;
mod input;
mod kinds;
mod members;
mod parts;
mod problems;
#[cfg(test)]
mod tests;
mod turn;

pub use input::{Input, fitted};
