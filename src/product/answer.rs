//! What a client gets of an outcome: structured content, and the same as text.

use serde_json::{Map, Value, json};

use super::fit::Fitted;
use crate::config::ResponseFormat;
use crate::tools::Callable;
use crate::tools::shown::{Outcome, Output};
use crate::{observe, output};

/// The result of `tools/call`, in at most so many bytes.
pub fn answer(
    tool: &dyn Callable,
    format: ResponseFormat,
    outcome: &Outcome,
    most: Option<usize>,
) -> Value {
    let whole = render(tool, format, outcome, false);
    let Some(most) = most.filter(|most| size(&whole) > *most) else { return whole };
    let render = |outcome: &Outcome| render(tool, format, outcome, true);
    let fits = |outcome: &Outcome| size(&render(outcome)) <= most;
    let mut shown = outcome.clone();
    if let Some(items) = outcome.items() {
        // The largest number of whole items that fits, and one in any case.
        let (mut fitting, mut too_many) = (1, items.len());
        while too_many > fitting + 1 {
            let middle = usize::midpoint(fitting, too_many);
            match fits(&outcome.first(middle)) {
                true => fitting = middle,
                false => too_many = middle,
            }
        }
        shown = outcome.first(fitting);
        if fits(&shown) {
            return render(&shown);
        }
    }
    let mut fitted = Fitted::default();
    let mut value = shown.value.clone();
    loop {
        let notes = fitted.notes(tool, most);
        let cut = Outcome { value: value.clone(), ..shown.clone() }.noted(notes);
        let answer = render(&cut);
        let excess = size(&answer).saturating_sub(most);
        // Everything stands twice, as structure and as text.
        if excess == 0 || !fitted.shorten(&mut value, excess.div_ceil(2)) {
            return answer;
        }
    }
}

/// Bytes of an answer on the wire.
fn size(answer: &Value) -> usize {
    answer.to_string().len()
}

fn render(tool: &dyn Callable, format: ResponseFormat, outcome: &Outcome, cut: bool) -> Value {
    let wrapped = tool.output().wrapped();
    let note = outcome.told();
    let structured = if wrapped {
        let mut object = Map::new();
        object.insert("result".into(), outcome.value.clone());
        if let Some(total) = outcome.total() {
            object.insert("total".into(), json!(total));
        }
        if let Some(note) = &note {
            object.insert("note".into(), json!(note));
        }
        Value::Object(object)
    } else {
        let mut value = outcome.value.clone();
        // What passes through as the platform gave it stays so, unless it is cut.
        let ours = cut || matches!(tool.output(), Output::Object(_));
        if let (true, Value::Object(object)) = (ours, &mut value) {
            if let Some(total) = outcome.total() {
                object.insert("total".into(), json!(total));
            }
            if let Some(note) = &note {
                object.insert("note".into(), json!(note));
            }
        }
        value
    };
    let text = match (format, &outcome.value) {
        (ResponseFormat::Json, Value::String(text)) => text.clone(),
        (ResponseFormat::Json, value) => value.to_string(),
        (ResponseFormat::Toon, _) => output::toon(&structured),
    };
    let said = [Some(&text), note.as_ref()];
    let secret = said.into_iter().flatten().any(|text| observe::hide(text) != text.as_str());
    let mut content = vec![json!({"type": "text", "text": text})];
    // Older clients read only text: what stands beside the result must reach them too.
    if let Some(note) = &note {
        content.push(json!({"type": "text", "text": note}));
    }
    let mut result = json!({"content": content, "structuredContent": structured, "isError": false});
    if wrapped {
        result["_meta"] = json!({"fastmcp": {"wrap_result": true}});
    }
    if secret {
        observe::hide_json(&mut result);
    }
    result
}
