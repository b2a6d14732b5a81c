//! The pages that a person sees: no script, nothing from elsewhere, readable on a phone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use super::answer::Fault;
use super::handles::Login;
use super::redirect::{shown, source};
use super::settings::Settings;
use crate::http::Response;

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8886;--ink:#1b1f24;--paper:#fff;--deed:#0b5fb0;--quiet:#57606a}\
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--paper:#15191e;--deed:#1f6feb;--quiet:#9aa4ae}}\
*{box-sizing:border-box}\
body{margin:0;padding:1.5rem 1rem;font:1rem/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}\
main{max-width:30rem;margin:0 auto;overflow-wrap:anywhere}\
h1{font-size:1.35rem;line-height:1.3;margin:0 0 1rem}\
dl{margin:1.25rem 0;border-top:1px solid var(--line)}\
dt{color:var(--quiet);font-size:.875rem;padding-top:.6rem}\
dd{margin:0;padding-bottom:.6rem;border-bottom:1px solid var(--line)}\
strong{font-size:1.1rem}\
.note{color:var(--quiet);font-size:.9rem}\
form{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.25rem}\
button{flex:1 1 8rem;min-height:2.75rem;font:inherit;border-radius:.4rem;border:1px solid var(--line);\
background:transparent;color:inherit;cursor:pointer}\
button[value=allow]{background:var(--deed);border-color:var(--deed);color:#fff}\
button:focus-visible{outline:3px solid var(--deed);outline-offset:2px}";

/// Asks whether a client may act for the person who looks at it.
pub fn consent(settings: &Settings, login: &Login, transaction: Option<&str>) -> Response {
    let place = escaped(&shown(&login.redirect));
    let local = login.redirect.starts_with("http://");
    let place = if local { format!("{place} (an application on this computer)") } else { place };
    let so_far = match login.code {
        Some(_) => "You have logged in. One answer is missing.",
        None => "You will log in next.",
    };
    let scopes = match login.scopes.is_empty() {
        true => "all that your account may do here".to_owned(),
        false => escaped(&login.scopes.join(", ")),
    };
    let name = escaped(&login.name);
    let body = format!(
        "<h1>Let <q>{name}</q> use the Itential Platform in your name?</h1>\
         <p>{so_far}</p>\
         <dl><dt>Your login will be handed to</dt><dd><strong>{place}</strong></dd>\
         <dt>It may use</dt><dd>{scopes}</dd>\
         <dt>At this server</dt><dd>{resource}</dd></dl>\
         <p class=\"note\">Any application can call itself <q>{name}</q>. Allow it only if you have just \
         begun to connect it, and if you know the place above.</p>\
         <form method=\"post\" action=\"/consent\">\
         <input type=\"hidden\" name=\"transaction\" value=\"{transaction}\">\
         <button name=\"decision\" value=\"deny\">Deny</button>\
         <button name=\"decision\" value=\"allow\">Allow</button></form>",
        resource = escaped(&settings.resource),
        transaction = escaped(transaction.unwrap_or_default()),
    );
    // Browsers hold every address to this that the form leads on to: those of the provider's login,
    // which may be anywhere, and the client's.
    let actions = format!(
        "'self' https: {} {}",
        source(&settings.authorization_url),
        source(&login.redirect)
    );
    page(200, "Allow access?", &body, &actions)
}

/// Says that a login cannot go on.
pub fn error(fault: &Fault) -> Response {
    let body = format!(
        "<h1>This login cannot go on</h1><p>{}</p>\
         <p class=\"note\">You can close this page.</p>",
        escaped(&sentence(&fault.why))
    );
    let status = match fault.code {
        "server_error" => 500,
        "temporarily_unavailable" => 503,
        _ => 400,
    };
    page(status, "Login", &body, "'none'")
}

/// Says that an answer did not come from our page.
pub fn foreign() -> Response {
    let body = "<h1>Nothing was allowed</h1><p>The answer did not come from the page of this server. If \
                you wanted to allow an application, begin again in it, and open the page in a browser \
                of its own if it is shown within another.</p>";
    page(403, "Login", body, "'none'")
}

fn page(status: u16, title: &str, body: &str, actions: &str) -> Response {
    let style = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{title} - Itential MCP</title>\
         <style>{STYLE}</style></head><body><main>{body}</main></body></html>"
    );
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action {actions}; \
         frame-ancestors 'none'; base-uri 'none'"
    );
    Response::empty(status)
        .with_body("text/html; charset=utf-8", html.into_bytes())
        .with_header("Content-Security-Policy", policy)
        .with_header("X-Frame-Options", "DENY")
        .with_header("X-Content-Type-Options", "nosniff")
        .with_header("Cache-Control", "no-store")
        // With no-referrer browsers would not say where the form comes from.
        .with_header("Referrer-Policy", "same-origin")
}

/// As a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

/// Text within HTML, also between quotes.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter => safe.push(letter),
        }
    }
    safe
}
