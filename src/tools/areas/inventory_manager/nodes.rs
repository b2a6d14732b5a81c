//! The nodes of an inventory.
//!
//! The platform's only way to write nodes deletes every node of the inventory first. So adding reads
//! all of them, sends them together with the new ones, reads again, and puts back what is missing.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::stored::{DIRECTORY, existing};
use crate::limits;
use crate::platform::{Listed, Path};
use crate::tools::asked::{Change, Paging, Pause, Source, Wait, change, record};
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Outcome, Shape, ToolError};
use crate::tools::told::Arguments;

/// What `add_nodes_to_inventory` gives back.
pub static ADDED: Shape = Shape::closed(&[
    Field::new("status", FieldKind::Text),
    Field::new("message", FieldKind::Text),
    Field::new("node_count", FieldKind::Number).doc("Nodes of the inventory now"),
]);

/// `GET /inventory_manager/v1/inventories/{name}/nodes`
const NODES: Source =
    Source::new("/inventory_manager/v1/inventories/{}/nodes", "result.data", "result.meta.total")
        .paged(Paging::Numbered, 100);

/// Adds nodes to an inventory.
pub fn add(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let given: Vec<Value> = arguments.list("nodes").iter().map(trimmed).collect();
    let names = names(&given)?;
    let thing = change(context, DIRECTORY.one, arguments.text("inventory_name"))?;
    let (_, inventory) = existing(context, &thing.name)?;
    let before = complete(context, &inventory)?;
    let new = unknown(&given, &before)?;
    if new.is_empty() {
        let message = format!("All {} nodes are in '{inventory}' already.", names.len());
        return Ok(added("Success", &message, Some(before.len())).into());
    }
    let count = new.len();
    let (now, said, note) = Addition { thing: &thing, before, new }.write()?;
    let status = said.as_ref().and_then(|said| record::text(said, &["result.status", "status"]));
    let message = format!("{count} nodes were added to '{inventory}'.");
    let outcome = Outcome::from(added(status.unwrap_or("Success"), &message, now));
    Ok(outcome.noted(note))
}

/// Adds those of `nodes` that the inventory does not have.
pub fn ensure(
    context: &Context<'_>,
    thing: &Change<'_>,
    nodes: Vec<Value>,
) -> Result<(), ToolError> {
    if nodes.is_empty() {
        return Ok(());
    }
    let before = complete(context, &thing.name)?;
    let has: HashSet<&str> = before.iter().filter_map(record::name).collect();
    let mut seen = HashSet::new();
    let new: Vec<Value> = nodes
        .iter()
        .filter(|node| {
            record::name(node).is_some_and(|name| !has.contains(name) && seen.insert(name))
        })
        .cloned()
        .collect();
    if new.is_empty() {
        return Ok(());
    }
    Addition { thing, before, new }.write().map(drop)
}

/// `GET /inventory_manager/v1/inventories/{name}/nodes`, every page.
pub fn read(context: &Context<'_>, inventory: &str) -> Result<Listed, ToolError> {
    NODES.below(&[inventory])?.read(context)
}

/// Every node, or an error: what is not read would be lost by writing.
fn complete(context: &Context<'_>, inventory: &str) -> Result<Vec<Value>, ToolError> {
    let listed = read(context, inventory)?;
    let read = listed.items.len();
    match listed.total {
        Some(total) if total > read as u64 => Err(ToolError::platform(format!(
            "only {read} of the {total} nodes of '{inventory}' could be read, and writing would \
             lose the others; nothing was changed"
        ))),
        _ if listed.truncated => Err(ToolError::platform(format!(
            "'{inventory}' has more than {read} nodes, too many to change here; nothing was changed"
        ))),
        _ => Ok(listed.items),
    }
}

/// A node with no blanks around its name.
fn trimmed(node: &Value) -> Value {
    let mut node = node.clone();
    if let Some(Value::String(name)) = node.get_mut("name") {
        *name = name.trim().to_owned();
    }
    node
}

