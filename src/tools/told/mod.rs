//! What a tool is told: its parameters, and the arguments of one call.

mod arguments;
mod coerce;
mod parameter;

pub use arguments::Arguments;
pub use parameter::{Kind, Parameter, Presence};
