//! What the operating system asks of the process.

use std::io;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

#[cfg(unix)]
use signal_hook::consts::SIGHUP;
use signal_hook::consts::{SIGINT, SIGTERM};

/// Exit code of a process ended from the keyboard, by the shell's convention.
pub const INTERRUPTED: u8 = 130;

/// Something that was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// End, with this exit code.
    Stop(u8),
    /// Read the files again (SIGHUP).
    Reload,
}

/// Calls `stop` with the exit code to end with, once, when the process is asked to end.
pub fn on_stop(stop: impl FnOnce(u8) + Send + 'static) {
    let started = watch(&[SIGINT, SIGTERM]).and_then(|asked| {
        thread::Builder::new().name("stop".into()).spawn(move || {
            if let Ok(Asked::Stop(code)) = asked.recv() {
                stop(code);
            }
        })
    });
    if let Err(error) = started {
        log::warn!("signals cannot be handled and end the process at once: {error}");
    }
}

/// Every request of the operating system from now on.
///
/// # Errors
/// When signals cannot be handled here.
pub fn all() -> io::Result<Receiver<Asked>> {
    #[cfg(unix)]
    return watch(&[SIGINT, SIGTERM, SIGHUP]);
    #[cfg(not(unix))]
    watch(&[SIGINT, SIGTERM])
}

#[cfg(unix)]
fn watch(signals: &[i32]) -> io::Result<Receiver<Asked>> {
    let mut signals = signal_hook::iterator::Signals::new(signals)?;
    let (tell, asked) = channel();
    thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            let asked = match signal {
                SIGHUP => Asked::Reload,
                SIGINT => Asked::Stop(INTERRUPTED),
                _ => Asked::Stop(0),
            };
            if tell.send(asked).is_err() {
                return;
            }
        }
    })?;
    Ok(asked)
}

#[cfg(not(unix))]
fn watch(signals: &[i32]) -> io::Result<Receiver<Asked>> {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    let mut flags = Vec::new();
    for signal in signals {
        let flag = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(*signal, Arc::clone(&flag))?;
        flags.push((*signal, flag));
    }
    let (tell, asked) = channel();
    thread::Builder::new().name("signals".into()).spawn(move || {
        loop {
            thread::sleep(crate::limits::SIGNAL_CHECK);
            for (signal, flag) in &flags {
                let code = if *signal == SIGINT { INTERRUPTED } else { 0 };
                if flag.swap(false, Ordering::SeqCst) && tell.send(Asked::Stop(code)).is_err() {
                    return;
                }
            }
        }
    })?;
    Ok(asked)
}
