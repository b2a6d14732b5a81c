//! Every bound of the program in one place, each with its reason.
//!
//! A bound an operator may need to change is a setting as well; the constant here is its default.

use std::time::Duration;

/// Longest JSON-RPC message on any transport, in bytes. The Python server and the official SDKs cap
/// at the same size; a tool call larger than this is a mistake, and an unbounded line is a memory leak.
pub const MESSAGE_BYTES: usize = 4 * 1024 * 1024;

/// Deepest nesting of a JSON message. serde_json's own recursion limit, named here because hostile
/// messages are answered with it.
pub const JSON_DEPTH: usize = 128;

/// Tool calls running at the same time. They block only in the platform, which serves about this
/// many requests well.
pub const TOOL_WORKERS: usize = 32;

/// Tool calls waiting for a worker. Beyond this the answer is "busy, retry" rather than a long wait.
pub const TOOL_QUEUE: usize = 256;

/// Largest platform response read into memory, in bytes: 10,000 devices are about 10 MiB.
pub const PLATFORM_BODY_BYTES: u64 = 64 * 1024 * 1024;

/// Items collected from one paged platform list before the result is cut, with a notice.
pub const LIST_ITEMS: usize = 100_000;

/// Attempts for one platform read, the first included.
pub const PLATFORM_ATTEMPTS: u32 = 3;

/// Longest pause the platform may ask for by `Retry-After` before we give up instead of waiting.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(10);

/// Characters of a platform error body shown to the model.
pub const ERROR_BODY_CHARS: usize = 600;
