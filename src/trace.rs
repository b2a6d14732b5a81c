//! Trace context: to which trace of a distributed system a call belongs (W3C Trace Context; MCP
//! carries the same two texts in `_meta`).

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use ring::rand::{SecureRandom, SystemRandom};

use crate::limits;

/// Whether the trace is recorded, one of the flags.
const SAMPLED: u8 = 1;

/// A place in a trace: whoever works here is a child of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    id: [u8; 16],
    span: [u8; 8],
    flags: u8,
    state: Option<Arc<str>>,
}

thread_local! {
    static HERE: RefCell<Option<Trace>> = const { RefCell::new(None) };
}

impl Trace {
    /// The trace that these texts name, if the first is sound. The second is left out when it is not.
    pub fn read(parent: &str, state: Option<&str>) -> Option<Self> {
        let parts: Vec<&str> = parent.split('-').collect();
        let [version, id, span, flags] = parts.as_slice() else { return None };
        let [version] = bytes(version)?;
        let ([flags], id, span) = (bytes(flags)?, bytes(id)?, bytes(span)?);
        if version == 0xff || id == [0; 16] || span == [0; 8] {
            return None;
        }
        let state = state.map(str::trim).filter(|state| is_state(state)).map(Arc::from);
        Some(Self { id, span, flags, state })
    }

    /// A trace of its own. None when the system has no random numbers.
    pub fn begin() -> Option<Self> {
        let mut id = [0; 16];
        SystemRandom::new().fill(&mut id).ok()?;
        Self { id, span: [0; 8], flags: SAMPLED, state: None }.child()
    }

    /// A place of its own below this one.
    pub fn child(&self) -> Option<Self> {
        let mut span = [0; 8];
        SystemRandom::new().fill(&mut span).ok()?;
        Some(Self { span, ..self.clone() })
    }

    /// `traceparent`.
    pub fn parent(&self) -> String {
        format!("00-{}-{}-{:02x}", self.id(), self.span(), self.flags)
    }

    /// `tracestate`, if there is one.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// The id of the trace.
    pub fn id(&self) -> impl fmt::Display + use<> {
        Hex(self.id)
    }

    /// The id of this place in it.
    pub fn span(&self) -> impl fmt::Display + use<> {
        Hex(self.span)
    }

    /// Whether whoever began it records it.
    pub fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// The trace to which the work of this thread belongs.
    pub fn here() -> Option<Self> {
        HERE.with_borrow(Clone::clone)
    }

    /// Works on this thread for a trace, if for any.
    pub fn within<T>(trace: Option<Self>, work: impl FnOnce() -> T) -> T {
        /// Leaves the thread as it was found, also when the work panics.
        struct Leave(Option<Trace>);
        impl Drop for Leave {
            fn drop(&mut self) {
                HERE.set(self.0.take());
            }
        }
        let _leave = Leave(HERE.replace(trace));
        work()
    }
}

struct Hex<const N: usize>([u8; N]);

impl<const N: usize> fmt::Display for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The bytes of lower-case hexadecimal digits, if they are just so many.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let digits =
        text.len() == 2 * N && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !digits {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// Returns true for a list of members `key=value` within its bounds (section 3.3.1).
fn is_state(text: &str) -> bool {
    let member = |member: &str| {
        let member = member.trim_matches([' ', '\t']);
        let Some((key, value)) = member.split_once('=') else { return member.is_empty() };
        let first =
            key.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-*/@".contains(&b);
        let shown = |b: u8| matches!(b, 0x20..=0x7e) && !b",=".contains(&b);
        first
            && key.len() <= limits::TRACE_KEY_BYTES
            && key.bytes().all(plain)
            && key.bytes().filter(|b| *b == b'@').count() <= 1
            && (1..=limits::TRACE_KEY_BYTES).contains(&value.len())
            && value.bytes().all(shown)
    };
    !text.is_empty()
        && text.len() <= limits::TRACE_STATE_BYTES
        && text.split(',').count() <= limits::TRACE_STATE_MEMBERS
        && text.split(',').all(member)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn only_sound_texts_are_taken() {
        let trace = Trace::read(GOOD, Some("a=1, t@v=x y")).expect("it is sound");
        assert_eq!((trace.parent().as_str(), trace.state()), (GOOD, Some("a=1, t@v=x y")));
        for bad in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
            "00-0af7651916cd43dd8448eb211c8031\u{e9}-b7ad6b7169203331-01",
            "00-x\ny-b7ad6b7169203331-01",
            " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            assert_eq!(Trace::read(bad, None), None, "{bad}");
        }
        let long = format!("a={}", "x".repeat(511));
        for bad in ["", "A=1", "a", "a=", "a=b=c", "a=\u{1}", "a@b@c=1", "=1", "a=1\r\nb: c", &long]
        {
            assert_eq!(Trace::read(GOOD, Some(bad)).expect("sound").state(), None, "{bad}");
        }
    }

    #[test]
    fn a_child_is_in_the_same_trace_at_another_place() {
        let trace = Trace::read(GOOD, Some("a=1")).expect("it is sound");
        let child = trace.child().expect("random numbers");
        assert_eq!(child.parent()[..36], GOOD[..36]);
        assert_ne!(child.span().to_string(), trace.span().to_string());
        assert_eq!(child.state(), Some("a=1"));
        assert!(child.is_sampled());
    }
}