/// The names of the nodes to add.
fn names(nodes: &[Value]) -> Result<HashSet<&str>, ToolError> {
    let mut names = HashSet::new();
    for (place, node) in nodes.iter().enumerate() {
        let name = record::name(node).filter(|name| !name.is_empty()).ok_or_else(|| {
            ToolError::invalid(format!("'nodes'[{place}] needs a 'name'; nothing was changed"))
        })?;
        if !names.insert(name) {
            return Err(ToolError::invalid(format!(
                "'nodes' holds '{name}' twice; nothing was changed"
            )));
        }
    }
    Ok(names)
}

/// The given nodes that are not there yet. One that is there must be the same.
fn unknown(given: &[Value], before: &[Value]) -> Result<Vec<Value>, ToolError> {
    let known: HashMap<&str, &Value> =
        before.iter().filter_map(|old| Some((record::name(old)?, old))).collect();
    let mut new = Vec::new();
    let mut different = Vec::new();
    for node in given {
        match record::name(node).and_then(|name| known.get(name)) {
            None => new.push(node.clone()),
            Some(old) if holds(old, node) => {}
            Some(_) => different.extend(record::name(node)),
        }
    }
    if different.is_empty() {
        return Ok(new);
    }
    Err(ToolError::state(format!(
        "these nodes exist with other content, and this tool only adds: {}. Nothing was changed; \
         leave them out, or change them on the platform",
        different.join(", ")
    )))
}

fn holds(old: &Value, node: &Value) -> bool {
    node.as_object().is_some_and(|fields| {
        fields.iter().all(|(key, value)| old.get(key).unwrap_or(&Value::Null) == value)
    })
}

fn added(status: &str, message: &str, count: Option<usize>) -> Value {
    ADDED.project(&json!({"status": status, "message": message, "node_count": count}))
}

struct Addition<'a> {
    thing: &'a Change<'a>,
    before: Vec<Value>,
    new: Vec<Value>,
}

/// How many nodes there are now if that could be read, what the platform said, and what the reader
/// should know.
type Written = (Option<usize>, Option<Value>, Option<String>);

impl Addition<'_> {
    /// Writes, and sees to it that nothing is lost by it. Once the platform may have begun, that goes
    /// on even when the call has been cancelled.
    fn write(&self) -> Result<Written, ToolError> {
        let wanted: Vec<&Value> = self.before.iter().chain(&self.new).collect();
        let sent = send(self.thing, &wanted);
        self.thing.undo(|thing| self.settle(thing, sent))
    }

    fn settle(
        &self,
        thing: &Change<'_>,
        sent: Result<Value, ToolError>,
    ) -> Result<Written, ToolError> {
        let (said, trouble) = match sent {
            Ok(said) => (Some(said), None),
            Err(error) => (None, Some(error.message)),
        };
        let after = match (complete(thing.context(), &thing.name), &trouble) {
            (Ok(after), _) => after,
            (Err(error), None) => {
                let note = format!("The nodes were written but could not be read back: {error}");
                return Ok((None, said, Some(note)));
            }
            // What the inventory holds now is not known, so it gets all that it had.
            (Err(_), Some(trouble)) => self.restored(thing, &[], trouble)?,
        };
        let why = trouble.as_deref().unwrap_or("the platform left nodes out");
        let after = match absent(&self.before, &after).is_empty() {
            true => after,
            false => self.restored(thing, &after, why)?,
        };
        let missing = absent(&self.new, &after);
        if missing.is_empty() {
            let note =
                trouble.map(|why| format!("The platform complained, yet all are there: {why}"));
            return Ok((Some(after.len()), said, note));
        }
        let trouble = trouble.unwrap_or_else(|| "the platform left them out".to_owned());
        Err(self.failed(&format!(
            "{trouble}. Missing: {}. The nodes it had are all there",
            list(&missing)
        )))
    }

    /// Puts back the nodes that writing has lost, beside those that are there: a few times, because a
    /// platform that has just broken down may be back in a moment.
    fn restored(
        &self,
        thing: &Change<'_>,
        there: &[Value],
        trouble: &str,
    ) -> Result<Vec<Value>, ToolError> {
        let mut wait =
            Wait::new(thing.context(), Some(limits::RESTORE_TIME), limits::RESTORE_PAUSES);
        let lost = absent(&self.before, there);
        let all: Vec<&Value> = there.iter().chain(lost).collect();
        let mut still: Vec<&Value> = self.before.iter().collect();
        loop {
            let sent = send(thing, &all);
            let cause = match complete(thing.context(), &thing.name) {
                Ok(now) => {
                    still = absent(&self.before, &now);
                    if still.is_empty() {
                        return Ok(now);
                    }
                    sent.err().map_or_else(|| "they are not there".to_owned(), |e| e.message)
                }
                Err(error) => error.message,
            };
            if wait.pause("nodes are put back") != Pause::Passed {
                return Err(ToolError::unknown(format!(
                    "the nodes were not all added to '{}': {trouble}. Nodes that the inventory had \
                     are gone or cannot be seen, and putting them back failed ({cause}). Once the \
                     platform is well, look with describe_inventory and give those that are missing \
                     to add_nodes_to_inventory. Nodes: {}",
                    thing.name,
                    restorable(&still)
                )));
            }
        }
    }

    fn failed(&self, why: &str) -> ToolError {
        ToolError::platform(format!("the nodes were not all added to '{}': {why}", self.thing.name))
    }
}

