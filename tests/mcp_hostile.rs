//! Whatever a client sends: one message is answered by at most one message, which is JSON-RPC on
//! one line with the id that was asked with, and nothing panics.

mod support;

use std::sync::Arc;

use itential_mcp::protocol::message;
use itential_mcp::protocol::message::Incoming;
use itential_mcp::protocol::{
    Caller, Dispatch, Engine, NoSink, Offers, PromptEntry, Registry, Session, Sink, Tasking,
    TemplateEntry, ToolEntry, malformed,
};
use serde_json::{Map, Value, json};
use support::modern;

const ROUNDS: u64 = 10_000;

/// xorshift64: the same sequence every time, so that a failure can be seen again.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("below a usize")
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().expect("an object")
}

fn engine() -> Arc<Engine> {
    let tool = |name: &str, tasking: Tasking| ToolEntry {
        definition: object(json!({"name": name, "inputSchema": {"type": "object"}})),
        run: Arc::new(|call, arguments| {
            call.progress(1.0, None, "half");
            Ok(json!({"content": [], "structuredContent": arguments}).into())
        }),
        tasking,
    };
    let offers = Offers {
        tools: vec![
            tool("echo", Tasking::Never),
            tool("long", Tasking::Optional(Arc::new(|_, _| true))),
        ],
        prompts: vec![PromptEntry {
            definition: object(
                json!({"name": "p", "arguments": [{"name": "a", "required": true}]}),
            ),
            run: Arc::new(|_, _| Ok(json!({"messages": []}).into())),
            complete: Some(Arc::new(|_, _, typed, _| Ok(vec![typed.to_owned()]))),
        }],
        templates: vec![TemplateEntry {
            definition: object(json!({"uriTemplate": "x://{a}/{b}", "name": "t"})),
            read: Arc::new(|_, uri, found| {
                Ok(json!({"contents": [{"uri": uri, "text": format!("{found:?}")}]}).into())
            }),
            complete: None,
        }],
        subscribe: true,
        changes: true,
        ..Offers::default()
    };
    Arc::new(Engine::new(json!({"name": "test", "version": "1"}), Registry::new(offers)))
}

/// Sound messages to begin with.
fn seeds() -> Vec<Value> {
    let requests = [
        ("initialize", json!({"protocolVersion": "2025-11-25", "capabilities": {"roots": {}}})),
        ("ping", json!({})),
        ("tools/list", json!({"cursor": null})),
        ("tools/call", json!({"name": "echo", "arguments": {"a": [1, {"b": "é\u{2028}\n"}]}})),
        ("tools/call", json!({"name": "long", "requestState": "x", "inputResponses": {}})),
        ("prompts/get", json!({"name": "p", "arguments": {"a": "b"}})),
        ("resources/read", json!({"uri": "x://a%20b/c"})),
        ("resources/subscribe", json!({"uri": "x://a/b"})),
        (
            "completion/complete",
            json!({"ref": {"type": "ref/prompt", "name": "p"},
                                       "argument": {"name": "a", "value": "v"}}),
        ),
        ("subscriptions/listen", json!({"notifications": {"taskIds": ["a"]}})),
        ("tasks/get", json!({"taskId": "a"})),
        ("logging/setLevel", json!({"level": "info"})),
        ("notifications/cancelled", json!({"requestId": 1})),
        ("server/discover", json!({})),
    ];
    let mut seeds = Vec::new();
    for (id, (method, params)) in requests.into_iter().enumerate() {
        for params in [params.clone(), modern(params)] {
            let message = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
            seeds.push(message);
        }
    }
    seeds.push(json!({"jsonrpc": "2.0", "id": "ask-0", "result": {}}));
    seeds
}

/// Puts something else somewhere into the value.
fn mutate(value: &mut Value, random: &mut Random) {
    let strange = [
        json!(null),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("\u{0}\r\n\u{2029}"),
        json!([]),
        json!({}),
        json!({"io.modelcontextprotocol/protocolVersion": 7}),
        json!("x".repeat(3000)),
        json!([[[[[[]]]]]]),
    ];
    match value {
        Value::Object(object) if !object.is_empty() && random.below(4) > 0 => {
            let key = object.keys().nth(random.below(object.len())).expect("a key").clone();
            match random.below(8) {
                0 => drop(object.remove(&key)),
                1 => drop(object.insert(format!("{key}x"), random.pick(&strange).clone())),
                _ => mutate(&mut object[&key], random),
            }
        }
        Value::Array(items) if !items.is_empty() && random.below(4) > 0 => {
            let at = random.below(items.len());
            mutate(&mut items[at], random);
        }
        other => *other = random.pick(&strange).clone(),
    }
}

fn check(body: &[u8], id: Option<&Value>, sent: &[u8]) {
    let shown = String::from_utf8_lossy(sent);
    assert!(!body.contains(&b'\n') && !body.contains(&b'\r'), "a line break answers {shown}");
    let answer: Value = serde_json::from_slice(body).unwrap_or_else(|e| panic!("{e}: {shown}"));
    assert_eq!(answer["jsonrpc"], "2.0", "{shown}");
    assert!(answer.get("result").is_some() != answer.get("error").is_some(), "{answer}");
    if let Some(error) = answer.get("error") {
        assert!(error["code"].is_i64() && error["message"].is_string(), "{answer}");
    }
    match id {
        Some(id) => assert_eq!(answer["id"], *id, "{shown}"),
        None => assert!(answer["error"].is_object(), "{answer}"),
    }
}

#[test]
fn every_message_has_at_most_one_sound_answer() {
    let engine = engine();
    let caller = Arc::new(Caller::default());
    let sink: Arc<dyn Sink> = Arc::new(NoSink);
    let mut session = Arc::new(Session::new());
    let seeds = seeds();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut answered, mut refused) = (0_u64, 0_u64);
    for round in 0..ROUNDS {
        if round % 100 == 0 {
            session = Arc::new(Session::new());
        }
        let mut value = random.pick(&seeds).clone();
        for _ in 0..random.below(4) {
            mutate(&mut value, &mut random);
        }
        let mut sent = value.to_string().into_bytes();
        if random.below(10) == 0 {
            let at = random.below(sent.len());
            sent[at] = u8::try_from(random.below(256)).expect("a byte");
        }
        let messages = match message::read(&sent) {
            Ok(Incoming::One(message)) => vec![Ok(message)],
            Ok(Incoming::Batch(messages)) => messages,
            Err(bad) => vec![Err(bad)],
        };
        for message in messages {
            let message = match message {
                Ok(message) => message,
                Err(bad) => {
                    let id = bad.id.as_ref().map(message::Id::as_value);
                    check(&malformed(&bad, None).body, id, &sent);
                    refused += 1;
                    continue;
                }
            };
            let id = match &message {
                message::Message::Request { id, .. } => Some(id.as_value().clone()),
                _ => None,
            };
            let answer = match engine.receive(&session, &caller, message, &sink) {
                Dispatch::Nothing => None,
                Dispatch::Answer(answer) => Some(answer),
                Dispatch::Work(work) => work.run(),
                Dispatch::Task(start) => Some(start.created),
                Dispatch::Listening(listening) => {
                    listening.start(|_| {});
                    None
                }
            };
            if let Some(answer) = answer {
                assert!(id.is_some(), "a notification was answered: {}", value);
                check(&answer.body, id.as_ref(), &sent);
                answered += 1;
            }
        }
    }
    // The generator must reach both what is served and what is refused.
    assert!(answered > ROUNDS / 4 && refused > ROUNDS / 50, "{answered} {refused}");
}
