//! What a person who waits for a call sees meanwhile, and what an interruption does.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Weak};

use serde_json::{Value, json};

use super::command::PROGRAM;
use super::signals;
use super::text::{columns, complain, harmless, shortened, width};
use crate::limits;
use crate::protocol::{Session, Sink};
use crate::sync::Lock;
use crate::tools::{self, Callable, Runs};

/// The person who waits. Hears how far the call is, on standard error: the result is for programs.
pub struct Waiting {
    /// Whether a line may be written over.
    live: bool,
    state: Lock<State>,
}

#[derive(Default)]
struct State {
    /// What was said last, such as the job that was started.
    said: String,
    /// The line on the screen is not ended.
    open: bool,
    /// Those who run the call.
    session: Weak<Session>,
    /// The process ends with the exit code of an interruption.
    interrupted: bool,
    over: Option<Sender<()>>,
}

impl Waiting {
    /// Begins to wait: an interruption from now on ends the call in order, a further one the process.
    pub fn begin() -> Arc<Self> {
        let live = io::stderr().is_terminal();
        let (over, ended) = channel();
        let state = Lock::new(State { over: Some(over), ..State::default() });
        let waiting = Arc::new(Self { live, state });
        let interrupted = Arc::clone(&waiting);
        signals::on_stop(move || interrupted.interrupt(&ended));
        waiting
    }

    /// Whose calls an interruption ends.
    pub fn of(&self, session: &Arc<Session>) {
        self.state.lock().session = Arc::downgrade(session);
    }

    /// The call has ended. Does not return when it was interrupted.
    pub fn end(&self) {
        let interrupted = {
            let mut state = self.state.lock();
            close_line(&mut state);
            state.over = None;
            state.interrupted
        };
        if interrupted {
            // The thread that heard the signal ends the process.
            loop {
                std::thread::park();
            }
        }
    }

    /// Ends the call, so that it is written down, and then the process.
    fn interrupt(&self, ended: &Receiver<()>) {
        let session = {
            let mut state = self.state.lock();
            state.interrupted = true;
            close_line(&mut state);
            if !state.said.is_empty() {
                let said = &state.said;
                complain(&format!("interrupted ({said}); what runs on the platform goes on"));
                if let Some(look) = look(said) {
                    complain(&look);
                }
            }
            state.session.upgrade()
        };
        if let Some(session) = session {
            session.cancel_all();
            let _ = ended.recv_timeout(limits::STOP_GRACE);
        }
        signals::exit(signals::INTERRUPTED);
    }

    /// Shows how far the call is: on a terminal all the time, elsewhere when something is new.
    fn show(&self, message: &str, done: Option<f64>, total: Option<f64>) {
        let message = harmless(message);
        let mut state = self.state.lock();
        if state.interrupted {
            return;
        }
        let is_new = state.said != message;
        if is_new {
            state.said = message.to_string();
        }
        if !self.live {
            if is_new {
                complain(&message);
            }
            return;
        }
        let far = match (done, total) {
            (Some(done), Some(total)) => format!(" ({done:.0} of {total:.0} s)"),
            _ => String::new(),
        };
        if is_new {
            close_line(&mut state);
        }
        state.open = true;
        // The last column stays free: a full line would be continued on the next.
        let room = width().saturating_sub(columns(&far) + 1);
        let line = shortened(&message, room) + far.as_str();
        let mut screen = io::stderr().lock();
        // To the first column, and the line cleared.
        let _ = write!(screen, "\r\u{1b}[K{line}").and_then(|()| screen.flush());
    }
}

/// How to see what goes on, where what was said last names it: `job 0123 is running`.
fn look(said: &str) -> Option<String> {
    let (what, rest) = said.split_once(' ')?;
    let (id, _) = rest.split_once(" is ")?;
    let tool = Runs::called(what)?.shown_by;
    let parameters = tools::find(tool)?.parameters();
    let (name, _) = parameters.iter().find(|(_, required)| *required)?;
    let arguments = json!({*name: id});
    Some(format!("To see it: {PROGRAM} call {tool} --params '{arguments}'"))
}

fn close_line(state: &mut State) {
    if std::mem::take(&mut state.open) {
        complain("");
    }
}

impl Sink for Waiting {
    fn send(&self, message: Vec<u8>) -> bool {
        let Ok(message) = serde_json::from_slice::<Value>(&message) else { return true };
        let params = &message["params"];
        if message["method"] == "notifications/progress"
            && let Some(text) = params["message"].as_str()
        {
            self.show(text, params["progress"].as_f64(), params["total"].as_f64());
        }
        true
    }
}
