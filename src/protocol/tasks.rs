//! Calls that go on after their answer: the tasks extension of 2026-07-28.

use std::collections::HashMap;
use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::caller::Caller;
use super::error::RpcError;
use super::subscriptions::{Event, Subscriptions};
use crate::cancel::CancelToken;
use crate::limits;
use crate::seal::Seal;
use crate::sync::{Lock, Signal};
use crate::time::{Utc, since_epoch};

/// Every task of a server.
#[derive(Default)]
pub struct Tasks {
    all: Lock<HashMap<String, Arc<Task>>>,
    subscriptions: Arc<Subscriptions>,
}

/// One call that goes on.
pub struct Task {
    id: String,
    /// Who may ask about it.
    owner: Value,
    born: Instant,
    created: Duration,
    /// Ends the call.
    pub cancel: CancelToken,
    state: Lock<Course>,
    changed: Signal,
    subscriptions: Arc<Subscriptions>,
}

struct Course {
    now: Standing,
    /// What the client is asked and has not answered.
    requests: Map<String, Value>,
    answers: Map<String, Value>,
}

/// How a task is.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Where it has got to.
    pub status: Status,
    /// What it is doing, or why it stands where it stands.
    pub message: Option<String>,
    /// When it came there, since 1970 began.
    pub updated: Duration,
}

/// Where a task has got to.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// It goes on.
    Working,
    /// The client is asked something.
    InputRequired,
    /// It is over, with the result of the call.
    Completed(Value),
    /// It is over, and its call has no result.
    Failed(RpcError),
    /// It was stopped.
    Cancelled,
}

impl Status {
    fn name(&self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::InputRequired => "input_required",
            Self::Completed(_) => "completed",
            Self::Failed(_) => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Returns true if nothing will change any more.
    pub fn is_over(&self) -> bool {
        !matches!(self, Self::Working | Self::InputRequired)
    }
}

impl Standing {
    /// The task as clients see it: `Task` of the extension, with its result or error.
    pub(super) fn render(&self, id: &str, created: Duration, poll: Duration) -> Value {
        let mut shown = json!({
            "taskId": id,
            "status": self.status.name(),
            "createdAt": Utc::at(created).to_string(),
            "lastUpdatedAt": Utc::at(self.updated.max(created)).to_string(),
            "ttlMs": limits::TASK_TTL.as_millis() as u64,
            "pollIntervalMs": poll.as_millis() as u64,
        });
        if let Some(message) = &self.message {
            shown["statusMessage"] = json!(message);
        }
        match &self.status {
            Status::Completed(result) => shown["result"] = result.clone(),
            Status::Failed(error) => shown["error"] = error.to_value(),
            Status::Working | Status::InputRequired | Status::Cancelled => {}
        }
        shown
    }
}

impl Tasks {
    /// No tasks yet; changes are told to `subscriptions`.
    pub fn new(subscriptions: Arc<Subscriptions>) -> Self {
        Self { all: Lock::default(), subscriptions }
    }

    /// A new task of `caller`. None when too many run; then the call is answered in one go.
    pub fn begin(&self, seal: &Seal, caller: &Caller) -> Option<Arc<Task>> {
        let mut all = self.all.lock();
        make_room(&mut all);
        if running(&all) >= limits::TASKS_RUNNING || all.len() >= limits::TASKS {
            return None;
        }
        let created = since_epoch();
        let task = Arc::new(Task {
            id: seal.id().ok()?,
            owner: caller.owner(),
            born: Instant::now(),
            created,
            cancel: CancelToken::new(),
            state: Lock::new(Course {
                now: Standing { status: Status::Working, message: None, updated: created },
                requests: Map::new(),
                answers: Map::new(),
            }),
            changed: Signal::new(),
            subscriptions: Arc::clone(&self.subscriptions),
        });
        all.insert(task.id.clone(), Arc::clone(&task));
        Some(task)
    }

    /// How many run.
    pub fn running(&self) -> usize {
        running(&self.all.lock())
    }

