//! Three tools in place of all the others: one finds them, one describes them, one calls them.
//!
//! The engine makes a call of the third the call of the tool it names, before anything looks at it
//! ([`Registry::resolve`](crate::protocol::Registry::resolve)): agreement, audit, metrics, tasks and
//! the check of arguments are those of the real tool. What these three see are the enabled tools.

use std::sync::Arc;

use serde_json::{Value, json};

use super::run;
use super::runner::ToolRunner;
use crate::protocol::{Tasking, ToolEntry};
use crate::tools::shown::{Field, FieldKind, Outcome, Output, Shape, ToolError};
use crate::tools::told::{Arguments, Kind, Parameter, Presence};
use crate::tools::{Area, Callable, Context, Hints, Tool};

/// The tool through which the others are called.
pub const THROUGH: &str = CALL.name;

/// How a model reaches tools that it is not shown.
pub const USE: &str =
    "Find tools by find_tools, read their arguments by describe_tool, call them by call_tool.";

static AREA: Area = Area { tag: "search", about: "" };

const FIND: Tool = Tool {
    name: "find_tools",
    title: "Find Tools",
    description: "Find tools of the Itential Platform by words such as 'cancel job' or 'device \
                  backup', best first. Without words it lists an area, and without both the \
                  areas. Next: describe_tool, then call_tool.",
    parameters: &[
        Parameter::optional("words", Kind::Text, "What it does and to what, e.g. retry task"),
        Parameter::optional("area", Kind::Text, "Only this area, e.g. operations_manager"),
        Parameter::optional(
            "limit",
            Kind::Integer { min: 1, max: 100 },
            "Most tools to show, e.g. 10",
        )
        .or(Presence::Integer(10)),
    ],
    output: Output::List(&FOUND),
    ..Tool::reads(&AREA)
};

const DESCRIBE: Tool = Tool {
    name: "describe_tool",
    title: "Describe Tool",
    description: "Show all that is known of one tool: what it does, the JSON Schema of its \
                  arguments and of its answer, and whether it changes something. Next: call_tool.",
    parameters: &[NAME],
    output: Output::Object(&DESCRIBED),
    ..Tool::reads(&AREA)
};

const CALL: Tool = Tool {
    name: "call_tool",
    title: "Call Tool",
    description: "Call a tool that find_tools has shown, with arguments by its inputSchema from \
                  describe_tool. The answer is that tool's own.",
    parameters: &[
        NAME,
        Parameter::optional(
            "arguments",
            Kind::ObjectOrText,
            "By its inputSchema, e.g. {\"limit\": 5}; leave out for none",
        ),
    ],
    output: Output::Free,
    ..Tool::runs(&AREA)
};

const NAME: Parameter =
    Parameter::required("name", Kind::Name, "Exact tool name from find_tools, e.g. get_jobs");

/// A tool that was found, or an area.
static FOUND: Shape = Shape::closed(&[
    Field::new("name", FieldKind::Text),
    Field::new("area", FieldKind::Text),
    Field::new("description", FieldKind::Text).doc("First sentence"),
    Field::new("effect", FieldKind::Text).doc("reads, changes, or destructive"),
]);

static DESCRIBED: Shape = Shape::closed(&[
    Field::new("name", FieldKind::Text),
    Field::new("area", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    Field::new("inputSchema", FieldKind::Any),
    Field::new("outputSchema", FieldKind::Any),
    Field::new("annotations", FieldKind::Any),
]);

/// The tools that these three are about.
type Tools = [Arc<dyn Callable>];

/// The three tools, over these.
pub fn entries(tools: &Tools, runner: &Arc<ToolRunner>, slim: bool) -> Vec<ToolEntry> {
    let entry = |tool: Tool, act: fn(&Tools, &Arguments) -> Result<Outcome, ToolError>| {
        let (tools, runner) = (tools.to_vec(), runner.at_home());
        ToolEntry {
            definition: tool.definition(slim),
            tasking: Tasking::Never,
            run: Arc::new(move |call, given| {
                // What is confirmed is the call of the real tool.
                let hints = Hints::READ;
                let act = |_: &Context<'_>, arguments: &Arguments| act(&tools, arguments);
                run::run(&Tool { hints, ..tool }, &act, &runner, call, given)
            }),
        }
    };
    let worst = Tool { hints: worst(tools), ..CALL };
    vec![entry(FIND, find), entry(DESCRIBE, describe), entry(worst, misnamed)]
}

/// What a client must assume of a call of any of them.
fn worst(tools: &Tools) -> Hints {
    let any = |has: fn(&Hints) -> bool| tools.iter().any(|tool| has(&tool.hints()));
    Hints {
        read_only: !any(|hints| !hints.read_only),
        destructive: any(|hints| hints.destructive),
        idempotent: !any(|hints| !hints.idempotent),
        open_world: any(|hints| hints.open_world),
    }
}

fn find(tools: &Tools, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let (words, area) = (arguments.maybe_text("words"), arguments.maybe_text("area"));
    let mut chosen = tools.to_vec();
    if let Some(area) = area {
        chosen.retain(|tool| tool.area().tag.eq_ignore_ascii_case(area));
        if chosen.is_empty() {
            let areas = areas(tools);
            let known = areas.iter().map(|area| area.tag);
            return Err(ToolError::no_such("area", area, known, "find_tools without arguments"));
        }
    }
    match (words, area) {
        (Some(words), _) => chosen = ranked(&chosen, words),
        (None, Some(_)) => {}
        (None, None) => return Ok(introduced(tools)),
    }
    if chosen.is_empty() {
        let note = "No tool fits these words; find_tools without arguments lists the areas.";
        return Ok(Outcome::from(json!([])).with_note(note));
    }
    let total = chosen.len();
    chosen.truncate(usize::try_from(arguments.integer("limit")).unwrap_or(usize::MAX));
    let found: Vec<Value> = chosen
        .iter()
        .map(|tool| {
            json!({
                "name": tool.name(),
                "area": tool.area().tag,
                "description": tool.summary(),
                "effect": effect(tool.hints()),
            })
        })
        .collect();
    let outcome = Outcome::from(FOUND.project_all(&found));
    Ok(match found.len() {
        shown if shown < total => outcome.with_note(format!(
            "The best {shown} of {total} that fit; more words or an area narrow it, limit shows more."
        )),
        _ => outcome,
    })
}

/// The areas, each as an entry of its own.
fn introduced(tools: &Tools) -> Outcome {
    let areas: Vec<Value> = areas(tools)
        .iter()
        .map(|area| json!({"area": area.tag, "description": area.about}))
        .collect();
    Outcome::from(FOUND.project_all(&areas))
        .with_note("These are the areas: give one, or words, to see its tools.")
}

/// The areas of these tools, in their order.
pub fn areas(tools: &Tools) -> Vec<&'static Area> {
    let mut areas: Vec<&Area> = Vec::new();
    for tool in tools {
        if !areas.iter().any(|area| area.tag == tool.area().tag) {
            areas.push(tool.area());
        }
    }
    areas
}

