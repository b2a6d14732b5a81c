//! The account of its own at the platform that a caller shows, in a header of its own: what opens this
//! server and what opens the platform never mix.

use serde_json::json;

use super::headers::{CREDENTIAL, is_passed_on};
use crate::http::{Request, Response};
use crate::limits;
use crate::protocol::Credential;

/// What a request shows; `tls` says whether this listener speaks TLS.
///
/// # Errors
/// The refusal, when others on the way may have read it, or when it is too long.
pub fn shown(request: &Request, tls: bool) -> Result<Option<Credential>, Response> {
    let Some(value) = request.header(CREDENTIAL) else { return Ok(None) };
    if !is_private(request, tls) {
        return refuse(
            403,
            "insecure_transport",
            "X-Itential-Authorization came over a connection without TLS, so that others may have \
             read it: change the password, and use https. A proxy that ends TLS must be one of \
             trusted_proxies and send X-Forwarded-Proto: https",
        );
    }
    if value.len() > limits::BEARER_BYTES {
        return refuse(400, "invalid_request", "X-Itential-Authorization is too long");
    }
    if request.header("authorization").is_some_and(|own| own.trim() == value.trim()) {
        let text = "X-Itential-Authorization shows what opens this server, which never travels on; \
                    show an account of the platform";
        return refuse(400, "invalid_request", text);
    }
    Ok(Some(Credential::new(value.trim())))
}

fn refuse<T>(status: u16, error: &str, why: &str) -> Result<T, Response> {
    let body = json!({"error": error, "error_description": why});
    Err(Response::json(status, body.to_string()).with_header("Cache-Control", "no-store"))
}

/// Whether nobody on the way could read it: it came over TLS, as a trusted proxy tells if that ends it,
/// or it never left this machine.
fn is_private(request: &Request, tls: bool) -> bool {
    let proxied = is_passed_on(request) || request.header("x-forwarded-proto").is_some();
    match proxied && request.trusted_peer {
        true => {
            let scheme = request.header("x-forwarded-proto").unwrap_or_default();
            // The first one is that of the client.
            let scheme = scheme.split(',').next().unwrap_or_default().trim();
            scheme.eq_ignore_ascii_case("https") || (scheme.is_empty() && tls)
        }
        false => tls || request.peer.to_canonical().is_loopback(),
    }
}
