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

/// Threads that own sockets, TLS and framing: as many as cores, but more than four only lengthen the
/// tail of the answer times.
pub const IO_THREADS: usize = 4;

/// How often deadlines and heartbeats are looked at: fine enough for deadlines of seconds, coarse
/// enough to cost nothing when idle.
pub const HTTP_TICK: Duration = Duration::from_millis(100);

/// TLS handshake, from accept to finished.
pub const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// Request head, from its first byte (or from accept) to its last.
pub const HEAD_TIME: Duration = Duration::from_secs(10);

/// Request body, from the end of the head. 4 MiB in 30 s is a slow mobile line.
pub const BODY_TIME: Duration = Duration::from_secs(30);

/// Answer, from the first byte that the client did not take at once; see [`WRITE_RATE`].
pub const WRITE_TIME: Duration = Duration::from_secs(15);

/// A large answer gets a second more per so many bytes, so that a slow line is not a slow reader.
pub const WRITE_RATE: usize = 64 * 1024;

/// Unused connection. Above the 60 s of most proxies, so that they close first and no request is lost.
pub const IDLE_TIME: Duration = Duration::from_secs(75);

/// Time for the client to read the last answer before its connection is closed.
pub const LINGER_TIME: Duration = Duration::from_secs(2);

/// Request line and headers together; what other servers allow too.
pub const HEAD_BYTES: usize = 16 * 1024;

/// Header fields of one request.
pub const HEADERS: usize = 64;

/// Bodies of all requests together; more is answered with 503 instead of exhausted memory.
pub const BODIES_BYTES: usize = 64 * 1024 * 1024;

/// Bytes taken from a client that sends ahead of our answer; the rest waits in the kernel.
pub const PIPELINE_BYTES: usize = 16 * 1024;

/// Events a stream may hold for a client that does not read. Beyond this it is dropped, and the
/// client comes back.
pub const STREAM_BACKLOG_BYTES: usize = 256 * 1024;

/// Connections at the same time. A parked connection costs 2 KiB plain and 10 KiB with TLS.
pub const CONNECTIONS: usize = 1024;

/// Connections from one address (IPv6: one /64 network) at the same time.
pub const CONNECTIONS_PER_ADDRESS: usize = 256;

/// File descriptors kept free for everything but client connections: the platform, logs, files.
pub const SPARE_FILES: usize = 64;

/// A file of certificates or a key. Complete bundles of authorities have a few hundred KiB.
pub const PEM_FILE_BYTES: usize = 1024 * 1024;

/// How often the TLS files are looked at: soon enough for whoever waits beside the terminal.
pub const RELOAD_CHECK: Duration = Duration::from_secs(2);

/// Days before the end of a certificate from which on its end is announced; renewals by ACME happen
/// around this time, so that the warning means they have failed.
pub const EXPIRY_WARNING_DAYS: i64 = 30;

/// How often the end of a certificate is announced.
pub const EXPIRY_WARNING_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// Pause after the system had no file descriptor for a new connection.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Connections accepted before other events get their turn.
pub const ACCEPT_BATCH: usize = 64;

/// Least time between two log lines about the same overload.
pub const OVERLOAD_LOG_INTERVAL: Duration = Duration::from_secs(10);

/// Shortest time between two progress notifications of one call: what a person can read.
pub const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// How long a client may keep a list (2026-07-28). Lists change only when the configuration does.
pub const LIST_TTL: Duration = Duration::from_secs(300);

/// How long a person may think about a confirmation before the call is given up.
pub const CONFIRM_PATIENCE: Duration = Duration::from_secs(600);

/// Messages waiting for a stdio client to read them, before calls wait for it.
pub const OUTPUT_QUEUE: usize = 64;

/// How long calls in flight may go on after the input has ended.
pub const DRAIN: Duration = Duration::from_secs(60);

/// An idle connection is closed after this. Node.js, on which the platform runs, closes idle
/// connections after 5 s; being first avoids sending a request into a closing connection.
pub const PLATFORM_IDLE_MAX: Duration = Duration::from_secs(4);

/// A TCP connect or name lookup takes no longer than this: unlike a slow answer, an address that
/// does not react within seconds will not.
pub const PLATFORM_CONNECT_MAX: Duration = Duration::from_secs(10);

/// After the platform refused the credentials, calls get the same refusal for this long without
/// asking again: a worker pool that hammers the login would lock the account.
pub const PLATFORM_REFUSED_PAUSE: Duration = Duration::from_secs(5);

/// Longest pause of a keepalive that keeps failing.
pub const PLATFORM_KEEPALIVE_PAUSE_MAX: Duration = Duration::from_secs(3600);