fn effect(hints: Hints) -> &'static str {
    match hints {
        Hints { read_only: true, .. } => "reads",
        Hints { destructive: true, .. } => "destructive",
        _ => "changes",
    }
}

fn describe(tools: &Tools, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let name = arguments.text("name");
    let tool = tools.iter().find(|tool| tool.name() == name).ok_or_else(|| unknown(tools, name))?;
    let mut definition = tool.definition(false);
    definition.insert("area".into(), json!(tool.area().tag));
    definition.insert("outputSchema".into(), tool.output_schema(true));
    Ok(DESCRIBED.project(&Value::Object(definition)).into())
}

/// A call that names no tool it could be the call of.
fn misnamed(tools: &Tools, arguments: &Arguments) -> Result<Outcome, ToolError> {
    Err(unknown(tools, arguments.text("name")))
}

fn unknown(tools: &Tools, name: &str) -> ToolError {
    ToolError::no_such("tool", name, tools.iter().map(|tool| tool.name()), "find_tools")
}

/// The tools that have anything to do with `words`, best first; those that fit equally well keep their
/// order. A word counts by where it stands, and the more, the fewer tools it fits.
fn ranked(tools: &Tools, words: &str) -> Vec<Arc<dyn Callable>> {
    let texts: Vec<[Vec<String>; 3]> = tools
        .iter()
        .map(|tool| {
            let parameters: Vec<&str> = tool.parameters().iter().map(|(name, _)| *name).collect();
            let rest = format!("{} {}", tool.description(), parameters.join(" "));
            [stems(tool.name()), stems(tool.area().tag), stems(&rest)]
        })
        .collect();
    let mut scores = vec![0.0; tools.len()];
    for word in stems(words) {
        let hits: Vec<f64> = texts.iter().map(|text| fit(text, &word)).collect();
        let fitting = hits.iter().filter(|hit| **hit > 0.0).count();
        let rarity = (1.0 + tools.len() as f64 / fitting.max(1) as f64).ln();
        for (score, hit) in scores.iter_mut().zip(hits) {
            *score += hit * rarity;
        }
    }
    let mut order: Vec<usize> = (0..tools.len()).filter(|at| scores[*at] > 0.0).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    order.into_iter().map(|at| Arc::clone(&tools[at])).collect()
}

/// How well a word fits a tool's name, area and other text.
fn fit([name, area, rest]: &[Vec<String>; 3], word: &str) -> f64 {
    let has = |text: &[String]| text.iter().any(|known| known == word);
    let begins = |text: &[String]| {
        word.len() >= 3
            && text.iter().any(|known| known.starts_with(word) || word.starts_with(known))
    };
    let mut best = 0.0_f64;
    for (hit, weight) in [
        (has(name), 6.0),
        (begins(name), 3.0),
        (has(area), 2.0),
        (has(rest), 2.0),
        (begins(rest), 1.0),
    ] {
        best = best.max(if hit { weight } else { 0.0 });
    }
    best
}

/// The words of a text, in lower case and without the ending of a plural.
fn stems(text: &str) -> Vec<String> {
    let mut words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| word.len() > 1)
        .map(|word| match word.strip_suffix('s') {
            Some(one) if one.len() > 2 && !one.ends_with('s') => one.to_owned(),
            _ => word,
        })
        .collect();
    words.dedup();
    words
}
