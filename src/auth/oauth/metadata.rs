//! What clients read first (RFC 8414, RFC 9207).

use serde_json::json;

use super::OauthProxy;
use super::described::METHODS;
use crate::http::Response;

impl OauthProxy {
    pub(super) fn metadata(&self) -> Response {
        let settings = &self.settings;
        let mut body = json!({
            "issuer": settings.base,
            "authorization_endpoint": settings.url("/authorize"),
            "token_endpoint": settings.url("/token"),
            "registration_endpoint": settings.url("/register"),
            "revocation_endpoint": settings.url("/revoke"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": METHODS,
            "revocation_endpoint_auth_methods_supported": METHODS,
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
            "client_id_metadata_document_supported": self.documents.are_read(),
        });
        // What is empty is left out (section 3.2).
        if !settings.scopes.is_empty() {
            body["scopes_supported"] = json!(settings.scopes);
        }
        Response::json(200, body.to_string()).with_header("Cache-Control", "public, max-age=3600")
    }
}
