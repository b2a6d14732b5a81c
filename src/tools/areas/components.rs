//! Adapters and applications: the same life cycle under two names.

use std::time::Duration;

use serde_json::{Value, json};

use crate::limits;
use crate::nearest::nearest;
use crate::platform::Path;
use crate::tools::asked::{self, Filter, Pause, Source, Wait, Wants, Write, change};
use crate::tools::context::Context;
use crate::tools::shown::{ErrorKind, Field, FieldKind, Outcome, Shape, ToolError};
use crate::tools::told::{Arguments, Kind, Parameter, Presence};

/// A kind of component.
#[derive(Debug)]
pub struct Component {
    /// What one is called.
    pub one: &'static str,
    /// How the routes spell many.
    pub many: &'static str,
    /// `GET /health/{many}`
    pub source: Source<'static>,
}

/// A change of a component's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// `PUT /{many}/{name}/start`
    Start,
    /// `PUT /{many}/{name}/stop`
    Stop,
    /// `PUT /{many}/{name}/restart`
    Restart,
}

impl Change {
    fn verb(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
        }
    }

    fn target(self) -> &'static str {
        if self == Self::Stop { "STOPPED" } else { "RUNNING" }
    }
}

/// An entry of the list.
pub static ITEM: Shape = Shape::closed(&[
    Field::new("name", FieldKind::Text).from(&["id", "name"]),
    Field::new("package", FieldKind::Text).from(&["package_id"]),
    Field::new("version", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    STATE,
]);

/// What chooses among the entries.
pub const FILTERS: &[Filter] = &[
    Filter::word(
        Parameter::optional("state", Kind::List(&Kind::Name), "Any of these, e.g. STOPPED, DEAD"),
        "state",
        &[],
    ),
    Filter::name_contains(),
];

/// What a change of state gives back.
pub static CHANGED: Shape =
    Shape::closed(&[Field::new("name", FieldKind::Text).from(&["id", "name"]), STATE]);

const STATE: Field = Field::new("state", FieldKind::Text).doc("RUNNING, STOPPED, DEAD, …");

/// The parameters of every change of state; `name` says which names there are.
pub const fn change_parameters(name: &'static str) -> [Parameter; 2] {
    let timeout = Parameter::optional(
        "timeout",
        Kind::Integer { min: 0, max: 3600 },
        "Seconds to wait for the new state; 0 returns at once",
    );
    [Parameter::required("name", Kind::Name, name), timeout.or(Presence::Integer(10))]
}

impl Component {
    /// Brings a component into another state and waits until it is there.
    ///
    /// # Errors
    /// When there is no such component, its state does not allow it, or it does not get there.
    pub fn bring(
        &'static self,
        context: &Context<'_>,
        arguments: &Arguments,
        change: Change,
    ) -> Result<Outcome, ToolError> {
        let patience = Duration::from_secs(arguments.integer("timeout").unsigned_abs());
        let wait = Wait::new(context, Some(patience), limits::COMPONENT_PAUSES);
        let name = arguments.text("name");
        Transition { context, component: self, change, name, patience, wait }.run()
    }
}

struct Transition<'a> {
    context: &'a Context<'a>,
    component: &'static Component,
    change: Change,
    name: &'a str,
    patience: Duration,
    wait: Wait<'a>,
}

