//! Every state of a connection, without a socket.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::machine::{Machine, Step};
use super::message::Response;
use super::options::Options;
use super::phase::{Phase, StreamOptions};
use super::rules::Rules;

/// A connection, its rules and its clock.
struct Scenario {
    machine: Machine,
    rules: Rules,
    now: Instant,
}

const GET: &[u8] = b"GET /x?q HTTP/1.1\r\nHost: h\r\n\r\n";
const POST: &[u8] = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n";

impl Scenario {
    fn new() -> Self {
        let (rules, now) = (Rules::new(Options::default()), Instant::now());
        Self { machine: Machine::new(now, &rules), rules, now }
    }

    /// With a request that the handler has.
    fn handling(request: &[u8]) -> Self {
        let mut scenario = Self::new();
        assert!(matches!(scenario.receive(request), Step::Serve(_)));
        scenario
    }

    /// With an answer that comes in pieces.
    fn streaming(heartbeat: Option<(Duration, Arc<[u8]>)>) -> Self {
        let mut scenario = Self::handling(GET);
        let options = StreamOptions { heartbeat, ..StreamOptions::default() };
        let head = Response::empty(200);
        let (now, rules) = (scenario.now, &scenario.rules);
        assert!(scenario.machine.begin_stream(&head, options, now, rules));
        scenario
    }

    /// Bytes arrive; what is needed next.
    fn receive(&mut self, bytes: &[u8]) -> Step {
        self.machine.input.extend_from_slice(bytes);
        self.go(false)
    }

    /// Goes on for as long as it goes by itself.
    fn go(&mut self, written: bool) -> Step {
        loop {
            match self.machine.step(written, self.now, &self.rules) {
                Step::Again => {}
                step => return step,
            }
        }
    }

    /// The client takes everything; what was sent.
    fn sent(&mut self) -> String {
        let bytes = self.machine.output.rest().to_vec();
        self.machine.output.consume(bytes.len());
        self.machine.took(true, self.now, &self.rules);
        String::from_utf8(bytes).expect("heads are ASCII")
    }

    fn answer(&mut self, status: u16) {
        self.machine.answer(&Response::text(status, "a"), self.now, &self.rules);
    }

    fn left(&self) -> Duration {
        self.machine.deadline.map_or(Duration::MAX, |deadline| deadline - self.now)
    }
}

#[test]
fn a_head_is_waited_for_and_has_a_deadline_that_bytes_do_not_restart() {
    let mut scenario = Scenario::new();
    let first = scenario.left();
    assert!(matches!(scenario.receive(b"GET / HT"), Step::Read));
    scenario.now += Duration::from_secs(1);
    assert!(matches!(scenario.receive(b"TP/1.1\r\n"), Step::Read));
    assert_eq!(scenario.left(), first - Duration::from_secs(1));
    assert!(scenario.machine.expire(scenario.now, &scenario.rules), "the client is told");
    assert!(scenario.sent().starts_with("HTTP/1.1 408 "));
    assert!(matches!(scenario.go(true), Step::Finish));
}

#[test]
fn a_silent_connection_ends_without_a_word() {
    let mut scenario = Scenario::new();
    assert!(!scenario.machine.expire(scenario.now, &scenario.rules));
    assert!(scenario.machine.input_ended(scenario.now), "an end before a request is the end");
}

#[test]
fn a_request_without_a_body_is_served_at_once() {
    let mut scenario = Scenario::new();
    let Step::Serve(parts) = scenario.receive(GET) else { panic!("a request") };
    assert_eq!((parts.0.path.as_str(), parts.0.query.as_deref()), ("/x", Some("q")));
    assert!(parts.1.is_empty());
    assert_eq!(scenario.machine.number, 1);
    assert_eq!(scenario.machine.deadline, None, "the handler has all the time it needs");
}

