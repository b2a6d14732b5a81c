//! Every bound of the program in one place, each with its reason, by the room that keeps it.
//!
//! A bound an operator may need to change is a setting as well; the constant here is its default.

use std::time::Duration;

// ---- Shared by several rooms --------------------------------------------------------------

/// Longest JSON-RPC message on any transport, in bytes. The Python server and the official SDKs cap
/// at the same size; a tool call larger than this is a mistake, and an unbounded line is a memory leak.
pub const MESSAGE_BYTES: usize = 4 * 1024 * 1024;

/// Longest id, in bytes, that is looked for in a message that cannot be read: far above those of any
/// client, and no message is kept for it.
pub const SALVAGED_ID_BYTES: usize = 1024;

/// Deepest nesting of a JSON message. serde_json's own recursion limit, named here because hostile
/// messages are answered with it.
pub const JSON_DEPTH: usize = 128;

/// Bytes of a message that is read before its session is looked at, so that an error has its id.
pub const UNCHECKED_BODY_BYTES: usize = 64 << 10;

/// Memory that the values of one JSON message may take, in bytes. Small values take a hundred times
/// their bytes on the wire; the largest honest messages, an imported project or ten thousand nodes of
/// an inventory, stay below this.
pub const MESSAGE_TREE_BYTES: usize = 24 * 1024 * 1024;

/// Calls waiting for a place. Beyond this the answer is "busy, retry" rather than a long wait; each
/// holds its arguments in memory.
pub const WAITING_CALLS: usize = 1024;

/// How long a call may wait for a place: clients give up after a minute.
pub const WAITING_TIME: Duration = Duration::from_secs(45);

/// Calls that wait for something else than the platform (polls, people, back-offs) and hold no
/// place meanwhile, but a thread.
pub const RESTING_CALLS: usize = 2048;

/// Requests to the platform waiting for one of its places: those of every call that may run or rest.
pub const WAITING_REQUESTS: usize = 4096;

/// How long a thread without work waits for more.
pub const WORKER_IDLE: Duration = Duration::from_secs(10);

/// How often memory that was freed is given back: a busy server is idle again within ten seconds.
pub const TIDY_INTERVAL: Duration = Duration::from_secs(4);

/// Stack of a thread that runs calls; the deepest JSON takes a quarter of it in a debug build.
pub const WORKER_STACK_BYTES: usize = 1 << 20;

/// Characters of a wrong value repeated in an error: enough to recognise it.
pub const SHOWN_VALUE_CHARS: usize = 60;

/// Characters of an unknown name repeated in an error.
pub const SHOWN_NAME_CHARS: usize = 80;

/// Characters of a URI or a line of text repeated in an error.
pub const SHOWN_LINE_CHARS: usize = 200;

/// Most lines of advice about one setting or file: nobody reads more, and each takes a search for what
/// was meant.
pub const ADVICE: usize = 20;

/// Longest name, in bytes, for which a similar one is looked for.
pub const NEAREST_BYTES: usize = 128;

/// Longest DNS name.
pub const HOST_NAME_BYTES: usize = 253;

/// Longest name looked at for whether its value is secret; what is longer is data.
pub const SECRET_NAME_BYTES: usize = 64;

/// Bytes of a line of the log: what a caller made long must not fill the disk.
pub const LOG_LINE_BYTES: usize = 8 << 10;

/// Bytes of an error told to a model or the audit trail.
pub const ERROR_TEXT_BYTES: usize = 16 << 10;

/// Bytes of one text in the arguments of an audited call: a whole configuration of a device fits.
pub const AUDIT_TEXT_BYTES: usize = 256 << 10;

/// Bytes of a line of the audit file: the longest arguments there can be, every character escaped.
pub const AUDIT_LINE_BYTES: u64 = 32 << 20;

/// Bytes at the end of an audit file in which its last link is looked for.
pub const AUDIT_TAIL_BYTES: u64 = 64 << 10;

/// Findings of one kind that `audit verify` tells: a file that was rewritten has one for each line.
pub const AUDIT_FINDINGS: usize = 100;

/// Bytes of one text in a question to a person, who reads it on a screen.
pub const QUESTION_TEXT_BYTES: usize = 2 << 10;

/// Bytes of a question to a person: a configuration of a device, which nobody reads on to its end.
pub const QUESTION_BYTES: usize = 32 << 10;

/// Shortest word that is taken for a token because of how it begins.
pub const TOKEN_BYTES: usize = 20;

/// Shortest credential that is masked wherever it turns up; a shorter one is found in innocent words.
pub const SECRET_VALUE_BYTES: usize = 6;

/// Forms of credentials that are masked: a session has three, and a few sessions overlap.
pub const SECRETS_KEPT: usize = 48;

/// How far the password of an address is looked for behind its first slash.
pub const PASSWORD_BYTES: usize = 256;

/// Words looked at after the name of a secret in a command of a network device.
pub const COMMAND_WORDS: usize = 4;

// ---- config -------------------------------------------------------------------------------

/// Largest configuration or secret file, in bytes: far above any real one, and a bound for `/dev/zero`.
pub const CONFIG_FILE_BYTES: u64 = 1024 * 1024;

/// How deep references in a configuration may nest, as in Python.
pub const REFERENCE_DEPTH: usize = 10;

/// References followed in a whole configuration file: ten levels of a few references each would
/// otherwise take billions of steps, also where nothing comes of them.
pub const REFERENCES: usize = 10_000;

