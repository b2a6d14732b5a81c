//! The table of metrics: what `/metrics` shows, what the documents list, what the tests look for.

use std::sync::atomic::AtomicU64;

use super::metric::{Kind, Label, Metric, cells};
use super::words::{CODE, Failure, Method, Output, ROLE, Route, TOOL, Turned, VERSION, WHY, Went};

/// Makes a static of each row, and [`METRICS`] of all. `counted` rows have numbers that are added to
/// where things happen; `asked` ones are looked up when somebody reads them.
macro_rules! metrics {
    ($($name:ident: $kind:ident $source:ident $full:literal [$($label:expr),*] $help:literal;)*) => {
        $(
            #[doc = $help]
            pub static $name: Metric = Metric {
                name: $full,
                kind: Kind::$kind,
                help: $help,
                labels: { const LABELS: &[Label] = &[$($label),*]; LABELS },
                cells: metrics!(@$source Kind::$kind, [$($label),*]),
            };
        )*

        /// Every metric, in the order in which they are shown.
        pub static METRICS: &[&Metric] = &[$(&$name),*];
    };
    (@counted $kind:expr, [$($label:expr),*]) => {{
        const COUNT: usize = cells($kind, &[$($label),*]);
        static CELLS: [AtomicU64; COUNT] = [const { AtomicU64::new(0) }; COUNT];
        &CELLS
    }};
    (@asked $kind:expr, [$($label:expr),*]) => { &[] };
}

metrics! {
    BUILD: Gauge asked "itential_mcp_build_info" [VERSION]
        "1, with the version of this program.";
    CALLS_TOTAL: Counter asked "itential_mcp_tool_calls_total" [TOOL, ROLE, super::words::Outcome::LABEL]
        "Tool calls that ended.";
    CALL_SECONDS: Histogram asked "itential_mcp_tool_call_seconds" [TOOL]
        "Time of tool calls.";
    WORKERS_BUSY: Gauge asked "itential_mcp_workers_busy" []
        "Calls that run and have a place (max_concurrent_calls).";
    WORKERS_MAX: Gauge asked "itential_mcp_workers_max" []
        "Calls that may run at the same time (max_concurrent_calls).";
    CALLS_QUEUED: Gauge asked "itential_mcp_calls_queued" []
        "Calls that wait for a place.";
    CALLS_RESTING: Gauge asked "itential_mcp_calls_resting" []
        "Calls that gave their place back while they wait: for a job, a person, a pause before a retry.";
    QUEUE_SECONDS: Histogram counted "itential_mcp_call_queue_seconds" []
        "Time that calls waited for a place.";
    TASKS: Gauge asked "itential_mcp_tasks" []
        "Tasks that run.";
    SESSIONS: Gauge asked "itential_mcp_sessions" []
        "Sessions of the legacy era that this process keeps.";
    HTTP_REQUESTS: Counter counted "itential_mcp_http_requests_total" [Route::LABEL, Method::LABEL, CODE]
        "HTTP requests by the status of their answer.";
    HTTP_SECONDS: Histogram counted "itential_mcp_http_request_seconds" [Route::LABEL]
        "Time until an HTTP request was answered; streams that belong to no request are left out.";
    CONNECTIONS: Gauge asked "itential_mcp_connections" []
        "Open connections.";
    CONNECTIONS_MAX: Gauge asked "itential_mcp_connections_max" []
        "Connections that may be open at the same time.";
    STREAMS: Gauge asked "itential_mcp_streams" []
        "Open event streams.";
    ACCEPTED: Counter asked "itential_mcp_connections_accepted_total" []
        "Connections accepted.";
    TURNED_AWAY: Counter asked "itential_mcp_connections_turned_away_total" [WHY]
        "Clients that found no place: too many from one address, too many in all, or no room in the system.";
    HTTP_REFUSED: Counter asked "itential_mcp_http_refused_total" [WHY]
        "What came on a connection and was refused before it was a request.";
    CLIENT_REFUSED: Counter asked "itential_mcp_client_certificates_refused_total" []
        "Client certificates refused.";
    CLIENT_MISSING: Counter asked "itential_mcp_client_certificates_missing_total" []
        "Clients that showed no certificate and must.";
    TURNED: Counter counted "itential_mcp_refused_total" [Turned::LABEL]
        "Callers turned back, by reason.";
    CERTIFICATE_END: Gauge asked "itential_mcp_certificate_not_after_timestamp_seconds" []
        "When the served certificate ends, in seconds since 1970.";
    PLATFORM_REQUESTS: Counter counted "itential_mcp_platform_requests_total" [Method::LABEL, CODE]
        "Requests to the platform, each attempt; code none is no answer.";
    PLATFORM_SECONDS: Histogram counted "itential_mcp_platform_request_seconds" [Method::LABEL]
        "Time of requests to the platform, each attempt.";
    PLATFORM_FAILURES: Counter counted "itential_mcp_platform_failures_total" [Failure::LABEL]
        "Requests to the platform without an answer, by reason.";
    PLATFORM_RETRIES: Counter counted "itential_mcp_platform_retries_total" []
        "Requests to the platform that were sent again.";
    PLATFORM_OPEN: Gauge counted "itential_mcp_platform_requests_open" []
        "Requests to the platform that are under way.";
    LOGINS: Counter counted "itential_mcp_platform_logins_total" [Went::LABEL]
        "Logins at the platform.";
    AUDIT_HEALTHY: Gauge asked "itential_mcp_audit_healthy" []
        "1 if the last line of the audit file was written.";
    AUDIT_WRITTEN: Counter asked "itential_mcp_audit_written_total" []
        "Lines of the audit file.";
    AUDIT_LOST: Counter asked "itential_mcp_audit_lost_total" []
        "Lines of the audit file that could not be written.";
    LOG_LOST: Counter counted "itential_mcp_log_lines_lost_total" [Output::LABEL]
        "Lines of the log that could not be written.";
    SPANS_SENT: Counter counted "itential_mcp_spans_exported_total" []
        "Spans that a collector took (otlp_endpoint).";
    SPANS_LOST: Counter counted "itential_mcp_spans_lost_total" []
        "Spans that no collector took, or that found no room on the way.";
    RELOADS: Counter counted "itential_mcp_reloads_total" [Went::LABEL]
        "Times that the configuration was read again (SIGHUP).";
    RELOAD_GOOD: Gauge counted "itential_mcp_config_last_reload_successful" []
        "1 if the configuration that was read last was taken over.";
    RELOAD_TIME: Gauge counted "itential_mcp_config_last_reload_success_timestamp_seconds" []
        "When a configuration was taken over last, in seconds since 1970.";
    PROCESS_START: Gauge asked "process_start_time_seconds" []
        "When the process started, in seconds since 1970.";
    PROCESS_CPU: Counter asked "process_cpu_seconds_total" []
        "Time on processors, of user and system.";
    PROCESS_RESIDENT: Gauge asked "process_resident_memory_bytes" []
        "Memory in use.";
    PROCESS_VIRTUAL: Gauge asked "process_virtual_memory_bytes" []
        "Address space in use.";
    PROCESS_FDS: Gauge asked "process_open_fds" []
        "Open files and sockets.";
    PROCESS_FDS_MAX: Gauge asked "process_max_fds" []
        "Files and sockets that may be open.";
    PROCESS_THREADS: Gauge asked "process_threads" []
        "Threads.";
}