#[test]
fn a_body_arrives_in_pieces_and_is_held_against_the_budget() {
    let mut scenario = Scenario::new();
    assert!(matches!(scenario.receive(POST), Step::Read));
    assert!(matches!(scenario.receive(b"ab"), Step::Read));
    assert!(scenario.rules.bodies.used() > 0);
    let Step::Serve(parts) = scenario.receive(b"cdGET") else { panic!("a request") };
    assert_eq!(parts.1, b"abcd");
    assert_eq!(scenario.machine.input, b"GET", "what comes ahead is kept");
    scenario.answer(200);
    assert_eq!(scenario.rules.bodies.used(), 0);
}

#[test]
fn a_late_body_is_told_and_the_connection_ends() {
    let mut scenario = Scenario::new();
    scenario.receive(POST);
    assert!(scenario.machine.expire(scenario.now, &scenario.rules));
    assert!(scenario.sent().starts_with("HTTP/1.1 408 "));
    assert!(matches!(scenario.go(true), Step::Finish));
}

#[test]
fn whoever_sends_on_and_on_is_held_to_a_deadline_in_every_phase() {
    let mut scenario = Scenario::new();
    assert!(!scenario.machine.is_receiving(), "nothing has come yet");
    scenario.receive(b"POST");
    assert!(scenario.machine.is_receiving(), "a head");
    scenario.receive(&POST[4..]);
    assert!(scenario.machine.is_receiving(), "a body");
    scenario.receive(b"body");
    assert!(!scenario.machine.is_receiving(), "the handler may take its time");
    scenario.rules.drain();
    scenario.answer(200);
    scenario.sent();
    scenario.go(true);
    assert!(scenario.machine.is_receiving(), "what comes after the last answer");
    assert!(!scenario.machine.expire(scenario.now, &scenario.rules), "that ends without a word");
}

#[test]
fn continue_is_said_once_and_only_to_who_waits_for_it() {
    let head = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n";
    let mut scenario = Scenario::new();
    scenario.receive(head);
    assert_eq!(scenario.sent(), "HTTP/1.1 100 Continue\r\n\r\n");
    assert!(matches!(scenario.receive(b"x"), Step::Serve(_)));
    assert_eq!(scenario.sent(), "");
}

#[test]
fn what_is_no_request_is_refused_and_ends_the_connection() {
    let mut scenario = Scenario::new();
    assert!(matches!(scenario.receive(b"GET / HTTP/1.1\r\n\r\n"), Step::Write));
    assert!(scenario.sent().starts_with("HTTP/1.1 400 "));
    assert!(matches!(scenario.go(true), Step::Finish));
    assert!(matches!(scenario.go(true), Step::Discard), "the client may read it before the end");
}

#[test]
fn while_a_request_is_handled_the_client_may_send_ahead_within_bounds() {
    let mut scenario = Scenario::handling(GET);
    assert!(matches!(scenario.go(true), Step::Read));
    let ahead = vec![b'x'; crate::limits::PIPELINE_BYTES];
    assert!(matches!(scenario.receive(&ahead), Step::Wait));
    assert!(scenario.machine.is_full());
}

#[test]
fn a_client_that_ends_its_side_is_still_answered() {
    let mut scenario = Scenario::handling(GET);
    assert!(!scenario.machine.input_ended(scenario.now));
    scenario.answer(200);
    let sent = scenario.sent();
    assert!(sent.starts_with("HTTP/1.1 200 ") && sent.contains("Connection: close"), "{sent}");
    assert!(matches!(scenario.go(true), Step::Close));
}

#[test]
fn an_answer_is_written_before_the_next_request_is_looked_at() {
    let mut scenario = Scenario::handling(GET);
    scenario.machine.input.extend_from_slice(GET);
    scenario.answer(200);
    assert!(matches!(scenario.go(false), Step::Write));
    assert!(scenario.sent().ends_with("\r\n\r\na"));
    assert!(matches!(scenario.go(true), Step::Serve(_)));
    assert_eq!(scenario.machine.number, 3, "each request and each answer counts one");
}

