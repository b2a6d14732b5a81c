//! What a tool is told: its parameters, and the arguments of one call.

mod arguments;
mod coerce;
mod foreign;
mod naming;
mod parameter;
mod schema;

pub use arguments::Arguments;
pub use foreign::{Input, fitted};
pub use naming::CLIENT_ADDITIONS;
pub use parameter::{Kind, Parameter, Presence};
pub use schema::input as input_schema;
