//! What the operating system asks of the process.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

#[cfg(unix)]
use signal_hook::consts::SIGHUP;
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::bindings::program;

/// Exit code of a process ended from the keyboard, by the shell's convention.
pub const INTERRUPTED: u8 = 130;

/// The signals that a server understands.
#[cfg(unix)]
const ALL: &[i32] = &[SIGINT, SIGTERM, SIGHUP];
#[cfg(not(unix))]
const ALL: &[i32] = &[SIGINT, SIGTERM];

/// Something that was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// End, with this exit code.
    Stop(u8),
    /// Read the files again (SIGHUP).
    Reload,
}

/// What a server is asked while it starts and while it serves.
pub struct Requests {
    asked: Receiver<Asked>,
    tell: Sender<Asked>,
    finishes: Arc<AtomicBool>,
}

impl Requests {
    /// Listens from now on, so that no signal meets the system's default action. To be called before
    /// anybody can know that the server is there. A stop ends the process at once, until
    /// [`Requests::finish_by_hand`]; a reload waits until it is looked at.
    ///
    /// # Errors
    /// When signals cannot be handled here; they keep their default action then.
    pub fn hear() -> io::Result<Self> {
        let (tell, asked) = channel();
        let (told, finishes) = (tell.clone(), Arc::new(AtomicBool::new(false)));
        let by_hand = Arc::clone(&finishes);
        watch(ALL, move |asked| {
            let by_hand = by_hand.load(Ordering::SeqCst);
            let heard = by_hand || asked == Asked::Reload;
            // Nobody listens any more when the end has begun: then it has been asked for twice.
            let heard = heard && told.send(asked).is_ok();
            if let (Asked::Stop(code), false) = (asked, heard) {
                exit(code);
            }
            true
        })?;
        Ok(Self { asked, tell, finishes })
    }

    /// From now on whoever looks at the requests ends the process, after what has to be finished.
    pub fn finish_by_hand(&self) {
        self.finishes.store(true, Ordering::SeqCst);
    }

    /// A way to ask from inside.
    pub fn teller(&self) -> Sender<Asked> {
        self.tell.clone()
    }

    /// Calls `reload` whenever that is asked, until a stop: its exit code.
    pub fn serve(self, mut reload: impl FnMut()) -> u8 {
        for asked in &self.asked {
            match asked {
                Asked::Stop(code) => return code,
                Asked::Reload => reload(),
            }
        }
        0
    }
}

/// Calls `stop` on a thread of its own when the process is asked to end; asked again, it ends at once.
pub fn on_stop(stop: impl FnOnce() + Send + 'static) {
    let mut stop = Some(stop);
    let watching = watch(&[SIGINT, SIGTERM], move |_| {
        let started =
            stop.take().map(|stop| thread::Builder::new().name("stop".into()).spawn(stop));
        match started {
            Some(Ok(_)) => true,
            Some(Err(_)) | None => exit(INTERRUPTED),
        }
    });
    if let Err(error) = watching {
        log::warn!("signals cannot be handled and end the process at once: {error}");
    }
}

/// Ends the process, and the programs that it runs.
pub fn exit(code: u8) -> ! {
    program::end_all();
    std::process::exit(code.into())
}

/// Gives each signal to `tell` on a thread of its own, for as long as that returns true. The signals
/// are handled when this returns; when it fails they keep their default action, since a signal that is
/// caught and that nobody looks at would leave a process that only SIGKILL ends.
fn watch(
    signals: &'static [i32],
    mut tell: impl FnMut(Asked) -> bool + Send + 'static,
) -> io::Result<()> {
    let (begin, begun) = channel();
    thread::Builder::new().name("signals".into()).spawn(move || {
        match Caught::register(signals) {
            Ok(mut caught) => {
                let _ = begin.send(Ok(()));
                while tell(caught.next()) {}
            }
            Err(error) => {
                let _ = begin.send(Err(error));
            }
        }
    })?;
    begun.recv().unwrap_or_else(|_| Err(io::Error::other("their thread has ended")))
}

/// Signals that wait to be looked at.
#[cfg(unix)]
struct Caught(signal_hook::iterator::Signals);

#[cfg(unix)]
impl Caught {
    fn register(signals: &[i32]) -> io::Result<Self> {
        signal_hook::iterator::Signals::new(signals).map(Self)
    }

    fn next(&mut self) -> Asked {
        match self.0.forever().next() {
            Some(SIGHUP) => Asked::Reload,
            Some(SIGINT) => Asked::Stop(INTERRUPTED),
            _ => Asked::Stop(0),
        }
    }
}

#[cfg(not(unix))]
struct Caught(Vec<(i32, Arc<AtomicBool>)>);

#[cfg(not(unix))]
impl Caught {
    fn register(signals: &[i32]) -> io::Result<Self> {
        let register = |signal: &i32| {
            let flag = Arc::new(AtomicBool::new(false));
            signal_hook::flag::register(*signal, Arc::clone(&flag))?;
            Ok((*signal, flag))
        };
        signals.iter().map(register).collect::<io::Result<_>>().map(Self)
    }

    fn next(&mut self) -> Asked {
        loop {
            for (signal, flag) in &self.0 {
                if flag.swap(false, Ordering::SeqCst) {
                    return Asked::Stop(if *signal == SIGINT { INTERRUPTED } else { 0 });
                }
            }
            thread::sleep(crate::limits::SIGNAL_CHECK);
        }
    }
}