/// Bytes that references and inheritance may add to a whole configuration file: nested references can
/// double a value at every level, and every section inherits all of `[DEFAULT]`.
pub const REFERENCE_BYTES: usize = 1024 * 1024;

/// Sections and keys of a configuration file. A thousand configured tools have fewer; each is compared
/// with others.
pub const CONFIG_FILE_ENTRIES: usize = 10_000;

/// Longest interval that can be configured, in seconds (ten years): as good as for ever, and far from
/// what overflows a clock.
pub const INTERVAL_SECONDS: i64 = 10 * 365 * 24 * 60 * 60;

// ---- cli ----------------------------------------------------------------------------------

/// Largest file that `call` takes an argument from, in bytes: what the platform may send, it may get.
pub const CALL_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// Rows and lines that a summary of one thing shows of each list in it, and how few when the screen is
/// small: enough to see what they are about.
pub const SUMMARY_ITEMS: usize = 10;
/// See [`SUMMARY_ITEMS`].
pub const SUMMARY_ITEMS_MIN: usize = 2;

/// Bytes of a value on one line: several times the widest screen.
pub const SUMMARY_VALUE_BYTES: usize = 2048;

// ---- http: connections --------------------------------------------------------------------

/// Threads that own sockets, TLS and framing: as many as cores, but more than four only lengthen the
/// tail of the answer times.
pub const IO_THREADS: usize = 4;

/// How often deadlines and heartbeats are looked at: fine enough for deadlines of seconds, coarse
/// enough to cost nothing when idle.
pub const HTTP_TICK: Duration = Duration::from_millis(100);

/// Connections at the same time. A parked connection costs 2 KiB plain and 10 KiB with TLS.
pub const CONNECTIONS: usize = 1024;

/// Connections from one address (IPv6: one /64 network) at the same time.
pub const CONNECTIONS_PER_ADDRESS: usize = 256;

/// Clients that may wait to be accepted: a burst of a thousand is answered without a retry.
pub const LISTEN_BACKLOG: i32 = 1024;

/// Attempts at a port that is free on both loopback addresses. A chosen one is nearly always.
pub const FREE_PORT_TRIES: usize = 16;

/// Silence before the system asks a client whether it is still there. With the two below a client that
/// lost its power, or closed its socket while a call ran, is gone within two minutes.
pub const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);

/// Between two such questions.
pub const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// Questions without an answer after which a client is gone.
pub const KEEPALIVE_PROBES: u32 = 3;

/// Connections accepted before other events get their turn.
pub const ACCEPT_BATCH: usize = 64;

/// Pause after the system had no file descriptor for a new connection.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// File descriptors kept free for everything but client connections: the platform, logs, files.
pub const SPARE_FILES: usize = 64;

/// Events taken by a thread at once: few, so that the others get their share.
pub const POLL_BATCH: usize = 8;

/// Bytes taken from a socket at once: one TLS record.
pub const READ_BYTES: usize = 16 * 1024;

/// Bytes read from one connection before everybody else gets a turn: two reads, well below a
/// millisecond of work.
pub const TURN_BYTES: usize = 32 * 1024;

/// Requests served on one connection before everybody else gets a turn. Nobody but a client that sends
/// ahead has a second one ready.
pub const TURN_REQUESTS: usize = 8;

/// Least time between two log lines about the same overload.
pub const OVERLOAD_LOG_INTERVAL: Duration = Duration::from_secs(10);

// ---- http: requests and answers -----------------------------------------------------------

/// Request line and headers together. Tokens that carry the groups of a person reach 20 KiB; proxies
/// pass up to 32 KiB.
pub const HEAD_BYTES: usize = 32 * 1024;

/// Header fields of one request.
pub const HEADERS: usize = 64;

/// Longest chunk-size line. Extensions are allowed and ignored, but nobody needs long ones.
pub const SIZE_LINE_BYTES: usize = 256;

/// Chunk extensions of one body together. Nobody needs any; without a bound 4 MiB of body could come
/// as 1 GiB of them.
pub const CHUNK_EXTENSIONS_BYTES: usize = 16 * 1024;

/// Most hexadecimal digits of a chunk size: 64 bits.
pub const SIZE_DIGITS: usize = 16;

/// Bodies of all requests together, and what was read of them, until the requests are answered; more is
/// answered with 503 instead of exhausted memory. A few of the largest fit, and thousands of others.
pub const BODIES_BYTES: usize = 128 * 1024 * 1024;

/// Bytes taken from a client that sends ahead of our answer; the rest waits in the kernel.
pub const PIPELINE_BYTES: usize = 16 * 1024;

/// Events a stream may hold for a client that does not read. Beyond this it is dropped, and the
/// client comes back.
pub const STREAM_BACKLOG_BYTES: usize = 256 * 1024;

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

/// Unused connection of a server that is about to end: longer than a request takes on its way that
/// was sent before the client could know.
pub const STOP_IDLE: Duration = Duration::from_millis(500);

/// Time for the client to read the last answer before its connection is closed.
pub const LINGER_TIME: Duration = Duration::from_secs(2);

// ---- auth ---------------------------------------------------------------------------------

/// Bytes of a bearer token. Those with hundreds of groups in them come near 16 KiB.
pub const BEARER_BYTES: usize = 24 * 1024;

/// Tokens of `auth_tokens_file`: each is compared with what a caller shows.
pub const TOKENS: usize = 10_000;

/// Bytes of `auth_tokens_file`: so many tokens with long names.
pub const TOKENS_FILE_BYTES: u64 = 4 << 20;