/// Pages fetched at the same time once it is known how many there are.
pub const PLATFORM_PARALLEL_PAGES: usize = 8;
/// Silence on an event stream before a comment keeps it alive. Proxies close silent connections
/// after 30 s or more.
pub const SSE_HEARTBEAT: Duration = Duration::from_secs(15);

/// How long a client waits before it comes back to a broken event stream.
pub const SSE_RETRY: Duration = Duration::from_secs(3);

/// How long a call may go without anything to say before its answer becomes an event stream, whose
/// heartbeat keeps proxies from giving up on it.
pub const STREAM_AFTER: Duration = Duration::from_secs(10);

/// Bytes of events kept for one session, for clients that come back to a broken stream.
pub const EVENT_LOG_BYTES: usize = 1024 * 1024;

/// Streams remembered for one session.
pub const EVENT_LOG_STREAMS: usize = 32;

/// How long a session may go unused.
pub const SESSION_IDLE: Duration = Duration::from_secs(30 * 60);

/// How long a session must have gone unused to make room for a new one.
pub const SESSION_EVICTABLE: Duration = Duration::from_secs(60);

/// How long an answer about the platform's readiness is good: probes of many load balancers must
/// not become a load on the platform.
pub const READY_TTL: Duration = Duration::from_secs(5);

/// How long running calls may go on after the server was told to stop.
pub const STOP_GRACE: Duration = Duration::from_secs(2);
/// Requests the sandbox remembers for `GET /sandbox/requests`; older ones are dropped and counted.
pub const SANDBOX_REQUESTS: usize = 2_000;

/// Longest request body the sandbox remembers, in bytes; of longer ones it keeps the length.
pub const SANDBOX_LOGGED_BODY: usize = 64 * 1024;

/// Sessions of the sandbox; the oldest ends when one more begins.
pub const SANDBOX_SESSIONS: usize = 1_000;

/// Entries of a list on one page. Tools of a full configuration fit one page, because many clients
/// read no second one; a page of this many is about 1 MiB.
pub const LIST_PAGE: usize = 500;

/// Open `subscriptions/listen` streams at the same time; the official SDKs stop here too.
pub const SUBSCRIPTIONS: usize = 1024;

/// Resources or tasks that one subscription, or one legacy session, may name.
pub const SUBSCRIBED_NAMES: usize = 1000;

/// How long a client may take to answer an `input_required` result: a person has to read and think.
pub const INPUT_PATIENCE: Duration = Duration::from_secs(600);

/// Answered `input_required` states remembered, so that none is used twice. At 64 bytes each they
/// need 6 MiB, and only somebody who floods the server comes near.
pub const INPUT_STATES: usize = 100_000;

/// Values that one completion may offer; MCP's own bound.
pub const COMPLETIONS: usize = 100;

/// How long names read for suggestions are good: a person types within this, and lists change
/// rarely.
pub const SUGGESTIONS_TTL: Duration = Duration::from_secs(30);

/// Tasks running at the same time. Each has a thread that mostly waits for the platform. Beyond
/// this a call runs without a task.
pub const TASKS_RUNNING: usize = 64;

/// Tasks remembered, the running ones included.
pub const TASKS: usize = 1000;

/// How long a task can be asked about after it was created: as long as the longest jobs run.
pub const TASK_TTL: Duration = Duration::from_secs(24 * 60 * 60);

/// How often a client should ask about a task.
pub const TASK_POLL: Duration = Duration::from_secs(1);

/// Pauses of a loop that waits for the platform, each twice as long as the one before.
#[derive(Clone, Copy, Debug)]
pub struct Pauses {
    /// The first one.
    pub first: Duration,
    /// The longest one.
    pub longest: Duration,
}

/// Between two looks at a job or a compliance run: short ones end at once, long ones cost the
/// platform little.
pub const JOB_PAUSES: Pauses =
    Pauses { first: Duration::from_millis(500), longest: Duration::from_secs(10) };

/// Between two looks at a job whose caller waits for it.
pub const START_PAUSES: Pauses =
    Pauses { first: Duration::from_millis(250), longest: Duration::from_secs(5) };

/// Between two looks at an adapter or application that changes its state: short enough to notice a
/// quick restart, long enough not to burden the platform.
pub const COMPONENT_PAUSES: Pauses =
    Pauses { first: Duration::from_millis(500), longest: Duration::from_millis(500) };

/// Longest name, in bytes, for which a similar one is looked for.
pub const NEAREST_BYTES: usize = 128;

/// Devices looked through for a similar name: a hint is not worth reading a whole large network.
pub const HINT_DEVICES: usize = 500;

/// Names shown when one of them must be chosen.
pub const HINT_NAMES: usize = 20;

/// Clients that may wait to be accepted: a burst of a thousand is answered without a retry.
pub const LISTEN_BACKLOG: i32 = 1024;