impl<'a> Transition<'a> {
    fn run(mut self) -> Result<Outcome, ToolError> {
        let (thing, before) = self.settled()?;
        match (self.change, state(&before)) {
            (Change::Start, "RUNNING") | (Change::Stop, "STOPPED") => {
                return Ok(CHANGED.project(&before).into());
            }
            (Change::Start, "STOPPED") | (Change::Stop | Change::Restart, "RUNNING") => {}
            (change, state) => {
                let hint = match (change, state) {
                    (Change::Restart, "STOPPED") => format!("use start_{}", self.component.one),
                    (_, "DEAD") => "see the platform's log for why it died".to_owned(),
                    _ => "look at it again later".to_owned(),
                };
                return Err(ToolError::state(format!(
                    "{} '{}' is {state} and cannot be {}ed; {hint}",
                    self.component.one,
                    self.name,
                    change.verb().replace("stop", "stopp")
                )));
            }
        }
        let path = Path::new(
            match self.change {
                Change::Start => "/{}/{}/start",
                Change::Stop => "/{}/{}/stop",
                Change::Restart => "/{}/{}/restart",
            },
            &[self.component.many, self.name],
        )?;
        let moved = |_: &Context<'_>| {
            let item = self.find()?;
            let same = state(&item) == state(&before) && !began_anew(&before, &item);
            Ok((!same).then_some(item))
        };
        let shown_by = format!("get_{}", self.component.many);
        let write =
            Write::put(&path, None).wants(Wants::Nothing).shown_by(&shown_by).read_back(&moved);
        let done = thing.send(&write)?;
        drop(thing);
        if self.patience.is_zero() {
            let note = "The change was asked for; its end was not waited for.";
            return Ok(Outcome::from(CHANGED.project(&before)).with_note(note).noted(done.note));
        }
        Ok(self.wait(&before)?.noted(done.note))
    }

    /// Waits out a transitional state that was there before we came.
    fn settled(&mut self) -> Result<(asked::Change<'a>, Value), ToolError> {
        loop {
            let thing = change(self.context, self.component.one, self.name)?;
            let item = self.find()?;
            if !matches!(state(&item), "STARTING" | "STOPPING") {
                return Ok((thing, item));
            }
            drop(thing);
            self.pause(state(&item))?;
        }
    }

    fn wait(&mut self, before: &Value) -> Result<Outcome, ToolError> {
        let target = self.change.target();
        let mut left_running = self.change != Change::Restart;
        loop {
            let looked = self.find();
            let item = match self.wait.look(looked) {
                Ok(Some(item)) => item,
                Ok(None) => match self.wait.pause(&format!("{} is not readable now", self.name)) {
                    Pause::Passed => continue,
                    Pause::OutOfTime => return Ok(self.unread(self.wait.trouble())),
                    Pause::Cancelled => return Err(ended()),
                },
                Err(error) if error.kind != ErrorKind::Cancelled => {
                    return Ok(self.unread(Some(error.to_string())));
                }
                Err(error) => return Err(error),
            };
            left_running = left_running || state(&item) != "RUNNING" || began_anew(before, &item);
            if state(&item) == target && left_running {
                return Ok(CHANGED.project(&item).into());
            }
            if state(&item) == "DEAD" {
                return Err(ToolError::state(format!(
                    "{} '{}' died while it was told to {}; see the platform's log",
                    self.component.one,
                    self.name,
                    self.change.verb()
                )));
            }
            self.pause(state(&item))?;
        }
    }

    /// The platform has taken the change: that must not look like a failure.
    fn unread(&self, why: Option<String>) -> Outcome {
        let unknown = Outcome::from(json!({"name": self.name, "state": null}));
        unknown.with_note(format!(
            "The platform took the {}, but the state could not be read: {}",
            self.change.verb(),
            why.unwrap_or_default()
        ))
    }

    fn pause(&mut self, last_state: &str) -> Result<(), ToolError> {
        match self.wait.pause(&format!("{} is {last_state}", self.name)) {
            Pause::Passed => Ok(()),
            Pause::OutOfTime => Err(ToolError::state(format!(
                "{} '{}' is still {last_state} after {} s, wanted {}; it may get there later, \
                 look again with get_{}",
                self.component.one,
                self.name,
                self.patience.as_secs(),
                self.change.target(),
                self.component.many
            ))),
            Pause::Cancelled => Err(ended()),
        }
    }

    /// The component by exact name. A platform that ignores the filter answers with everything,
    /// so the name is compared here too.
    fn find(&self) -> Result<Value, ToolError> {
        let list = self.component.source.listing();
        let named = list.clone().with("equals", self.name).with("equalsField", "id");
        let mut items = named.items(self.context)?.into_iter();
        if let Some(item) = items.find(|item| id(item) == Some(self.name)) {
            return Ok(item);
        }
        let all = list.items(self.context)?;
        let hint = match nearest(self.name, all.iter().filter_map(id)) {
            Some(close) => format!("did you mean '{close}'?"),
            None => format!("get_{} lists them", self.component.many),
        };
        Err(ToolError::not_found(format!(
            "no {} is called '{}'; {hint}",
            self.component.one, self.name
        )))
    }
}

fn ended() -> ToolError {
    ToolError::cancelled("the call was ended; the change goes on")
}

fn id(item: &Value) -> Option<&str> {
    item.get("id").or_else(|| item.get("name")).and_then(Value::as_str)
}

fn state(item: &Value) -> &str {
    item.get("state").and_then(Value::as_str).unwrap_or("in an unknown state")
}

/// Whether this is another process than before: another pid, or less time up.
fn began_anew(before: &Value, now: &Value) -> bool {
    let pid = |item: &Value| item.get("pid").filter(|pid| !pid.is_null()).cloned();
    let up = |item: &Value| item.get("uptime").and_then(Value::as_f64);
    matches!((pid(before), pid(now)), (Some(a), Some(b)) if a != b && b != json!(0))
        || matches!((up(before), up(now)), (Some(a), Some(b)) if b < a)
}
