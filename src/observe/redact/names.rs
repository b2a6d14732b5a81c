//! Which field names announce a secret.

use crate::limits;

/// What the value of a name may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Anything that may be shown.
    Plain,
    /// A secret.
    Secret,
    /// A header whose whole value is secret, up to the end of its line.
    Header,
    /// Somebody's name: secret only when it is an e-mail address.
    Account,
}

/// Names that are exactly these, in lower case without separators.
const HEADERS: &[&str] =
    &["authorization", "proxyauthorization", "cookie", "setcookie", "xapikey", "xauthtoken"];
const ACCOUNTS: &[&str] = &["user", "username", "email"];
const WORDS: &[&str] = &["pass", "psk", "pwd", "auth", "jwt", "sid", "otp"];

/// Names that contain one of these.
const PARTS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "passwort",
    "userpass",
    "secret",
    "token",
    "credential",
    "community",
    "bearer",
    "pwd",
];

/// Names that end in `key` and contain one of these.
const KEYS: &[&str] = &[
    "api", "private", "priv", "secret", "access", "auth", "shared", "encrypt", "master", "sign",
    "ssh", "wpa", "hmac", "snmp", "md5", "service", "account",
];

/// Endings that say something about a secret rather than be one.
const ABOUT: &[&str] = &[
    "url",
    "uri",
    "endpoint",
    "file",
    "path",
    "name",
    "type",
    "count",
    "length",
    "limit",
    "policy",
    "expiry",
    "expires",
    "expiresat",
    "expiresin",
    "ttl",
    "used",
    "required",
    "enabled",
    "id",
    "interval",
    "status",
];

/// How the tokens of well-known services begin.
const TOKENS: &[&str] = &[
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "ASIA",
    "sk-",
];

/// Whether a word is a token by its looks.
pub(super) fn is_token(word: &str) -> bool {
    word.len() >= limits::TOKEN_BYTES && TOKENS.iter().any(|start| word.starts_with(start))
}

/// What the name says about its value. Case and separators do not matter.
pub(super) fn classify(name: &str) -> Kind {
    if name.len() > limits::SECRET_NAME_BYTES {
        return Kind::Plain;
    }
    let name: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    let name = name.as_str();
    if HEADERS.contains(&name) {
        return Kind::Header;
    }
    if ACCOUNTS.contains(&name) {
        return Kind::Account;
    }
    if name != "secretid" && ABOUT.iter().any(|ending| name.ends_with(ending)) && name != "sid" {
        return Kind::Plain;
    }
    let key = name.ends_with("key") && KEYS.iter().any(|part| name.contains(part));
    if key || WORDS.contains(&name) || PARTS.iter().any(|part| name.contains(part)) {
        return Kind::Secret;
    }
    Kind::Plain
}

/// Whether a number under this name is a count rather than a secret, as in `max_tokens`.
pub(super) fn counts(name: &str) -> bool {
    name.len() > 6 && name.to_ascii_lowercase().ends_with("tokens")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for secret in [
            "password",
            "my_password",
            "PassWord",
            "db-passwd",
            "pwd",
            "token",
            "accessToken",
            "client_secret",
            "secret_id",
            "api-key",
            "private_key",
            "sshKey",
            "snmp_community",
            "enable_secret",
            "credentials",
            "psk",
        ] {
            assert_eq!(classify(secret), Kind::Secret, "{secret}");
        }
        for plain in [
            "key",
            "keys",
            "public_key",
            "name",
            "token_url",
            "password_file",
            "secret_name",
            "tokenExpiresAt",
            "compass",
            "author",
            "monkey",
            "passenger",
            "bypass",
        ] {
            assert_eq!(classify(plain), Kind::Plain, "{plain}");
        }
        assert_eq!(classify("Set-Cookie"), Kind::Header);
        assert_eq!(classify("Username"), Kind::Account);
        assert_eq!(classify(&"token".repeat(100)), Kind::Plain);
        assert!(counts("max_tokens") && !counts("tokens") && !counts("token"));
    }
}