#[test]
fn an_idle_connection_waits_longer_than_a_begun_request() {
    let mut scenario = Scenario::handling(GET);
    scenario.answer(200);
    scenario.sent();
    assert!(matches!(scenario.go(true), Step::Read));
    assert!(matches!(scenario.machine.phase, Phase::Head { idle: true, .. }));
    assert_eq!(scenario.left(), scenario.rules.options.idle_time);
    assert_eq!(scenario.machine.cost(), Some(1));
    scenario.receive(b"G");
    assert_eq!(scenario.left(), scenario.rules.options.head_time);
}

#[test]
fn an_answer_to_a_request_that_is_over_changes_nothing() {
    let mut scenario = Scenario::handling(GET);
    scenario.answer(200);
    scenario.sent();
    scenario.answer(500);
    assert_eq!(scenario.sent(), "");
}

#[test]
fn a_stream_is_chunked_beats_and_ends_with_the_last_chunk() {
    let mut scenario = Scenario::streaming(None);
    let head = scenario.sent();
    assert!(head.contains("Transfer-Encoding: chunked"), "{head}");
    assert!(scenario.machine.send(b"abc", scenario.now));
    assert_eq!(scenario.sent(), "3\r\nabc\r\n");
    assert!(scenario.machine.send(b"", scenario.now), "an empty piece is none");
    assert_eq!(scenario.sent(), "");
    scenario.machine.end_stream(scenario.now, &scenario.rules);
    assert_eq!(scenario.sent(), "0\r\n\r\n");
    assert!(matches!(scenario.go(true), Step::Read), "the connection goes on");
}

#[test]
fn a_stream_that_is_not_read_is_held_to_the_write_deadline() {
    let mut scenario = Scenario::streaming(None);
    assert!(scenario.machine.send(b"abc", scenario.now));
    scenario.machine.took(false, scenario.now, &scenario.rules);
    let deadline = scenario.machine.deadline.expect("a deadline");
    scenario.now += Duration::from_secs(1);
    scenario.machine.took(false, scenario.now, &scenario.rules);
    assert_eq!(scenario.machine.deadline, Some(deadline), "a byte does not restart it");
    scenario.machine.took(true, scenario.now, &scenario.rules);
    assert_eq!(scenario.machine.deadline, None);
}

#[test]
fn a_stream_whose_client_ends_its_side_is_tried_by_its_heartbeat_and_else_over() {
    let mut scenario = Scenario::streaming(None);
    assert!(scenario.machine.input_ended(scenario.now));
    let mut scenario = Scenario::streaming(Some((Duration::from_secs(9), Arc::from(&b"beat"[..]))));
    scenario.sent();
    assert!(!scenario.machine.input_ended(scenario.now));
    assert_eq!(scenario.sent(), "4\r\nbeat\r\n");
    assert!(matches!(scenario.go(true), Step::Wait), "there is nothing more to read");
}

#[test]
fn what_a_client_sent_ahead_before_it_ended_its_side_is_served() {
    let mut scenario = Scenario::handling(GET);
    scenario.machine.input.extend_from_slice(GET);
    assert!(!scenario.machine.input_ended(scenario.now));
    scenario.answer(200);
    assert!(!scenario.sent().contains("Connection: close"));
    assert!(matches!(scenario.go(true), Step::Serve(_)));
    scenario.answer(200);
    assert!(scenario.sent().contains("Connection: close"));
}

#[test]
fn a_server_that_ends_keeps_no_connection() {
    let mut scenario = Scenario::handling(GET);
    scenario.rules.drain();
    scenario.answer(200);
    assert!(scenario.sent().contains("Connection: close"));
    assert!(matches!(scenario.go(true), Step::Finish));
    assert_eq!(scenario.left(), scenario.rules.options.linger_time);
    assert_eq!(scenario.machine.cost(), Some(0));
}
