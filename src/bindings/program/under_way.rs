//! The runs that are under way, so that none of them outlives the server.

use std::process::{Child, ExitStatus};
use std::time::Instant;

use crate::limits;
use crate::sync::{Lock, Signal};

static UNDER_WAY: Lock<UnderWay> =
    Lock::new(UnderWay { stopping: false, runs: Vec::new(), last: 0 });
static ENDED: Signal = Signal::new();

struct UnderWay {
    /// No further one begins.
    stopping: bool,
    runs: Vec<(u64, Option<Pid>)>,
    last: u64,
}

#[cfg(unix)]
type Pid = rustix::process::Pid;
#[cfg(not(unix))]
type Pid = u32;

/// A run, until it is dropped.
#[derive(Debug)]
pub struct Run(u64);

/// The process of a program and its group. Dropped, all of them are ended.
#[derive(Debug)]
pub struct Group<'a> {
    run: &'a Run,
    child: Child,
    status: Option<ExitStatus>,
}

/// Begins a run; none when the server stops.
pub fn begin() -> Option<Run> {
    let mut under_way = UNDER_WAY.lock();
    if under_way.stopping {
        return None;
    }
    under_way.last += 1;
    let number = under_way.last;
    under_way.runs.push((number, None));
    Some(Run(number))
}

/// Returns true if the server stops, and every run has to end.
pub fn is_stopping() -> bool {
    UNDER_WAY.lock().stopping
}

/// Ends every program, because this process is about to end. Returns when they are gone.
pub fn end_all() {
    let until = Instant::now() + limits::PROGRAM_GRACE + limits::PROGRAM_END;
    let mut under_way = UNDER_WAY.lock();
    under_way.stopping = true;
    // Those who run them see to it.
    while !under_way.runs.is_empty() && Instant::now() < until {
        under_way = ENDED.wait(under_way, limits::WAIT_SLICE);
    }
    #[cfg(unix)]
    for (_, pid) in &under_way.runs {
        signal(*pid, rustix::process::Signal::KILL);
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        UNDER_WAY.lock().runs.retain(|(number, _)| *number != self.0);
        ENDED.notify_all();
    }
}

impl Run {
    /// From now on, or no longer, this process is one of the run.
    fn is(&self, pid: Option<Pid>) {
        let mut under_way = UNDER_WAY.lock();
        if let Some(run) = under_way.runs.iter_mut().find(|(number, _)| *number == self.0) {
            run.1 = pid;
        }
    }
}

impl<'a> Group<'a> {
    /// The group of this program, which is its first process.
    pub fn of(run: &'a Run, child: Child) -> Self {
        run.is(pid(&child));
        Self { run, child, status: None }
    }

    /// Its first process.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Returns true if its first process has ended.
    #[cfg(unix)]
    pub fn has_exited(&mut self) -> bool {
        use rustix::process::{WaitId, WaitIdOptions, waitid};

        // It stays a zombie: as long as it is there, nobody else gets its number.
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let Some(pid) = pid(&self.child) else { return true };
        self.status.is_some() || !matches!(waitid(WaitId::Pid(pid), options), Ok(None))
    }

    /// Returns true if its first process has ended.
    #[cfg(not(unix))]
    pub fn has_exited(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Asks all of them to end.
    pub fn ask_to_end(&mut self) {
        #[cfg(unix)]
        signal(pid(&self.child), rustix::process::Signal::TERM);
        #[cfg(not(unix))]
        drop(self.child.kill());
    }

    /// Ends all of them, and says how the first one has ended; nothing when it does not.
    pub fn end(&mut self) -> Option<ExitStatus> {
        if self.status.is_some() {
            return self.status;
        }
        #[cfg(unix)]
        signal(pid(&self.child), rustix::process::Signal::KILL);
        #[cfg(not(unix))]
        drop(self.child.kill());
        let until = Instant::now() + limits::PROGRAM_END;
        while !self.has_exited() {
            if Instant::now() >= until {
                log::error!("process {} cannot be ended; look what it waits for", self.child.id());
                return None;
            }
            std::thread::sleep(limits::PROGRAM_LOOK);
        }
        // From here on its number may be given to another process.
        self.run.is(None);
        self.status = self.child.wait().ok();
        self.status
    }
}

impl Drop for Group<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(unix)]
fn pid(child: &Child) -> Option<Pid> {
    Pid::from_raw(child.id().try_into().ok()?)
}

#[cfg(not(unix))]
fn pid(child: &Child) -> Option<Pid> {
    Some(child.id())
}

/// Signals a group of processes whose first is not waited for yet.
#[cfg(unix)]
fn signal(first: Option<Pid>, signal: rustix::process::Signal) {
    let Some(first) = first else { return };
    use rustix::io::Errno;

    let gone = |error| match error {
        // So macOS says that none is left but the one that is waited for.
        Errno::PERM => cfg!(target_os = "macos"),
        error => error == Errno::SRCH,
    };
    if let Err(error) = rustix::process::kill_process_group(first, signal)
        && !gone(error)
    {
        log::warn!("processes of group {first} cannot be ended: {error}");
    }
}