/// Bytes of the name of a token or role.
pub const TOKEN_NAME_BYTES: usize = 128;

/// Roles that may be defined: a team has a handful, and each keeps lists of its own.
pub const ROLES: usize = 64;

/// Logins of callers with accounts of their own that are kept: of more the one unused longest is
/// forgotten, which costs its caller a new login.
pub const CALLER_LOGINS: usize = 1_000;

/// How long an unused one is kept.
pub const CALLER_LOGIN_IDLE: Duration = Duration::from_secs(15 * 60);

/// The minute of `calls_per_minute`.
pub const MINUTE: Duration = Duration::from_secs(60);

/// Callers whose calls are counted: far more than there are places for; of more the quietest are
/// forgotten.
pub const RATED_CALLERS: usize = 10_000;

/// Least bytes of a shared secret: 128 bits, where every one of them is random. Each algorithm asks for
/// more, of which is warned.
pub const SHARED_SECRET_BYTES: usize = 16;

/// Sizes of RSA keys: smaller ones no longer hold, larger ones no library here takes.
pub const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Bytes of the name of a key. Real ones are hashes.
pub const KEY_NAME_BYTES: usize = 1024;

/// Bytes of the document of a provider's keys: those of the largest have some 20 KiB.
pub const KEY_SET_BYTES: u64 = 1 << 20;

/// Keys of a provider: real ones have ten.
pub const KEY_SET_KEYS: usize = 1_000;

/// Keys of one name that are tried: one for each kind there is.
pub const KEYS_OF_ONE_NAME: usize = 8;

/// Time for a provider to send its keys.
pub const KEYS_TIME: Duration = Duration::from_secs(10);

/// How long the keys of a provider are good when it does not say, and the bounds of what it says.
pub const KEYS_FRESH: Duration = Duration::from_secs(60 * 60);
/// Not longer, so that a key that was withdrawn is not believed for ever.
pub const KEYS_FRESH_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// Not shorter, so that one who says "at once" is not asked all the time.
pub const KEYS_FRESH_MIN: Duration = Duration::from_secs(5 * 60);

/// Least time between two fetches because of a token whose key is not known: names of keys are invented
/// easily, and real ones change rarely.
pub const KEYS_FLOOR: Duration = Duration::from_secs(30);

/// Requests that wait for keys at the same time. Whoever invents a token makes one wait.
pub const KEYS_WAITERS: usize = 64;

/// When to come back while the keys that check tokens cannot be had, and how soon they are tried again.
pub const KEYS_RETRY: Duration = Duration::from_secs(10);

/// Longest pause between such tries.
pub const KEYS_RETRY_MAX: Duration = Duration::from_secs(5 * 60);

/// Signed tokens that are remembered as good: a few hundred bytes each.
pub const VERIFIED_TOKENS: usize = 4096;

/// Bytes of the name of whoever shows a signed token, in the audit and wherever calls are told apart.
pub const IDENTITY_BYTES: usize = 256;

/// Time within which a person must have logged in: as long as most providers wait.
pub const OAUTH_LOGIN: Duration = Duration::from_secs(15 * 60);
/// Life of a code that stands for the provider's, most of which end after five to ten minutes.
pub const OAUTH_CODE: Duration = Duration::from_secs(5 * 60);
/// Longest life of an access token that can be had anew: what the provider takes back ends with it.
pub const OAUTH_ACCESS: Duration = Duration::from_secs(60 * 60);
/// Life of a refresh token that nobody uses: as the Python server has it.
pub const OAUTH_REFRESH: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// Time in which a refresh token that was used gives the same answer: tabs of one client race.
pub const OAUTH_GRACE: Duration = Duration::from_secs(60);
/// Codes, refresh tokens and ended logins that are remembered, of each: a hundred bytes each.
pub const OAUTH_USED: usize = 10_000;
/// How far the clocks of replicas may be apart.
pub const OAUTH_CLOCKS: Duration = Duration::from_secs(60);
/// Time of one request to the provider.
pub const OAUTH_TIME: Duration = Duration::from_secs(30);
/// Bytes of an answer of the provider: tokens that list many groups are some ten thousand.
pub const OAUTH_ANSWER_BYTES: u64 = 256 * 1024;
/// Bytes of a form, query or registration: a refresh token holds one of the provider's, sealed.
pub const OAUTH_FORM_BYTES: usize = 64 * 1024;
/// Bytes of one redirect URI.
pub const OAUTH_REDIRECT_BYTES: usize = 1024;
/// Redirect URIs of one client.
pub const OAUTH_REDIRECTS: usize = 8;
/// Bytes of all of them: they travel in the client's id, which stands in URLs of some 8 kB.
pub const OAUTH_REDIRECTS_BYTES: usize = 2048;
/// Characters of what a client calls itself.
pub const OAUTH_NAME_CHARS: usize = 80;
/// Bytes of a client's state: it travels in our own, in the URL of the provider.
pub const OAUTH_STATE_BYTES: usize = 1024;
/// Bytes of a provider's code.
pub const OAUTH_CODE_BYTES: usize = 4096;
/// Clients that a browser remembers agreement for.
pub const OAUTH_AGREED: usize = 16;
/// For how long it does.
pub const OAUTH_AGREED_TIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Documents of clients that are remembered: a few kilobytes each.
pub const OAUTH_DOCUMENTS: usize = 256;
/// For how long one that was good is.
pub const OAUTH_DOCUMENT_FRESH: Duration = Duration::from_secs(60 * 60);
/// And one that was not: an author who mends it waits no longer.
pub const OAUTH_DOCUMENT_RETRY: Duration = Duration::from_secs(30);
/// How many are fetched at once: strangers choose the addresses.
pub const OAUTH_DOCUMENT_FETCHES: usize = 4;
/// How many are fetched in a minute: nobody should hammer another's server through this one.
pub const OAUTH_DOCUMENTS_A_MINUTE: usize = 60;
/// Time for one.
pub const OAUTH_DOCUMENT_TIME: Duration = Duration::from_secs(5);
/// Bytes of one.
pub const OAUTH_DOCUMENT_BYTES: u64 = 16 * 1024;

