//! What travels through clients and browsers, sealed.

use serde_json::{Map, Value};

use crate::seal::{NoRandom, Seal};

/// Something that is sealed, for a purpose of its own.
pub trait Handle: Sized {
    /// Seals it.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    fn seal(&self, seal: &Seal) -> Result<String, NoRandom>;

    /// Opens what was sealed with one of our keys as the same kind of thing.
    fn open(seal: &Seal, text: &str) -> Option<Self>;
}

/// A field of a handle.
trait Field: Sized {
    fn write(&self) -> Value;
    fn read(value: &Value) -> Option<Self>;
}

impl Field for String {
    fn write(&self) -> Value {
        Value::from(self.as_str())
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl Field for u64 {
    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_u64()
    }
}

impl<T: Field> Field for Vec<T> {
    fn write(&self) -> Value {
        self.iter().map(Field::write).collect()
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(T::read).collect()
    }
}

impl<T: Field> Field for Option<T> {
    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, Field::write)
    }

    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::read(value).map(Some),
        }
    }
}

/// Kinds of handles: the purpose that each is sealed for, and its fields.
macro_rules! handles {
    ($($(#[$about:meta])* $name:ident $purpose:literal {
        $($(#[$doc:meta])* $field:ident $short:literal : $type:ty,)*
    })*) => {$(
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            $($(#[$doc])* pub $field: $type,)*
        }

        impl Handle for $name {
            fn seal(&self, seal: &Seal) -> Result<String, NoRandom> {
                let mut fields = Map::new();
                $(fields.insert($short.to_owned(), self.$field.write());)*
                seal.seal($purpose, Value::Object(fields).to_string().as_bytes())
            }

            fn open(seal: &Seal, text: &str) -> Option<Self> {
                let fields: Value = serde_json::from_slice(&seal.open($purpose, text)?).ok()?;
                Some(Self { $($field: Field::read(fields.get($short)?)?,)* })
            }
        }
    )*};
}

handles! {
    /// A client that has registered: its id.
    Registered "oauth client" {
        /// What it calls itself.
        name "n": String,
        /// Where it may have browsers sent.
        redirects "r": Vec<String>,
        /// SHA-256 of its secret, where it has one.
        secret "h": Option<String>,
        /// When it registered, in seconds since 1970.
        at "t": u64,
    }

    /// A login under way: what the consent page and the provider give back.
    Login "oauth login" {
        /// Which client asks, by its hash.
        client "c": String,
        /// What it calls itself.
        name "n": String,
        /// Where its browser is to be sent.
        redirect "r": String,
        /// The same as it was registered.
        registered "g": String,
        /// What it wants to find there.
        state "s": Option<String>,
        /// What its verifier must hash to (RFC 7636).
        challenge "x": String,
        /// What it asks for.
        scopes "o": Vec<String>,
        /// Our own verifier, for the provider.
        verifier "v": String,
        /// The provider's code, when somebody has logged in.
        code "k": Option<String>,
        /// When it began, in seconds since 1970.
        at "t": u64,
    }

    /// What a client changes for tokens.
    Code "oauth code" {
        /// Whose it is, by its hash.
        client "c": String,
        /// Where it was sent.
        redirect "r": String,
        /// What the client's verifier must hash to.
        challenge "x": String,
        /// What was asked for.
        scopes "o": Vec<String>,
        /// Our own verifier, for the provider.
        verifier "v": String,
        /// The provider's code.
        code "k": String,
        /// When it was made, in seconds since 1970.
        at "t": u64,
    }

    /// An access token.
    Access "oauth access" {
        /// Whose client has it, by its hash.
        client "c": String,
        /// Who it stands for: see [`crate::auth::Identity::name`].
        name "n": String,
        /// The same, as the provider names them.
        subject "s": String,
        /// What it is good for.
        scopes "o": Vec<String>,
        /// The MCP endpoint that it is for.
        resource "a": String,
        /// The login that it comes from.
        login "l": String,
        /// When it ends, in seconds since 1970.
        expires "e": u64,
    }

    /// A refresh token.
    Refresh "oauth refresh" {
        /// Whose client has it, by its hash.
        client "c": String,
        /// Who it stands for, as the provider names them.
        subject "s": String,
        /// What was granted.
        scopes "o": Vec<String>,
        /// The provider's refresh token, if it gave one.
        refresh "r": Option<String>,
        /// Else its access token, whose holder can be looked up again.
        access "a": Option<String>,
        /// The login that it comes from.
        login "l": String,
        /// When it was made, in seconds since 1970.
        at "t": u64,
    }

    /// Which clients a browser's user has agreed to: a cookie.
    Agreed "oauth agreed" {
        /// Client and redirect, by their hash.
        pairs "p": Vec<String>,
        /// When the last one was added, in seconds since 1970.
        at "t": u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_opens_as_what_it_is_and_nothing_else() {
        let seal = Seal::random();
        let agreed = Agreed { pairs: vec!["a".into(), "b".into()], at: 7 };
        let text = agreed.seal(&seal).expect("random numbers");
        assert_eq!(Agreed::open(&seal, &text), Some(agreed));
        assert_eq!(Access::open(&seal, &text), None);
        assert_eq!(Agreed::open(&Seal::random(), &text), None);
        let (secret, name) = (None, "é\"".to_owned());
        let redirects = vec!["https://a/".to_owned()];
        let client = Registered { name, redirects, secret, at: u64::MAX };
        let text = client.seal(&seal).expect("random numbers");
        assert_eq!(Registered::open(&seal, &text), Some(client));
    }
}
