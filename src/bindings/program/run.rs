//! One run of a program, from its start to the end of all its processes.

use std::io;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use super::folder::Folder;
use super::heard::{Heard, Progress};
use super::manifest::Program;
#[cfg(unix)]
use super::pipes::Pipes;
#[cfg(not(unix))]
use super::pipes_by_threads::Pipes;
use super::start::start;
use super::under_way::{self, Group};
use crate::cancel::CancelToken;
use crate::limits;

/// How a run ended.
#[derive(Debug)]
pub enum End {
    /// By itself.
    Exited(ExitStatus),
    /// Nobody waits for it any more.
    Cancelled,
    /// The server stops.
    Stopping,
    /// It said too much.
    Flooded,
    /// It took too long.
    TimedOut,
    /// The system lost sight of it.
    Lost,
}

/// Who takes part in a run.
pub struct Around<'a> {
    /// Ends it.
    pub cancel: &'a CancelToken,
    /// The address of the platform, for a program that may use it.
    pub url: Option<&'a str>,
    /// Hears how far the program is.
    pub far: &'a dyn Fn(Progress),
    /// Hears that it has ended, or is asked to, as soon as that is so.
    pub over: &'a dyn Fn(),
}

/// Runs the program, tells it `told`, and listens until it ends or has to.
///
/// # Errors
/// When it could not be started.
pub fn run(program: &Program, told: Vec<u8>, around: &Around<'_>) -> io::Result<(End, Heard)> {
    let Some(run) = under_way::begin() else { return Ok((End::Stopping, Heard::default())) };
    // Removed when no process of the run works there any more.
    let folder = Folder::new();
    let until = Instant::now() + program.time;
    let mut group = Group::of(&run, start(program, folder.path(), around.url)?);
    let mut pipes = Pipes::of(group.child(), told)?;
    let mut heard = Heard::default();
    let end = listen(&mut group, &mut pipes, &mut heard, around.far, || match () {
        () if around.cancel.is_cancelled() => Some(End::Cancelled),
        () if under_way::is_stopping() => Some(End::Stopping),
        () if Instant::now() >= until => Some(End::TimedOut),
        () => None,
    });
    (around.over)();
    let flooded = heard.flooded().is_some();
    if !flooded {
        finish(&mut group, &mut pipes, &mut heard);
    }
    drop(pipes);
    let status = group.end();
    Ok((end.unwrap_or_else(|| status.map_or(End::Lost, End::Exited)), heard))
}

/// Listens until the program has ended, or has to for a reason.
fn listen(
    group: &mut Group<'_>,
    pipes: &mut Pipes,
    heard: &mut Heard,
    far: &dyn Fn(Progress),
    must_end: impl Fn() -> Option<End>,
) -> Option<End> {
    let mut pause = limits::PROGRAM_LOOK;
    loop {
        let moved = pipes.pump(heard, pause);
        pause = if moved { limits::PROGRAM_LOOK } else { (pause * 2).min(limits::WAIT_SLICE) };
        if let Some(progress) = heard.progress() {
            far(progress);
        }
        if heard.flooded().is_some() {
            return Some(End::Flooded);
        }
        if group.has_exited() {
            return None;
        }
        if let Some(end) = must_end() {
            return Some(end);
        }
    }
}