/// The end of the year 9999, in seconds since 1970: what is later is no time but a mistake.
pub const LAST_SECOND: f64 = 253_402_300_800.0;

/// A day, for dates that name the last one.
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

// ---- http: TLS files ----------------------------------------------------------------------

/// A file of certificates or a key. Complete bundles of authorities have a few hundred KiB.
pub const PEM_FILE_BYTES: usize = 1024 * 1024;

/// A file of lists of revoked certificates. Those of large enterprises have a few MiB.
pub const CRL_FILE_BYTES: usize = 16 * 1024 * 1024;

/// How often the TLS files are looked at: soon enough for whoever waits beside the terminal.
pub const RELOAD_CHECK: Duration = Duration::from_secs(2);

/// Longest time before the end of a certificate from which on its end is announced; renewals by ACME
/// happen around this time, so that the warning means they have failed.
pub const EXPIRY_WARNING: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The part of a certificate's life, as a divisor, that is its end: renewals happen when a third is left.
pub const EXPIRY_WARNING_SHARE: u32 = 3;

/// How often the end of a certificate is announced.
pub const EXPIRY_WARNING_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

// ---- transport ----------------------------------------------------------------------------

/// Messages waiting for a stdio client to read them, before calls wait for it.
pub const OUTPUT_QUEUE: usize = 64;

/// How long calls in flight may go on after the input has ended.
pub const DRAIN: Duration = Duration::from_secs(60);

/// How long the writer may take to write its last messages once everything else has ended.
pub const WRITER_GRACE: Duration = Duration::from_millis(200);

/// How often the writer is looked at meanwhile.
pub const WRITER_LOOK: Duration = Duration::from_millis(10);

/// How long the last bytes may take on their way once nothing runs any more, or nothing may.
pub const STOP_GRACE: Duration = Duration::from_secs(2);

/// How often signals are looked at: soon for whoever pressed Ctrl-C, and nothing for an idle server.
pub const SIGNAL_CHECK: Duration = Duration::from_millis(100);

/// How long an answer about the platform's readiness is good: probes of many load balancers must
/// not become a load on the platform.
pub const READY_TTL: Duration = Duration::from_secs(5);

/// How long somebody who asks for readiness waits for the platform. Probes have a second or a few.
pub const READY_PATIENCE: Duration = Duration::from_secs(5);

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

/// Least characters of a key that seals state: 32 hexadecimal digits are 128 bits.
pub const STATE_KEY_BYTES: usize = 32;

/// Bytes of the file of keys: many more than anybody rotates.
pub const STATE_KEY_FILE_BYTES: u64 = 64 << 10;

/// How long a sealed session id is good, whoever uses it: what it says of a client grows old.
pub const SESSION_LIFE: Duration = Duration::from_secs(30 * 24 * 3600);

/// Modes of one capability of a client that a session id carries.
pub const CAPABILITIES: usize = 8;

/// Bytes of the name of one such mode.
pub const CAPABILITY_BYTES: usize = 64;

/// Session ids remembered as ended, until they would be too old anyway.
pub const SESSIONS_ENDED: usize = 10_000;

/// How long a session may go unused.
pub const SESSION_IDLE: Duration = Duration::from_secs(30 * 60);

/// How long a session must have gone unused to make room for a new one.
pub const SESSION_EVICTABLE: Duration = Duration::from_secs(60);

/// The longest line of the manual page's source, in bytes: longer ones are a fault of style to mandoc.
pub const MAN_LINE: usize = 78;

/// Most sockets that a service manager may pass: one for each address of a machine with many.
pub const PASSED_SOCKETS: usize = 64;

/// The shortest watchdog that makes sense: the slowest of the threads that are watched comes round every
/// [`REPLIES_TICK`].
pub const WATCHDOG_LEAST: Duration = Duration::from_secs(4);

/// How often within the watchdog's time it is looked whether the server is alive: often enough that one
/// look that comes late does not end the process.
pub const WATCHDOG_LOOKS: u32 = 4;

/// What a service manager is asked to wait beyond the time that something takes at the longest.
pub const MANAGER_SPARE: Duration = Duration::from_secs(10);

/// How often waiting calls and sessions are looked at.
pub const REPLIES_TICK: Duration = Duration::from_secs(1);

// ---- protocol -----------------------------------------------------------------------------

/// Entries of a list on one page. Tools of a full configuration fit one page, because many clients
/// read no second one; a page of this many is about 1 MiB.
pub const LIST_PAGE: usize = 500;

/// How long a client may keep a list (2026-07-28). Lists change only when the configuration does.
pub const LIST_TTL: Duration = Duration::from_secs(300);

/// Shortest time between two progress notifications of one call: what a person can read.
pub const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// Values that one completion may offer; MCP's own bound.
pub const COMPLETIONS: usize = 100;

