//! What came of a write.

use std::fmt;

use serde_json::Value;

use super::error::Target;

/// A write that was answered with 2xx: what the platform said to it, told apart. Whether it did what
/// was asked stands in [`Answer`], if anywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The request.
    pub target: Box<Target>,
    /// Status code, from 200 to 299.
    pub status: u16,
    /// What came with it.
    pub answer: Answer,
}

/// The body that came with a 2xx answer to a write.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// JSON, whatever its media type: the platform's own answer, which may well say that it failed.
    Json(Value),
    /// Nothing or white space, as with 204. Routes that promise a body did not answer this.
    Empty,
    /// Something whole that is not JSON, such as a login or maintenance page: somebody in front of the
    /// platform answered, or the platform without a session.
    Other {
        /// Media type without parameters, in lower case; empty when there was none.
        content_type: String,
        /// What it says, redacted and cut to [`ERROR_BODY_CHARS`](crate::limits::ERROR_BODY_CHARS).
        said: String,
    },
    /// The platform answered, but what is lost: cut off, too large, not the JSON it claims to be.
    Unreadable {
        /// Why.
        why: String,
        /// What there is of it, redacted and cut.
        said: String,
    },
}

impl Written {
    /// The JSON of the answer; null for every other.
    pub fn into_value(self) -> Value {
        match self.answer {
            Answer::Json(value) => value,
            _ => Value::Null,
        }
    }
}

/// Says which kind of answer it is, and for one that is not JSON, what it said.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = match self {
            Self::Json(_) => return f.write_str("JSON"),
            Self::Empty => return f.write_str("nothing"),
            Self::Other { content_type, said } => {
                match content_type.as_str() {
                    "" => f.write_str("something that is not JSON")?,
                    content_type => write!(f, "{content_type} instead of JSON")?,
                }
                said
            }
            Self::Unreadable { why, said } => {
                write!(f, "an answer that cannot be read ({why})")?;
                said
            }
        };
        if said.is_empty() { Ok(()) } else { write!(f, ": {said}") }
    }
}