/// Takes what is still on its way, and asks those to end who are left. Processes that keep a stream
/// open, or run on, have a moment for it.
fn finish(group: &mut Group<'_>, pipes: &mut Pipes, heard: &mut Heard) {
    let over = |pipes: &Pipes, heard: &Heard| pipes.is_closed() || heard.flooded().is_some();
    while group.has_exited() && !over(pipes, heard) && pipes.pump(heard, Duration::ZERO) {}
    if group.has_exited() && over(pipes, heard) {
        return;
    }
    group.ask_to_end();
    let until = Instant::now() + limits::PROGRAM_GRACE;
    while Instant::now() < until && !(group.has_exited() && over(pipes, heard)) {
        pipes.pump(heard, limits::PROGRAM_LOOK);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::process::Command;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// Longer than any test waits.
    const HANG: Duration = Duration::from_secs(600);

    /// Runs this script, which is told `told`, and returns what it ended with and what it printed.
    fn ran(script: &str, told: &[u8], time: Duration) -> (End, Heard) {
        go(&shell(script, time), told, &CancelToken::new(), &|| ()).expect("it starts")
    }

    fn go(
        program: &Program,
        told: &[u8],
        cancel: &CancelToken,
        over: &dyn Fn(),
    ) -> io::Result<(End, Heard)> {
        run(program, told.to_vec(), &Around { cancel, url: None, far: &|_| (), over })
    }

    fn shell(script: &str, time: Duration) -> Program {
        let words = vec!["-c".to_owned(), script.to_owned()];
        Program {
            file: PathBuf::from("/bin/sh"),
            words,
            environment: Vec::new(),
            time,
            memory: limits::PROGRAM_MEMORY,
            concurrent_runs: 1,
            platform: false,
            text: false,
        }
    }

    fn code(end: &End) -> Option<i32> {
        match end {
            End::Exited(status) => status.code(),
            _ => None,
        }
    }

    fn printed(heard: &Heard) -> String {
        String::from_utf8_lossy(&heard.output).trim().to_owned()
    }

    /// Waits until the process is gone whose number the program printed.
    fn wait_for_end(heard: &Heard) {
        let number = printed(heard).parse().ok().and_then(rustix::process::Pid::from_raw);
        let pid = number.unwrap_or_else(|| panic!("no process: {}", printed(heard)));
        let until = Instant::now() + HANG;
        // What has ended and nobody waits for counts as gone.
        let dead = || {
            let state = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid()));
            state.is_ok_and(|state| state.contains(") Z "))
        };
        while !dead() && rustix::process::test_kill_process(pid).is_ok() {
            assert!(Instant::now() < until, "{pid} lives on");
            std::thread::sleep(limits::WAIT_SLICE);
        }
    }

    #[test]
    fn arguments_go_in_and_the_result_comes_out() {
        let (end, heard) = ran("cat; echo note >&2; pwd >&2", br#"{"a":1}"#, HANG);
        assert_eq!((code(&end), printed(&heard)), (Some(0), r#"{"a":1}"#.to_owned()));
        let words = heard.last_words();
        let place = words.strip_prefix("note\n").expect("both lines");
        assert!(place.contains("itential-mcp-") && !PathBuf::from(place).exists(), "{place}");
    }

    #[test]
    fn a_program_need_not_read_what_it_is_told() {
        let much = vec![b' '; 1 << 20];
        for script in
            ["exec <&-; echo 1", "echo 1", "sleep 0.3; echo 1", "head -c 10 >/dev/null; echo 1"]
        {
            let (end, heard) = ran(script, &much, HANG);
            assert_eq!((code(&end), printed(&heard)), (Some(0), "1".to_owned()), "{script}");
        }
        let (end, heard) = ran("sleep 0.2; wc -c", &much, HANG);
        assert_eq!((code(&end), printed(&heard)), (Some(0), "1048576".to_owned()));
    }

    #[test]
    fn a_run_that_takes_too_long_ends_with_all_its_processes() {
        for script in [
            "sleep 600 & echo $!; wait",
            "sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done'",
            "trap '' TERM; sleep 600 & echo $!; exec >&-; while :; do sleep 1; done",
        ] {
            let (end, heard) = ran(script, b"", Duration::from_secs(3));
            assert!(matches!(end, End::TimedOut), "{script}: {end:?}");
            wait_for_end(&heard);
        }
    }

    #[test]
    fn what_a_program_leaves_behind_holds_up_nobody() {
        for script in [
            "sleep 600 & echo $!",
            "sh -c 'trap \"\" TERM; while :; do sleep 1; done' & echo $!",
            "sleep 600 >/dev/null 2>&1 <&- & echo $!",
        ] {
            let (end, heard) = ran(script, b"{}", HANG);
            assert_eq!(code(&end), Some(0), "{script}");
            wait_for_end(&heard);
        }
    }

    #[test]
    fn a_process_that_leaves_the_group_holds_up_nobody_either() {
        let (end, heard) = ran(
            "setsid sh -c '>left; exec sleep 600' & until [ -e left ]; do sleep 0.05; done; echo $!",
            b"{}",
            HANG,
        );
        assert_eq!(code(&end), Some(0));
        let left = printed(&heard).parse().ok().and_then(rustix::process::Pid::from_raw);
        let left = left.expect("its number");
        rustix::process::kill_process(left, rustix::process::Signal::KILL).expect("it lives on");
    }

    #[test]
    fn a_flood_ends_the_run() {
        for (script, stream) in [
            ("yes", "standard output"),
            ("yes >&2", "standard error"),
            ("trap '' TERM PIPE; while :; do yes >&2; done", "standard error"),
        ] {
            let (_, heard) = ran(script, b"{}", HANG);
            assert_eq!(heard.flooded().map(|(stream, _)| stream), Some(stream), "{script}");
            assert!(heard.output.len() <= limits::PROGRAM_OUTPUT_BYTES);
        }
    }

    #[test]
    fn children_of_children_end_with_the_run() {
        let mark = format!("{}", 600 + std::process::id());
        let bomb = format!(
            "f() {{ [ $1 = 0 ] || {{ f $(($1-1)) & f $(($1-1)) & }}; sleep {mark}; }}; f 4"
        );
        let (end, _) = ran(&bomb, b"{}", Duration::from_secs(3));
        assert!(matches!(end, End::TimedOut), "{end:?}");
        let lives = |entry: &fs::DirEntry| {
            let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
            line == format!("sleep\0{mark}\0").into_bytes()
        };
        let until = Instant::now() + HANG;
        while fs::read_dir("/proc").into_iter().flatten().flatten().any(|entry| lives(&entry)) {
            assert!(Instant::now() < until, "some of them live on");
            std::thread::sleep(limits::WAIT_SLICE);
        }
    }

    #[test]
    fn a_cancelled_call_ends_its_program() {
        let (cancel, left) = (CancelToken::new(), AtomicBool::new(false));
        let stop = cancel.clone();
        let program = shell("echo $$; sleep 600", HANG);
        let heard = std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(100));
                stop.cancel();
            });
            let leave = || left.store(true, Ordering::SeqCst);
            let (end, heard) = go(&program, b"", &cancel, &leave).expect("it starts");
            assert!(matches!(end, End::Cancelled), "{end:?}");
            heard
        });
        assert!(left.load(Ordering::SeqCst));
        if !printed(&heard).is_empty() {
            wait_for_end(&heard);
        }
    }

    #[test]
    fn scripts_are_programs_too() {
        let path = std::env::temp_dir().join(format!("itential-mcp-script-{}", std::process::id()));
        // Written by another process: nobody runs a file that somebody here has open.
        let write = r#"printf '#!/bin/sh\necho $LANG.$A.$PATH.$HOME.$1\n' >"$0" && chmod 755 "$0""#;
        let written = Command::new("sh").args(["-c", write]).arg(&path).status();
        assert!(written.is_ok_and(|status| status.success()));
        let mut program = shell("", HANG);
        (program.file, program.words) = (path.clone(), vec!["word".into()]);
        program.environment = vec![
            super::super::manifest::Variable::Set("A".into(), "b".into()),
            super::super::manifest::Variable::Passed("NOBODY_HAS_THIS".into()),
        ];
        let ran = go(&program, b"", &CancelToken::new(), &|| ());
        let (end, heard) = ran.expect("it starts");
        fs::remove_file(&path).expect("it is there");
        assert_eq!(code(&end), Some(0));
        let said = printed(&heard);
        assert!(said.starts_with(".b.") && said.ends_with("..word"), "{said}");
        let gone = go(&program, b"", &CancelToken::new(), &|| ());
        assert!(gone.is_err(), "there is no such file any more");
    }
}