/// Open `subscriptions/listen` streams at the same time; the official SDKs stop here too.
pub const SUBSCRIPTIONS: usize = 1024;

/// Resources or tasks that one subscription, or one legacy session, may name.
pub const SUBSCRIBED_NAMES: usize = 1000;

/// How long a client may take to answer an `input_required` result: a person has to read and think.
pub const INPUT_PATIENCE: Duration = Duration::from_secs(600);

/// Answered `input_required` states remembered, so that none is used twice. At 64 bytes each they
/// need 6 MiB, and only somebody who floods the server comes near.
pub const INPUT_STATES: usize = 100_000;

/// Tasks running at the same time. Each has a thread that mostly waits for the platform. Beyond
/// this a call runs without a task.
pub const TASKS_RUNNING: usize = 64;

/// Tasks remembered, the running ones included.
pub const TASKS: usize = 1000;

/// How long a task can be asked about after it was created: as long as the longest jobs run.
pub const TASK_TTL: Duration = Duration::from_secs(24 * 60 * 60);

/// How often a client should ask about a task.
pub const TASK_POLL: Duration = Duration::from_secs(1);

/// The same for one that stands for a job which has run for long: every asking is a request to the
/// platform, and a change may be told this late.
pub const TASK_POLL_LONGEST: Duration = Duration::from_secs(10);

/// Subscriptions to tasks that stand for jobs at the same time. Each has a thread that looks at the
/// job now and then; whoever gets none polls.
pub const TASK_WATCHES: usize = 64;

/// Those of one caller, so that others find some left.
pub const TASK_WATCHES_PER_CALLER: usize = 16;

/// What a task's id may carry of one field of the answer that its call began with: ids travel in a
/// header line too, of which proxies take 8 KiB.
pub const TASK_FIELD_BYTES: usize = 512;

// ---- product and tools --------------------------------------------------------------------

/// Largest schema of an input that was written elsewhere, in bytes: nobody fills in a form of more.
pub const SCHEMA_BYTES: usize = 1024 * 1024;

/// Bytes of such a schema as a model is shown it, some 4,000 tokens: it reads all of them before its
/// first word.
pub const ANNOUNCED_SCHEMA_BYTES: usize = 16 * 1024;

/// Values that a model is shown of those that a text may be: of more it is told that there are.
pub const ANNOUNCED_CHOICES: usize = 100;

/// Bytes of all values that a text may be.
pub const ANNOUNCED_CHOICES_BYTES: usize = 2 * 1024;

/// Schemas, references and names looked at to read the arguments of one call: ten thousand nodes with
/// a hundred fields each, and no more than seconds where a schema was made to keep a reader busy.
pub const SCHEMA_STEPS: usize = 2_000_000;

/// The same to show a schema, which is done some times over until it is small enough.
pub const ANNOUNCED_SCHEMA_STEPS: usize = 100_000;

/// How deep arguments are read by such a schema; what is deeper goes to the platform as it came. Each
/// level takes some of a thread's stack.
pub const SCHEMA_DEPTH: usize = 24;

/// Schemas that say something of one value, and choices of one: more are no longer written by people.
pub const SCHEMA_PARTS: usize = 64;

/// Longest reference that is followed in a schema, in bytes.
pub const SCHEMA_REF_BYTES: usize = 1024;

/// Longest name of a property that every vendor of models takes, in bytes.
pub const PROPERTY_NAME_BYTES: usize = 64;

/// How long a person may think about a confirmation before the call is given up.
pub const CONFIRM_PATIENCE: Duration = Duration::from_secs(600);

/// How long a wait for a person goes on before it looks up: cancellation is noticed this soon.
pub const ANSWER_SLICE: Duration = Duration::from_millis(100);

/// How long names read for suggestions are good: a person types within this, and lists change
/// rarely.
pub const SUGGESTIONS_TTL: Duration = Duration::from_secs(30);

/// Jobs offered while a person types the id of one: the newest, which one page of the platform holds.
pub const SUGGESTED_JOBS: usize = 100;

/// Devices looked through for a similar name: a hint is not worth reading a whole large network.
pub const HINT_DEVICES: usize = 500;

/// Records looked through to say what there is when nothing fits a filter.
pub const HINT_ITEMS: usize = 1_000;

/// Values named that a field has when nothing fits a filter.
pub const HINT_VALUES: usize = 8;

/// Records by which it is seen whether the platform filters and sorts as it was asked to: a page.
pub const PROBE_ITEMS: usize = 100;

/// Bytes of the newest items of a list that are kept to show those behind an offset.
pub const LIST_KEPT_BYTES: usize = 16 * 1024 * 1024;

/// Connections to the listener of the metrics: several collectors, and people who look.
pub const SCRAPERS: usize = 64;

/// How often it is looked whether the file of a log was moved away: a line or two more in the old one
/// are no loss, and a look costs a call to the system.
pub const LOG_FILE_LOOK: Duration = Duration::from_secs(1);

/// Spans that wait to be sent: a second of a busy server, 2 MB.
pub const SPANS_QUEUED: usize = 4_096;

/// Spans sent at once: a body of a quarter of a megabyte, which every collector takes.
pub const SPANS_AT_ONCE: usize = 512;

/// How long spans are gathered before the next are sent.
pub const SPANS_PAUSE: Duration = Duration::from_millis(200);

/// How long the sender of spans sleeps while there are none, when nobody wakes it.
pub const SPANS_IDLE: Duration = Duration::from_secs(1);

