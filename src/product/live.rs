//! Tools from configuration, kept up with the configuration, the platform and the folder of tools.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::chosen::would_offer;
use super::means::Means;
use super::offer::{is_live, registries};
use crate::bindings::custom::{self, Custom};
use crate::bindings::files::{FolderStamp, Problem};
use crate::bindings::{MadeTool, Missing, Recheck, Seen, Wanted};
use crate::cancel::CancelToken;
use crate::config::{Config, PlatformCredentials, Transport};
use crate::protocol::{Engine, Registries};
use crate::sync::{Lock, Signal};
use crate::tools::shown::{ErrorKind, ToolError};
use crate::tools::{Context, Host};
use crate::{limits, observe};

/// Tools from configuration, as they are now.
pub struct Live {
    means: Arc<Means>,
    state: Lock<State>,
    /// Tells that the platform was looked at.
    looked: Signal,
    recheck: Recheck,
    publishing: Lock<()>,
    /// Whether a thread keeps up with what changes.
    tended: AtomicBool,
}

struct State {
    config: Arc<Config>,
    seen: Seen,
    custom: Custom,
    stamp: Option<FolderStamp>,
    /// The configuration for which the platform was looked at.
    looked_for: Option<Arc<Config>>,
}

impl Live {
    /// What this configuration declares. Files are read; the platform is not asked yet.
    pub fn new(config: &Config, means: &Arc<Means>) -> Self {
        let (stamp, custom) = read(config);
        let config = Arc::new(config.clone());
        let mut state = State { config, seen: Seen::default(), custom, stamp, looked_for: None };
        let recheck = Recheck::default();
        if !asks(&state.config) {
            let config = Arc::clone(&state.config);
            state.seen = wanted(&config, None, &state.taken(), &recheck, Seen::unseen);
        }
        Self {
            means: Arc::clone(means),
            state: Lock::new(state),
            looked: Signal::new(),
            recheck,
            publishing: Lock::default(),
            tended: AtomicBool::new(false),
        }
    }

    /// The tools.
    pub fn tools(&self) -> Vec<Arc<MadeTool>> {
        self.state.lock().tools()
    }

    /// What is wrong with the files of tools.
    pub fn problems(&self) -> Vec<Problem> {
        self.state.lock().custom.problems.clone()
    }

    /// What is offered to whom.
    pub fn registries(&self) -> Registries {
        let (config, tools) = {
            let state = self.state.lock();
            (Arc::clone(&state.config), state.tools())
        };
        registries(&config, &tools, &self.means)
    }

    /// Looks once for what tools stand for, for this one or for all. What is missing is given.
    pub fn look(&self, only: Option<&str>) -> Vec<Missing> {
        self.again(only).map(|(.., now)| now.missing).unwrap_or_default()
    }

    /// Looks once: for which configuration, what was seen before, and what is now. None when there is
    /// nothing to look for.
    fn again(&self, only: Option<&str>) -> Option<(Arc<Config>, Seen, Seen)> {
        let (config, before, taken) = {
            let state = self.state.lock();
            (Arc::clone(&state.config), state.seen.clone(), state.taken())
        };
        if !looks(&config) {
            return None;
        }
        let token = CancelToken::ending_in(limits::BINDING_TIME);
        let api = self.means.client.api(&token);
        let context = Context { api, host: &Nobody, max_items: None, max_bytes: None };
        let now =
            wanted(&config, only, &taken, &self.recheck, |wanted| before.again(wanted, &context));
        let mut state = self.state.lock();
        // What a reload in between declares has to be looked for again.
        if Arc::ptr_eq(&state.config, &config) {
            state.seen = now.clone();
        }
        drop(state);
        Some((config, before, now))
    }

    /// Offers what there is now.
    fn publish(&self, engine: &Engine) {
        let _one_after_the_other = self.publishing.lock();
        engine.replace(self.registries());
    }

    /// Begins to keep `engine` up with what changes, and waits a while for the first look.
    ///
    /// # Errors
    /// What is missing, where the configuration requires that everything is there; or that there is no
    /// thread.
    pub fn start(self: &Arc<Self>, engine: &Arc<Engine>) -> Result<(), String> {
        let config = Arc::clone(&self.state.lock().config);
        if !is_live(&config) {
            return Ok(());
        }
        told(None, &self.problems());
        if config.tools.bindings_required {
            let missing = self.look(None);
            if !missing.is_empty() {
                let lines = missing.iter().map(|one| format!("tool '{}': {}", one.tool, one.why));
                let lines: Vec<String> = lines.take(limits::ADVICE).collect();
                return Err(format!(
                    "{}\ncorrect it, or serve without: bindings_required = false in [tools]",
                    lines.join("\n")
                ));
            }
            self.publish(engine);
            self.state.lock().looked_for = Some(config);
        }
        self.tend(engine).map_err(|error| format!("no thread could be started: {error}"))?;
        self.wait();
        Ok(())
    }

