//! How the product introduces itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Three devices and the lines between them.
const ICON: &str = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'>\
    <path d='M12 6 5 18h14z' fill='none' stroke='#e4682a' stroke-width='2'/>\
    <g fill='#1b5e9e'><circle cx='12' cy='6' r='3'/><circle cx='5' cy='18' r='3'/>\
    <circle cx='19' cy='18' r='3'/></g></svg>";

/// MCP's `Implementation`.
pub fn server() -> Value {
    json!({
        "name": "Itential Platform MCP",
        "title": "Itential Platform",
        "version": env!("CARGO_PKG_VERSION"),
        "description": env!("CARGO_PKG_DESCRIPTION"),
        "websiteUrl": "https://docs.itential.com",
        "icons": [{
            "src": format!("data:image/svg+xml;base64,{}", STANDARD.encode(ICON)),
            "mimeType": "image/svg+xml",
            "sizes": ["any"]
        }]
    })
}