/// How long a collector may take for them.
pub const COLLECTOR_TIME: Duration = Duration::from_secs(5);

/// How long a server that ends waits until the last spans are taken.
pub const COLLECTOR_LAST: Duration = Duration::from_secs(2);

/// Bytes that a collector may answer: what it did not take, and why.
pub const COLLECTOR_ANSWER_BYTES: u64 = 64 << 10;

/// Bytes of one field of the access log, or of one attribute of a span: a longer path or name tells nobody more.
pub const ACCESS_FIELD_BYTES: usize = 512;

/// Bytes of the name that a proxy gave a request: a UUID and more.
pub const REQUEST_ID_BYTES: usize = 64;

/// Bytes of a `tracestate`, of the key or value of one of its members, and its members (W3C Trace
/// Context, section 3.3.1).
pub const TRACE_STATE_BYTES: usize = 512;
/// See [`TRACE_STATE_BYTES`].
pub const TRACE_KEY_BYTES: usize = 256;
/// See [`TRACE_STATE_BYTES`].
pub const TRACE_STATE_MEMBERS: usize = 32;

/// Tools that are counted one by one: every built-in one and more than a client can be shown. The rest
/// is counted together, or a reload that renames tools again and again would fill the memory.
pub const COUNTED_TOOLS: usize = 2_000;

/// Roles that are counted one by one for each tool, for the same reason: more than anybody can tell apart.
pub const COUNTED_ROLES: usize = 50;

/// Bounds between which durations are counted, in milliseconds: an answer from memory takes less than
/// the first, a platform's a tenth of a second to some, a job that is waited for minutes.
pub const DURATION_BUCKETS: [u64; 13] =
    [1, 5, 25, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 120_000, 600_000];

/// Entries that make an object a list by key, when all are objects: a record has fewer of such fields.
pub const KEYED_RECORDS: usize = 8;

/// Bytes that are left of a text in an answer that is too long: enough to see what it is.
pub const CUT_TEXT_BYTES: usize = 400;

/// Names shown when one of them must be chosen.
pub const HINT_NAMES: usize = 20;

/// Runs of compliance plans looked through for the last one of each plan.
pub const COMPLIANCE_RUNS: usize = 100;

/// Compliance reports of one run whose totals are read, each by a request of its own.
pub const COMPLIANCE_DETAILS: usize = 200;

/// How deep sections of a device's configuration may nest; what is deeper counts as this deep.
pub const SECTION_DEPTH: usize = 64;

/// Lines typed on a device of which it is told beforehand what they would change: more than anybody
/// applies at once.
pub const PREVIEW_LINES: usize = 5000;

/// Lines and bytes of a difference that are shown: what a model reads, and whoever needs all of it
/// reads both configurations.
pub const DIFF_LINES: usize = 400;
/// See [`DIFF_LINES`].
pub const DIFF_BYTES: usize = 40_000;

/// Unchanged lines shown around a change, as `diff -u` does.
pub const DIFF_CONTEXT: usize = 3;

/// After this the search for the shortest difference of two configurations is given up and a longer
/// one is good enough.
pub const DIFF_TIME: Duration = Duration::from_secs(2);

/// Pauses of a loop that waits for the platform, each twice as long as the one before.
#[derive(Clone, Copy, Debug)]
pub struct Pauses {
    /// The first one.
    pub first: Duration,
    /// The longest one.
    pub longest: Duration,
}

/// How long a change waits for another change of the same thing: longer than the platform may take
/// for one request, so that a few in line all get their turn.
pub const TURN_TIME: Duration = Duration::from_secs(60);

/// How often a change that waits looks whether its call was cancelled.
pub const TURN_LOOK: Duration = Duration::from_millis(50);

/// How long a new compliance run is looked for after its start: a busy platform shows it seconds
/// later.
pub const RUN_APPEARS: Duration = Duration::from_secs(5);

/// How long lost nodes of an inventory are put back again and again: until a platform that restarted
/// is there again, and within [`UNDO_TIME`].
pub const RESTORE_TIME: Duration = Duration::from_secs(8);

/// Between two attempts at that.
pub const RESTORE_PAUSES: Pauses =
    Pauses { first: Duration::from_secs(1), longest: Duration::from_secs(4) };

/// Lost nodes told whole in an error, which a model must be able to read; of further ones the names.
pub const LOST_NODES_BYTES: usize = 24 * 1024;

/// Undoing what a failed or cancelled call has left, all of it together: a handful of requests.
pub const UNDO_TIME: Duration = Duration::from_secs(60);

/// Things that may be changed at the same time: more than calls can run.
pub const TURNS: usize = 4096;

/// Jobs in one request to pause, resume or cancel: the platform takes no more.
pub const JOBS_AT_ONCE: usize = 100;

/// Work items asked for at a time.
pub const WORK_ITEMS_PAGE: usize = 100;

/// Work items looked at for those that wait: the newest, since those that are done stay in the list.
pub const WORK_ITEMS: usize = 2000;

/// Jobs in one call to pause, resume or cancel: each is looked at afterwards.
pub const JOBS_IN_A_CALL: usize = 500;

/// Between two looks at a job or a compliance run: short ones end at once, long ones cost the
/// platform little.
pub const JOB_PAUSES: Pauses =
    Pauses { first: Duration::from_millis(500), longest: Duration::from_secs(10) };

/// Looks that may fail one after the other before a wait gives up: some minutes of a platform that
/// restarts.
pub const WAIT_FAILURES: usize = 20;