/// `POST /inventory_manager/v1/nodes/bulk`, which replaces all nodes.
fn send(thing: &Change<'_>, nodes: &[&Value]) -> Result<Value, ToolError> {
    let nodes: Vec<Value> = nodes.iter().map(|node| plain(node)).collect();
    let body = json!({"inventory_identifier": thing.name, "nodes": nodes});
    thing.post(&Path::literal("/inventory_manager/v1/nodes/bulk"), Some(&body))
}

/// Nodes with all that is needed to put them back, as far as a message may be long, and the names of
/// the others.
fn restorable(nodes: &[&Value]) -> String {
    let mut room = limits::LOST_NODES_BYTES;
    let mut whole = Vec::new();
    let mut names = Vec::new();
    for node in nodes {
        let node = plain(node);
        let size = node.to_string().len();
        match room.checked_sub(size) {
            Some(left) => {
                room = left;
                whole.push(node);
            }
            None => names.extend(record::name(&node).map(str::to_owned)),
        }
    }
    let whole = Value::Array(whole);
    match names.is_empty() {
        true => whole.to_string(),
        false => format!("{whole}; and without their attributes: {}", names.join(", ")),
    }
}

/// The nodes of `wanted` whose names are not in `there`.
fn absent<'a>(wanted: &'a [Value], there: &[Value]) -> Vec<&'a Value> {
    let names: HashSet<&str> = there.iter().filter_map(record::name).collect();
    wanted
        .iter()
        .filter(|node| record::name(node).is_some_and(|name| !names.contains(name)))
        .collect()
}

fn list(nodes: &[&Value]) -> String {
    let names: Vec<&str> = nodes.iter().filter_map(|node| record::name(node)).collect();
    names.join(", ")
}

/// A node without what the platform writes into it by itself, which it may refuse to be told.
fn plain(node: &Value) -> Value {
    const OWN: &[&str] = &[
        "_id",
        "id",
        "__v",
        "inventory",
        "inventoryId",
        "inventory_id",
        "created",
        "createdAt",
        "createdBy",
        "created_at",
        "created_by",
        "updated",
        "updatedAt",
        "updatedBy",
        "updated_at",
        "updated_by",
        "lastUpdated",
        "lastUpdatedBy",
    ];
    let mut node = node.clone();
    if let Some(fields) = node.as_object_mut() {
        fields.retain(|key, _| !OWN.contains(&key.as_str()));
    }
    node
}
