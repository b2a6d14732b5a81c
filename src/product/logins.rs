//! Callers who act at the platform with an account of their own.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use super::acting::Acting;
use crate::config::Secret;
use crate::places::CallerKey;
use crate::platform::{Account, Client};
use crate::protocol::{Caller, Credential};
use crate::sync::Lock;
use crate::tools::shown::ToolError;
use crate::{limits, observe};

/// How to send it, for whoever has not or not well.
const HOW: &str = "this server acts at the platform with the account of its caller, which the client \
                   must send in the header X-Itential-Authorization: 'Basic' and user:password in \
                   base64, or 'Bearer' and a token of the platform";

/// The logins of callers. Each belongs to one caller and to what it has shown, to nobody else.
#[derive(Debug, Default)]
pub struct Logins(Lock<HashMap<Key, Login>>);

/// Who, and a hash of what was shown.
type Key = (CallerKey, [u8; 32]);

#[derive(Debug)]
struct Login {
    acting: Acting,
    used: Instant,
}

impl Logins {
    /// This caller at the platform of `server`.
    ///
    /// # Errors
    /// When it has shown no account, or what it has shown is none.
    pub fn of(&self, server: &Client, caller: &Caller) -> Result<Acting, ToolError> {
        let shown = caller.credential.as_ref().ok_or_else(|| ToolError::state(HOW))?;
        let account = read(shown).ok_or_else(|| {
            ToolError::state(format!("X-Itential-Authorization cannot be read: {HOW}"))
        })?;
        // Whatever the platform repeats of it reaches nobody.
        observe::keep_live(account.secret().expose());
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, shown.expose().as_bytes()).as_ref());
        let (key, now) = ((Arc::clone(&caller.key), hash), Instant::now());
        let mut all = self.0.lock();
        all.retain(|_, login| now.duration_since(login.used) < limits::CALLER_LOGIN_IDLE);
        if all.len() >= limits::CALLER_LOGINS && !all.contains_key(&key) {
            let oldest = all.iter().min_by_key(|(_, login)| login.used);
            let oldest = oldest.map(|(key, _)| key.clone());
            oldest.and_then(|oldest| all.remove(&oldest));
        }
        let login = all.entry(key).or_insert_with_key(|(who, hash)| {
            let name = Arc::from(account.name());
            let reader = format!("{who}\n{}", STANDARD.encode(hash));
            let client = server.acting_as(account);
            let acting = Acting { client, account: Some(name), reader: Some(reader.into()) };
            Login { acting, used: now }
        });
        login.used = now;
        Ok(login.acting.clone())
    }
}

/// The account that a header shows.
fn read(shown: &Credential) -> Option<Account> {
    let (scheme, rest) = shown.expose().split_once(' ')?;
    let rest = rest.trim();
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" if !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Some(Account::Token(Secret::new(rest)))
        }
        "basic" => {
            let pair = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
            let (user, password) = pair.split_once(':')?;
            let (user, password) = (user.to_owned(), Secret::new(password));
            (!user.is_empty()).then_some(Account::Password { user, password })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(name: &str, shown: &str) -> Caller {
        let credential = Some(Credential::new(shown));
        Caller { credential, ..Caller::new(Some(name.to_owned()), "") }
    }

    #[test]
    fn what_a_header_shows() {
        let read = |text: &str| {
            read(&Credential::new(text))
                .map(|account| (account.name().into_owned(), account.secret().expose().to_owned()))
        };
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(read("Basic YW5uOnA6dw=="), pair("ann", "p:w"));
        assert_eq!(read("bearer  abc"), pair("token", "abc"));
        for text in [
            "",
            "Basic",
            "Basic !!",
            "Basic YW5u",
            "Basic OnB3",
            "Bearer ",
            "Digest x",
            "YW5uOnA6dw==",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn logins_are_kept_apart_and_bounded() {
        let platform = crate::config::load(&crate::config::Sources::default()).expect("sound");
        let server = Client::new(&platform.config.platform).expect("a client");
        let logins = Logins::default();
        let of = |name: &str, shown: &str| {
            let acting = logins.of(&server, &caller(name, shown)).expect("an account");
            acting.reader.expect("its own")
        };
        let ann = of("ann", "Bearer one-token");
        assert_eq!(of("ann", "Bearer one-token"), ann);
        assert_ne!(of("bob", "Bearer one-token"), ann, "another caller");
        assert_ne!(of("ann", "Bearer other-token"), ann, "another account");
        for number in 0..limits::CALLER_LOGINS {
            of("many", &format!("Bearer {number}"));
        }
        assert_eq!(logins.0.lock().len(), limits::CALLER_LOGINS);
        assert!(logins.of(&server, &Caller::default()).is_err());
    }
}