/// Between two looks at a job whose caller waits for it.
pub const START_PAUSES: Pauses =
    Pauses { first: Duration::from_millis(250), longest: Duration::from_secs(5) };

/// Between two looks at an adapter or application that changes its state: short enough to notice a
/// quick restart, long enough not to burden the platform.
pub const COMPONENT_PAUSES: Pauses =
    Pauses { first: Duration::from_millis(500), longest: Duration::from_millis(500) };

// ---- bindings -----------------------------------------------------------------------------

/// Automations of tools that are asked for by name; more are found faster in the whole list, which is
/// two requests for a page each.
pub const BINDINGS_BY_NAME: usize = 8;

/// Longest description of a tool that is made of the platform's texts, in characters: models read every
/// description at every turn.
pub const MADE_DESCRIPTION_CHARS: usize = 1_000;

/// Tags that a tool takes over from the platform.
pub const MADE_TAGS: usize = 20;

/// How long looking up what tools stand for may take; what was not found by then is looked for again.
pub const BINDING_TIME: Duration = Duration::from_secs(30);

/// How long a start or a reload waits for that: a client that starts this program waits about so long.
pub const BINDING_PATIENCE: Duration = Duration::from_secs(5);

/// After which time what was not found is looked for again.
pub const BINDING_RETRY: Duration = Duration::from_secs(30);

/// After which time calls may have it looked up again: a model that calls again and again what is gone
/// does not have all lists read each time.
pub const BINDING_RECHECK: Duration = Duration::from_secs(5);

/// Files of `tools_path`: more tools than this no model can choose among.
pub const TOOL_FILES: usize = 500;

/// Largest file of a tool, in bytes: a schema of hundreds of arguments fits.
pub const TOOL_FILE_BYTES: u64 = 256 << 10;

/// All files of tools together, in bytes.
pub const TOOL_FILES_BYTES: u64 = 16 << 20;

/// Requests of one tool: more than this is a workflow, and belongs on the platform.
pub const TOOL_REQUESTS: usize = 20;

/// Items of `each`, for which a request is sent one after the other: as many as a call that is waited
/// for can send.
pub const TOOL_EACH: usize = 500;

/// Items that a file may ask for at a time; the platform gives fewer where it likes.
pub const PAGE_SIZE: usize = 1_000;

/// Longest name of a tool in a file: vendors of models take no longer ones.
pub const TOOL_NAME_CHARS: usize = 64;

// ---- outbound -----------------------------------------------------------------------------

/// A TCP connect or name lookup takes no longer than this: unlike a slow answer, an address that
/// does not react within seconds will not.
pub const CONNECT_MAX: Duration = Duration::from_secs(10);

/// Addresses of a host that are tried, one after the other.
pub const HOST_ADDRESSES: usize = 16;

/// An idle connection is closed after this. Node.js, on which the platform runs, closes idle
/// connections after 5 s; being first avoids sending a request into a closing connection.
pub const CONNECTION_IDLE_MAX: Duration = Duration::from_secs(4);

/// Bytes read from or written to another server at once: one TLS record.
pub const CONNECTION_BUFFER: usize = 16 * 1024;

/// How long a wait for another server goes on before it looks up: cancellation is noticed this soon.
pub const WAIT_SLICE: Duration = Duration::from_millis(50);

// ---- platform: connections ----------------------------------------------------------------

/// Shortest time `check` gives a connect; the system refuses a timeout of zero.
pub const CHECK_CONNECT_MIN: Duration = Duration::from_millis(1);

/// Longest time `check` gives a connect; an address that is silent for so long will stay so.
pub const CHECK_CONNECT_MAX: Duration = Duration::from_secs(5);

/// Shortest `timeout` of a request; the system refuses one of zero.
pub const PLATFORM_TIMEOUT_MIN: Duration = Duration::from_millis(1);

// ---- platform: requests and answers -------------------------------------------------------

/// Largest platform response read into memory, in bytes: 10,000 devices are about 10 MiB.
pub const PLATFORM_BODY_BYTES: u64 = 64 * 1024 * 1024;

/// Platform responses being read together, in bytes. Beyond this they are read one at a time: this and
/// [`PLATFORM_BODY_BYTES`] is all that they ever take.
pub const PLATFORM_BODIES_BYTES: usize = 32 * 1024 * 1024;

/// How large a response that does not say its length may become beside others. A larger one would be
/// moved about in memory while it grows, and be there twice.
pub const PLATFORM_BODY_SMALL: usize = 4 * 1024 * 1024;

/// How long the memory of a large response waits for the next one: those of one burst follow at once.
pub const PLATFORM_BUFFER_LIFE: Duration = Duration::from_secs(2);

/// In which steps a response takes of [`PLATFORM_BODIES_BYTES`]: all requests that may be under way at
/// once get one of them.
pub const PLATFORM_BODY_STEP: usize = 256 * 1024;

/// How long a large response waits to be read on.
pub const PLATFORM_BODY_PATIENCE: Duration = Duration::from_secs(20);

/// Memory that what one platform response holds may take, in bytes; of a list only what is kept of it.
/// An exported project of 20 MiB takes less.
pub const PLATFORM_TREE_BYTES: usize = 128 * 1024 * 1024;

/// Memory that all items of a list may take, in bytes, where every one is needed at once: those of
/// [`LIST_ITEMS`] with a dozen fields.
pub const LIST_TREE_BYTES: usize = 256 * 1024 * 1024;

