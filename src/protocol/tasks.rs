//! Calls that go on after their answer: the tasks extension of 2026-07-28.

use std::collections::HashMap;
use std::sync::{Arc, MutexGuard};
use std::time::Instant;

use serde_json::{Map, Value, json};

use super::caller::Caller;
use super::error::RpcError;
use super::seal::Seal;
use super::subscriptions::{Event, Subscriptions};
use crate::cancel::CancelToken;
use crate::limits;
use crate::sync::{Lock, Signal};
use crate::time::Utc;

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
    owner: Option<String>,
    born: Instant,
    created: String,
    /// Ends the call.
    pub cancel: CancelToken,
    state: Lock<Course>,
    changed: Signal,
    subscriptions: Arc<Subscriptions>,
}

struct Course {
    status: Status,
    updated: String,
    message: Option<String>,
    /// What the client is asked and has not answered.
    requests: Map<String, Value>,
    answers: Map<String, Value>,
}

enum Status {
    Working,
    InputRequired,
    Completed(Value),
    Failed(RpcError),
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

    fn is_over(&self) -> bool {
        !matches!(self, Self::Working | Self::InputRequired)
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
        let running = all.values().filter(|task| !task.lock().status.is_over()).count();
        if running >= limits::TASKS_RUNNING || all.len() >= limits::TASKS {
            return None;
        }
        let now = Utc::now().to_string();
        let task = Arc::new(Task {
            id: seal.id().ok()?,
            owner: caller.identity.clone(),
            born: Instant::now(),
            created: now.clone(),
            cancel: CancelToken::new(),
            state: Lock::new(Course {
                status: Status::Working,
                updated: now,
                message: None,
                requests: Map::new(),
                answers: Map::new(),
            }),
            changed: Signal::new(),
            subscriptions: Arc::clone(&self.subscriptions),
        });
        all.insert(task.id.clone(), Arc::clone(&task));
        Some(task)
    }

    /// The task that `params` name, if it is the caller's.
    ///
    /// # Errors
    /// -32602, the same whether the task never existed, is forgotten, or is somebody else's.
    pub fn find(
        &self,
        params: &Map<String, Value>,
        caller: &Caller,
    ) -> Result<Arc<Task>, RpcError> {
        let Some(id) = params.get("taskId").and_then(Value::as_str) else {
            return Err(RpcError::invalid_params("taskId must be text"));
        };
        self.get(id, caller).ok_or_else(|| {
            RpcError::invalid_params("No task of yours has this id; it may have been forgotten")
        })
    }

    /// Whether `id` is a task of `caller`.
    pub fn owns(&self, id: &str, caller: &Caller) -> bool {
        self.get(id, caller).is_some()
    }

    fn get(&self, id: &str, caller: &Caller) -> Option<Arc<Task>> {
        let all = self.all.lock();
        all.get(id)
            .filter(|task| task.owner == caller.identity && task.born.elapsed() < limits::TASK_TTL)
            .map(Arc::clone)
    }
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
        let over = all.values().filter(|task| task.lock().status.is_over());
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
        if !state.status.is_over() {
            state.message = Some(message.to_owned());
            self.touched(state);
        }
    }

    /// Asks the client and waits until every question is answered. None when the task was cancelled
    /// or grew too old.
    pub fn ask(&self, requests: Map<String, Value>) -> Option<Map<String, Value>> {
        let mut state = self.lock();
        if state.status.is_over() {
            return None;
        }
        state.status = Status::InputRequired;
        state.requests = requests;
        state.answers = Map::new();
        self.touched(state);
        let mut state = self.lock();
        while matches!(state.status, Status::InputRequired) {
            let left = limits::TASK_TTL.saturating_sub(self.born.elapsed());
            if left.is_zero() {
                return None;
            }
            state = self.changed.wait(state, left);
        }
        (!state.status.is_over()).then(|| std::mem::take(&mut state.answers))
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
        if state.requests.is_empty() && matches!(state.status, Status::InputRequired) {
            state.status = Status::Working;
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
        if !state.status.is_over() {
            state.status = status;
            state.requests = Map::new();
            self.touched(state);
        }
    }

    fn touched(&self, mut state: MutexGuard<'_, Course>) {
        state.updated = Utc::now().to_string();
        self.changed.notify_all();
        // Told before anybody can change it again, so that states arrive in their order.
        self.subscriptions.tell(&Event::Task { id: &self.id, state: &self.render(&state) });
    }

    fn render(&self, state: &Course) -> Value {
        let mut shown = json!({
            "taskId": self.id,
            "status": state.status.name(),
            "createdAt": self.created,
            "lastUpdatedAt": state.updated,
            "ttlMs": limits::TASK_TTL.as_millis() as u64,
            "pollIntervalMs": limits::TASK_POLL.as_millis() as u64,
        });
        if let Some(message) = &state.message {
            shown["statusMessage"] = json!(message);
        }
        match &state.status {
            Status::Completed(result) => shown["result"] = result.clone(),
            Status::Failed(error) => shown["error"] = error.to_value(),
            Status::InputRequired => shown["inputRequests"] = json!(state.requests),
            Status::Working | Status::Cancelled => {}
        }
        shown
    }

    fn lock(&self) -> MutexGuard<'_, Course> {
        self.state.lock()
    }
}
