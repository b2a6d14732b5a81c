//! Tools in files: a folder of JSON, a tool in each file.
//!
//! - `folder.rs`: which files count, and that nobody else can have written them.
//! - `document.rs`: reading JSON so that every problem says its file and line.
//! - `manifest.rs`: what each tool says of itself, whatever it does.

mod document;
mod folder;
mod manifest;

pub use document::{Document, Key, Part, Problem, kind};
pub use folder::{FolderStamp, Held, Text, read};
pub use manifest::{Does, KEYS, Manifest, name_problem, title_of};
