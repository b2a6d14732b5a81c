//! An account of the platform: how one logs in.

use std::borrow::Cow;
use std::fmt;

use crate::config::{Platform, RoleSettings, Secret};

/// How to log in.
#[derive(Clone, PartialEq, Eq)]
pub enum Account {
    /// With a user's password: `POST /login`.
    Password {
        /// Its name.
        user: String,
        /// Its password.
        password: Secret,
    },
    /// With OAuth client credentials: `POST /oauth/token`.
    ClientCredentials {
        /// Id of the client.
        id: String,
        /// Its secret.
        secret: Secret,
    },
    /// Not at all: this token of the platform stands for a login.
    Token(Secret),
}

impl Account {
    /// That of the configuration.
    pub fn of(platform: &Platform) -> Self {
        match platform.client() {
            Some((id, secret)) => {
                Self::ClientCredentials { id: id.to_owned(), secret: secret.clone() }
            }
            None => {
                Self::Password { user: platform.user.clone(), password: platform.password.clone() }
            }
        }
    }

    /// A role's own, if it has one.
    pub fn of_role(role: &RoleSettings) -> Option<Self> {
        if let (Some(user), Some(password)) = (&role.platform_user, &role.platform_password) {
            return Some(Self::Password { user: user.clone(), password: password.clone() });
        }
        let (id, secret) =
            role.platform_client_id.as_ref().zip(role.platform_client_secret.as_ref())?;
        Some(Self::ClientCredentials { id: id.clone(), secret: secret.clone() })
    }

    /// Its name, as people may read it.
    pub fn name(&self) -> Cow<'_, str> {
        match self {
            Self::Password { user, .. } => Cow::Borrowed(user),
            Self::ClientCredentials { id, .. } => Cow::Borrowed(id),
            Self::Token(_) => Cow::Borrowed("token"),
        }
    }

    /// What nobody else may learn.
    pub fn secret(&self) -> &Secret {
        match self {
            Self::Password { password: secret, .. }
            | Self::ClientCredentials { secret, .. }
            | Self::Token(secret) => secret,
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({})", self.name())
    }
}
