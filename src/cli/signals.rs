//! What the operating system asks of the process.

use std::sync::mpsc::channel;
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// Exit code of a process ended from the keyboard, by the shell's convention.
pub const INTERRUPTED: u8 = 130;

/// Calls `stop` with the exit code to end with, once, when the process is asked to end.
pub fn on_stop(stop: impl FnOnce(u8) + Send + 'static) {
    let mut signals = match Signals::new([SIGINT, SIGTERM]) {
        Ok(signals) => signals,
        Err(error) => {
            log::warn!("signals cannot be handled and end the process at once: {error}");
            return;
        }
    };
    let waiter = thread::Builder::new().name("signals".into()).spawn(move || {
        if let Some(signal) = signals.forever().next() {
            stop(if signal == SIGINT { INTERRUPTED } else { 0 });
        }
    });
    if let Err(error) = waiter {
        log::warn!("signals cannot be handled and end the process at once: {error}");
    }
}

/// Waits until the process is asked to end, and gives the exit code to end with.
pub fn wait() -> u8 {
    let (told, stopped) = channel();
    on_stop(move |code| {
        // Nobody to tell means that the process ends already.
        let _ = told.send(code);
    });
    // Without signals there is nothing to wait for but the end of the process.
    stopped.recv().unwrap_or_else(|_| {
        loop {
            thread::park();
        }
    })
}
