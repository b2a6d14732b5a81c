//! One table of tools, one file per platform area.
