//! Who a call is at the platform.

use std::sync::Arc;

use crate::platform::Client;

/// Who a call is at the platform.
#[derive(Clone, Debug)]
pub struct Acting {
    /// The platform, with this account.
    pub client: Client,
    /// The name of the account; none: it is this server's.
    pub account: Option<Arc<str>>,
    /// Who sees the same as others of this name; none: whoever acts as this server.
    pub reader: Option<Arc<str>>,
}