    /// Takes over another configuration, and waits a while until what it declares was looked for.
    pub fn reload(self: &Arc<Self>, config: &Config, engine: &Arc<Engine>) {
        let (stamp, now) = read(config);
        told(Some(&self.problems()), &now.problems);
        {
            let mut state = self.state.lock();
            state.custom = now.keeping(&state.custom);
            state.stamp = stamp;
            state.config = Arc::new(config.clone());
            let config = Arc::clone(&state.config);
            if !asks(&config) {
                state.seen = wanted(&config, None, &state.taken(), &self.recheck, Seen::unseen);
            }
        }
        if is_live(config) {
            match self.tend(engine) {
                Ok(()) => {
                    self.recheck.ask();
                    self.wait();
                }
                Err(error) => log::warn!("reload: no thread could be started: {error}"),
            }
        }
        self.publish(engine);
    }

    /// Waits until the platform was looked at for this configuration, or for as long as anybody waits for
    /// a start.
    fn wait(&self) {
        let ends = Instant::now() + limits::BINDING_PATIENCE;
        let mut state = self.state.lock();
        while looks(&state.config) && !state.is_looked_for() {
            let left = ends.saturating_duration_since(Instant::now());
            if left.is_zero() {
                drop(state);
                return observe::always(format_args!(
                    "the platform takes long to say what tools stand for; they appear later"
                ));
            }
            state = self.looked.wait(state, left);
        }
    }

    /// Sees to it that one thread keeps `engine` up with what changes.
    fn tend(self: &Arc<Self>, engine: &Arc<Engine>) -> std::io::Result<()> {
        if self.tended.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let (live, engine) = (Arc::clone(self), Arc::clone(engine));
        let keep_up = move || live.keep_up(&engine);
        let started = thread::Builder::new().name("bindings".into()).spawn(keep_up);
        if started.is_err() {
            self.tended.store(false, Ordering::Relaxed);
        }
        started.map(drop)
    }

    fn keep_up(&self, engine: &Engine) {
        let mut due = !self.state.lock().is_looked_for();
        let mut last = Instant::now();
        loop {
            // A model that calls again and again what is gone has it looked up now and then.
            let held = match self.state.lock().is_looked_for() {
                true => limits::BINDING_RECHECK.saturating_sub(last.elapsed()),
                false => Duration::ZERO,
            };
            if due && held.is_zero() {
                self.refresh(engine);
                (due, last) = (false, Instant::now());
                continue;
            }
            let (next, files) = {
                let state = self.state.lock();
                let refresh = state.config.tools.refresh;
                let retry = Some(limits::BINDING_RETRY).filter(|_| !state.seen.missing.is_empty());
                (refresh.into_iter().chain(retry).min(), state.config.server.tools_path.is_some())
            };
            let left = match due {
                true => Some(held),
                false => next.map(|next| next.saturating_sub(last.elapsed())),
            };
            let look_at_files = files.then_some(limits::RELOAD_CHECK);
            let asked = self.recheck.wait(left.into_iter().chain(look_at_files).min());
            if files && !asked && self.reread() {
                self.publish(engine);
            }
            due |= asked || next.is_some_and(|next| last.elapsed() >= next);
        }
    }

    /// Looks again, offers what there is then, and tells who waits for it.
    fn refresh(&self, engine: &Engine) {
        let looked = self.again(None);
        if let Some((_, before, now)) = &looked {
            tell(before, now);
        }
        self.publish(engine);
        if let Some((config, ..)) = looked {
            self.state.lock().looked_for = Some(config);
        }
        self.looked.notify_all();
    }

    /// Reads the folder of tools again if it has changed; whether it has.
    fn reread(&self) -> bool {
        let (config, stamp) = {
            let state = self.state.lock();
            (Arc::clone(&state.config), state.stamp.clone())
        };
        let Some(path) = &config.server.tools_path else { return false };
        if stamp.as_ref() == Some(&FolderStamp::of(path)) {
            return false;
        }
        let (stamp, now) = read(&config);
        told(Some(&self.problems()), &now.problems);
        log::info!("the tools in {} were read again: {} of them", path.display(), now.tools.len());
        let mut state = self.state.lock();
        if !Arc::ptr_eq(&state.config, &config) {
            return false;
        }
        state.custom = now.keeping(&state.custom);
        state.stamp = stamp;
        true
    }
}

impl State {
    fn tools(&self) -> Vec<Arc<MadeTool>> {
        self.seen.tools().into_iter().chain(self.custom.tools.iter().cloned()).collect()
    }