/// Items collected from one paged platform list before the result is cut, with a notice.
pub const LIST_ITEMS: usize = 100_000;

/// Pages fetched at the same time once it is known how many there are.
pub const PLATFORM_PARALLEL_PAGES: usize = 8;

/// Attempts for one platform read, the first included.
pub const PLATFORM_ATTEMPTS: u32 = 3;

/// First pause between attempts; each further one is twice as long.
pub const PLATFORM_BACKOFF: Duration = Duration::from_millis(200);

/// Longest pause the platform may ask for by `Retry-After` before we give up instead of waiting.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(10);

/// Bytes of a platform error body looked at for its message.
pub const ERROR_BODY_BYTES: usize = 64 * 1024;

/// Characters of a platform error body shown to the model.
pub const ERROR_BODY_CHARS: usize = 600;

// ---- platform: sessions -------------------------------------------------------------------

/// Shortest plain-text login body taken for a token; shorter ones are words such as `OK`.
pub const TOKEN_CHARS_MIN: usize = 16;

/// Longest login token. A header of more does not pass most proxies.
pub const TOKEN_CHARS_MAX: usize = 4095;

/// After the platform refused the credentials, calls get the same refusal for this long without
/// asking again: a worker pool that hammers the login would lock the account.
pub const PLATFORM_REFUSED_PAUSE: Duration = Duration::from_secs(5);

/// After a new session did not change an answer that looked like that of an ended one, the same route
/// is believed for this long: one that always answers like that must not cost a login for each call.
pub const PLATFORM_RENEWED_IN_VAIN: Duration = Duration::from_secs(10);

/// Longest pause of a keepalive that keeps failing.
pub const PLATFORM_KEEPALIVE_PAUSE_MAX: Duration = Duration::from_secs(3600);

// ---- sandbox ------------------------------------------------------------------------------

/// Requests the sandbox remembers for `GET /sandbox/requests`; older ones are dropped and counted.
pub const SANDBOX_REQUESTS: usize = 2_000;

/// Longest request body the sandbox remembers, in bytes; of longer ones it keeps the length.
pub const SANDBOX_LOGGED_BODY: usize = 64 * 1024;

/// Sessions of the sandbox; the oldest ends when one more begins.
pub const SANDBOX_SESSIONS: usize = 1_000;

/// Most devices or compliance plans on one page of the sandbox, as on the platform.
pub const SANDBOX_PAGE: usize = 100;

/// Seconds a token of the sandbox lives.
pub const SANDBOX_TOKEN_SECONDS: u32 = 3_600;

/// Bytes in a chunk when the sandbox sends in chunks: few, so that words and characters are torn.
pub const SANDBOX_CHUNK_BYTES: usize = 7;

// ---- bindings: programs -------------------------------------------------------------------

/// How long a program may run when its manifest does not say, in seconds: clients give up after a minute.
pub const PROGRAM_TIME: usize = 60;

/// How long a manifest may let its program run, in seconds: an hour, as long as a task may wait.
pub const PROGRAM_TIME_MAX: usize = 60 * 60;

/// Bytes of standard output of a program: as long as the longest message.
pub const PROGRAM_OUTPUT_BYTES: usize = MESSAGE_BYTES;

/// Bytes of standard error of a program: a log of ten thousand lines, and no flood.
pub const PROGRAM_ERRORS_BYTES: usize = 1 << 20;

/// Bytes from the end of standard error that an error repeats: the last lines of a stack trace.
pub const PROGRAM_ERRORS_SHOWN: usize = 2 << 10;

/// Bytes taken from or given to a program at once: what a pipe holds.
pub const PROGRAM_PIPE_BYTES: usize = 64 << 10;

/// Runs of all programs at the same time. Each is a process, and what a machine for this server bears.
pub const PROGRAM_RUNS: usize = 16;

/// Runs of one program at the same time, when its manifest does not say: a slow one leaves room for
/// the others.
pub const PROGRAM_RUNS_EACH: usize = 4;

/// Memory of each process of a program, in MiB, when its manifest does not say: interpreters start in
/// a tenth of it.
pub const PROGRAM_MEMORY: usize = 1024;

/// The memory that a manifest may say, in MiB: what a process needs to start at all, and as good as
/// no bound.
pub const PROGRAM_MEMORY_RANGE: (usize, usize) = (16, 1 << 20);

/// Words of a command and variables of an environment.
pub const PROGRAM_WORDS: usize = 64;

/// How long a program that was asked to end (SIGTERM) may take for it, before it is ended (SIGKILL).
pub const PROGRAM_GRACE: Duration = Duration::from_secs(2);

/// How long a program that was ended may take to be gone: the system needs this long only for one that
/// hangs inside it, on a lost disk.
pub const PROGRAM_END: Duration = Duration::from_secs(5);

/// How soon the next look at a program that has just said something: it may be about to end.
pub const PROGRAM_LOOK: Duration = Duration::from_millis(1);

/// Requests of one run to the platform at the same time.
pub const PROGRAM_REQUESTS: usize = 4;

/// Requests of one run to the platform that wait for those.
pub const PROGRAM_REQUESTS_WAITING: usize = 64;

/// Largest file of an MCP client that a server is put into: Claude Code keeps its history in it.
pub const CLIENT_FILE_BYTES: u64 = 32 << 20;

/// Earlier versions of such a file that are kept beside it, before somebody should look at them.
pub const CLIENT_BACKUPS: usize = 100;
