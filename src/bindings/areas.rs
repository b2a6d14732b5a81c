//! Where tools from configuration belong.

use crate::tools::Area;

/// Tools that stand for automations and services of the platform.
pub static BINDINGS: Area =
    Area { tag: "bindings", about: "automations and services that the operator made tools" };

/// Tools that the operator wrote.
pub static CUSTOM: Area = Area { tag: "custom", about: "tools that the operator added" };