    /// The task `id`, if it is the caller's and not forgotten.
    pub fn get(&self, id: &str, caller: &Caller) -> Option<Arc<Task>> {
        let (owner, all) = (caller.owner(), self.all.lock());
        all.get(id)
            .filter(|task| task.owner == owner && task.born.elapsed() < limits::TASK_TTL)
            .map(Arc::clone)
    }
}

fn running(all: &HashMap<String, Arc<Task>>) -> usize {
    all.values().filter(|task| !task.lock().is_over()).count()
}

/// Forgets tasks past their time, then the oldest that are over, until one more fits.
fn make_room(all: &mut HashMap<String, Arc<Task>>) {
    all.retain(|_, task| {
        let stays = task.born.elapsed() < limits::TASK_TTL;
        if !stays {
            task.cancel.cancel();
        }
        stays
    });
    while all.len() >= limits::TASKS {
        let over = all.values().filter(|task| task.lock().is_over());
        let Some(oldest) = over.min_by_key(|task| task.born).map(|task| task.id.clone()) else {
            return;
        };
        all.remove(&oldest);
    }
}

impl Task {
    /// The task as clients see it now: `Task` of the extension, with its result, error or open
    /// questions.
    pub fn snapshot(&self) -> Value {
        self.render(&self.lock())
    }

    /// Says what the call is doing.
    pub fn say(&self, message: &str) {
        let mut state = self.lock();
        if !state.is_over() {
            state.now.message = Some(message.to_owned());
            self.touched(state);
        }
    }

    /// Asks the client and waits until every question is answered. None when the task was cancelled
    /// or grew too old.
    pub fn ask(&self, requests: Map<String, Value>) -> Option<Map<String, Value>> {
        let mut state = self.lock();
        if state.is_over() {
            return None;
        }
        state.now.status = Status::InputRequired;
        state.requests = requests;
        state.answers = Map::new();
        self.touched(state);
        let mut state = self.lock();
        while matches!(state.now.status, Status::InputRequired) {
            let left = limits::TASK_TTL.saturating_sub(self.born.elapsed());
            if left.is_zero() {
                return None;
            }
            state = self.changed.wait(state, left);
        }
        (!state.is_over()).then(|| std::mem::take(&mut state.answers))
    }

    /// Takes answers of the client. Answers to nothing are ignored.
    pub fn answer(&self, answers: &Map<String, Value>) {
        let mut state = self.lock();
        let before = state.requests.len();
        for (key, answer) in answers {
            if state.requests.remove(key).is_some() {
                state.answers.insert(key.clone(), answer.clone());
            }
        }
        if state.requests.len() == before {
            return;
        }
        if state.requests.is_empty() && matches!(state.now.status, Status::InputRequired) {
            state.now.status = Status::Working;
        }
        self.touched(state);
    }

    /// Ends the task because its client does not want it any more. One that is over stays as it is.
    pub fn give_up(&self) {
        self.cancel.cancel();
        self.settle(Status::Cancelled);
    }

    /// Ends the task with what its call came to.
    pub fn finish(&self, outcome: Result<Value, RpcError>) {
        self.settle(match outcome {
            Ok(result) => Status::Completed(result),
            Err(error) => Status::Failed(error),
        });
    }

    fn settle(&self, status: Status) {
        let mut state = self.lock();
        if !state.is_over() {
            state.now.status = status;
            state.requests = Map::new();
            self.touched(state);
        }
    }

    fn touched(&self, mut state: MutexGuard<'_, Course>) {
        state.now.updated = since_epoch();
        self.changed.notify_all();
        // Told before anybody can change it again, so that states arrive in their order.
        self.subscriptions.tell(&Event::Task { id: &self.id, state: &self.render(&state) });
    }

    fn render(&self, state: &Course) -> Value {
        let mut shown = state.now.render(&self.id, self.created, limits::TASK_POLL);
        if let Status::InputRequired = state.now.status {
            shown["inputRequests"] = json!(state.requests);
        }
        shown
    }

    fn lock(&self) -> MutexGuard<'_, Course> {
        self.state.lock()
    }
}

impl Course {
    fn is_over(&self) -> bool {
        self.now.status.is_over()
    }
}