    /// Whether the platform was looked at for the configuration as it is.
    fn is_looked_for(&self) -> bool {
        self.looked_for.as_ref().is_some_and(|known| Arc::ptr_eq(known, &self.config))
    }

    /// The names of tools from files.
    fn taken(&self) -> BTreeSet<String> {
        self.custom.tools.iter().map(|tool| tool.name.clone()).collect()
    }
}

/// Whether there is anything to look up.
fn looks(config: &Config) -> bool {
    let declares = !config.bindings.is_empty() || !config.tools.automations.is_empty();
    declares && asks(config)
}

/// Whether this server looks up what tools stand for: where callers have accounts of their own it may
/// have none.
fn asks(config: &Config) -> bool {
    config.server.transport == Transport::Stdio
        || config.server.platform_credentials == PlatformCredentials::Server
}

/// Looks for what `config` declares.
fn wanted(
    config: &Config,
    only: Option<&str>,
    taken: &BTreeSet<String>,
    recheck: &Recheck,
    look: impl FnOnce(&Wanted<'_>) -> Seen,
) -> Seen {
    let offered = |tags: &[String], hints| would_offer(&config.server, tags, hints);
    look(&Wanted { config, offered: &offered, only, taken, recheck })
}

/// What the folder of tools holds, and what tells whether that has changed.
fn read(config: &Config) -> (Option<FolderStamp>, Custom) {
    let Some(path) = &config.server.tools_path else { return (None, Custom::default()) };
    let stamp = FolderStamp::of(path);
    (Some(stamp), load(config, path))
}

/// What the folder at `path` holds.
pub fn load(config: &Config, path: &Path) -> Custom {
    let bound: Vec<&str> = config.bindings.iter().map(|one| one.tool_name.as_str()).collect();
    custom::load(path, &bound)
}

/// The tools that a configuration declares, as far as it tells without the platform.
pub fn declared(config: &Config) -> Vec<Arc<MadeTool>> {
    let custom = read(config).1;
    let (recheck, taken) = (Recheck::default(), BTreeSet::new());
    let all = |_: &[String], _| true;
    let wanted = Wanted { config, offered: &all, only: None, taken: &taken, recheck: &recheck };
    Seen::unseen(&wanted).tools().into_iter().chain(custom.tools).collect()
}

/// Tells what is wrong with files that was not wrong before, whatever the level of the log.
fn told(before: Option<&[Problem]>, now: &[Problem]) {
    let is_new = |problem: &&Problem| before.is_none_or(|old| !old.contains(problem));
    for problem in now.iter().filter(is_new) {
        match (problem.serious, before) {
            (true, Some(_)) => observe::always(format_args!(
                "{problem} (the tool stays as it was, if it was there)"
            )),
            _ => observe::always(format_args!("{problem}")),
        }
    }
}

/// Logs what has come, what has gone, and what is odd.
fn tell(before: &Seen, now: &Seen) {
    let is_new = |missing: &&Missing| !missing.unasked && !before.missing.contains(missing);
    for Missing { tool, why, .. } in now.missing.iter().filter(is_new).take(limits::ADVICE) {
        observe::always(format_args!(
            "tool '{tool}' is not offered: {why}; it is looked for again and again"
        ));
    }
    let more = now.missing.iter().filter(is_new).count().saturating_sub(limits::ADVICE);
    if more > 0 {
        observe::always(format_args!("and {more} more tools are not offered"));
    }
    let unasked = |seen: &Seen| -> Vec<String> {
        let names = seen.missing.iter().filter(|one| one.unasked).map(|one| one.tool.clone());
        names.collect()
    };
    let waiting = unasked(now);
    if let Some(first) = now.missing.iter().find(|one| one.unasked)
        && waiting != unasked(before)
    {
        let shown = observe::brief(&waiting.join(", "), limits::SHOWN_LINE_CHARS).into_owned();
        let why = &first.why;
        observe::always(format_args!(
            "these tools appear when the platform says what they stand for: {shown} ({why})"
        ));
    }
    let were_missing: BTreeSet<&str> = before.missing.iter().map(|one| one.tool.as_str()).collect();
    for tool in now.tools().iter().filter(|tool| were_missing.contains(tool.name.as_str())) {
        log::info!("tool '{}' is offered now", tool.name);
    }
    for note in now.notes.iter().filter(|note| !before.notes.contains(note)) {
        observe::always(format_args!("{note}"));
    }
}

/// The client of a lookup: nobody.
struct Nobody;

impl Host for Nobody {
    fn progress(&self, _done: f64, _total: Option<f64>, _message: &str) {}

    fn log(&self, level: log::Level, message: &str) {
        log::log!(level, "{message}");
    }

    fn confirm(&self, _question: &str) -> Result<(), ToolError> {
        Err(ToolError::new(ErrorKind::NotConfirmed, "there is nobody who could be asked"))
    }
}
