//! A new node.

use serde_json::{Value, json};

use super::stored::{DIRECTORY, TREES, set_rules, spec_of, version};
use crate::platform::Path;
use crate::tools::asked::{Change, Write, change, record};
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Outcome, Shape, ToolError};
use crate::tools::told::Arguments;

/// What adding a node gives back.
pub static ADDED: Shape =
    Shape::closed(&[Field::new("message", FieldKind::Text), Field::new("path", FieldKind::Text)]);

/// What callers write for the root node, whatever it is called in the tree at hand.
const ROOT: &str = "base";

/// `POST /configuration_manager/configs/{tree}/{version}/{path}`, then the rules of that very node.
/// Everything that can be wrong is found before anything is written.
pub fn add(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let (name, version_name) = (arguments.text("name"), arguments.text("version"));
    let thing = change(context, DIRECTORY.one, arguments.text("tree_name"))?;
    let tree = find_tree(context, arguments.text("tree_name"), version_name)?;
    let before = version(context, &tree, version_name)?;
    let root = before.get("root").unwrap_or(&Value::Null);
    let parent = parent(root, arguments.text("path"))?;
    if child(parent.node, name).is_some() {
        return Err(ToolError::state(format!(
            "node '{}' has a child called '{name}' already",
            parent.path
        )));
    }
    let path = Path::with_slashes(
        "/configuration_manager/configs/{}/{}/{}",
        &[&tree, version_name, &parent.path],
    )?;
    let there = |context: &Context<'_>| {
        let now = version(context, &tree, version_name)?;
        let parent = self::parent(now.get("root").unwrap_or(&Value::Null), &parent.path)?;
        Ok(child(parent.node, name).cloned())
    };
    let body = json!({"name": name});
    let write = Write::post(&path, Some(&body)).shown_by(DIRECTORY.lister).read_back(&there);
    let done = thing.send(&write)?;
    let path = format!("{}/{name}", parent.path);
    let mut message = format!("Node '{name}' was added at '{path}'.");
    let mut notes: Vec<String> = done.note.into_iter().collect();
    if let Some(template) = arguments.maybe_text("template") {
        let written = spec_of_new(context, &done.answer, &tree, version_name, &path)
            .and_then(|spec| set_own_rules(&thing, root, &spec, template, &before));
        match written {
            Ok(()) => message.push_str(" Its rules were set."),
            Err(error) => {
                notes.push(format!(
                    "The node is there, but its rules were not set: {error}. No other node was \
                     changed; do not add the node again."
                ));
            }
        }
    }
    let outcome = Outcome::from(ADDED.project(&json!({"message": message, "path": path})));
    Ok(outcome.noted(notes))
}

/// The id of the tree called `name`, which must have `version`.
fn find_tree(context: &Context<'_>, name: &str, version: &str) -> Result<String, ToolError> {
    let tree = DIRECTORY.find(context, &TREES.listing(), name)?;
    let versions: Vec<&str> = tree
        .get("versions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|version| version.as_str().or_else(|| record::name(version)))
        .collect();
    if version.contains('/') || !(versions.is_empty() || versions.contains(&version)) {
        return Err(ToolError::not_found(format!(
            "tree '{name}' has no version '{version}'; it has: {}",
            versions.join(", ")
        )));
    }
    DIRECTORY.id(&tree)
}

struct Parent<'a> {
    path: String,
    node: &'a Value,
}

/// The node that `path` means. Root nodes have any name, so `base` stands for all of them.
fn parent<'a>(root: &'a Value, path: &str) -> Result<Parent<'a>, ToolError> {
    let Some(root_name) = record::name(root) else {
        return Err(ToolError::platform("the platform did not show the nodes of this version"));
    };
    let mut steps = path.split('/').filter(|step| !step.is_empty()).peekable();
    steps.next_if(|first| *first == root_name || *first == ROOT);
    let mut parent = Parent { path: root_name.to_owned(), node: root };
    for step in steps {
        let Some(next) = child(parent.node, step) else {
            let names: Vec<&str> =
                children(parent.node).filter_map(|node| record::name(node)).collect();
            let has = if names.is_empty() { "no children".to_owned() } else { names.join(", ") };
            return Err(ToolError::not_found(format!(
                "'path': node '{}' has no child '{step}'; it has {has}",
                parent.path
            )));
        };
        parent = Parent { path: format!("{}/{step}", parent.path), node: next };
    }
    Ok(parent)
}

/// Where the rules of the new node are kept: said in the reply, or else in the tree read again.
fn spec_of_new(
    context: &Context<'_>,
    reply: &Value,
    tree: &str,
    version_name: &str,
    path: &str,
) -> Result<String, ToolError> {
    let replied = reply.get("data").unwrap_or(reply);
    if let Some(spec) = spec_of(replied) {
        return Ok(spec.to_owned());
    }
    let now = version(context, tree, version_name)?;
    let node = parent(now.get("root").unwrap_or(&Value::Null), path)?.node;
    spec_of(node).map(str::to_owned).ok_or_else(|| {
        ToolError::platform("the platform did not say where the rules of the new node are kept")
    })
}

/// Writes rules for a new node, and never over those of one that was there before.
fn set_own_rules(
    thing: &Change<'_>,
    root: &Value,
    spec: &str,
    template: &str,
    version: &Value,
) -> Result<(), ToolError> {
    if uses(root, spec) {
        return Err(ToolError::platform(format!(
            "the platform named rules ({spec}) that belong to another node"
        )));
    }
    set_rules(thing, spec, template, version.get("variables"))
}

fn uses(root: &Value, spec: &str) -> bool {
    // A tree as deep as the parser allows is still shallow, and a list needs no recursion.
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        if spec_of(node) == Some(spec) {
            return true;
        }
        open.extend(children(node));
    }
    false
}

fn child<'a>(node: &'a Value, name: &str) -> Option<&'a Value> {
    children(node).find(|child| record::name(child) == Some(name))
}

fn children(node: &Value) -> impl Iterator<Item = &Value> {
    node.get("children").and_then(Value::as_array).into_iter().flatten()
}
