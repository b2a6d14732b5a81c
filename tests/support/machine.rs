//! A machine whose root is a folder of the test, on which the commands of documents are run as they
//! stand there, but for places, ports and names.

use std::collections::HashMap;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use super::certificates::set_mode;
use super::scratch::Scratch;
use super::{eventually, shell};

/// Folders of a real machine that are folders of this one.
const FOLDERS: [&str; 8] =
    ["/etc/", "/opt/", "/usr/local/", "/var/", "/srv/", "/run/secrets/", "/path/to/", "/backup/"];

/// Others that a command names, and what they do here: nothing, or what they are to run inside.
const PLAYED: [(&str, &str); 9] = [
    ("systemctl", "exit 0"),
    ("journalctl", "exit 0"),
    // Nobody has the names that documents give to users.
    ("chown", "exit 0"),
    ("sudo", "exec \"$@\""),
    (
        "kubectl",
        "while [ $# -gt 0 ] && [ \"$1\" != -- ]; do shift; done; [ $# = 0 ] || { shift; \"$@\"; }",
    ),
    ("docker", "[ \"$2\" = exec ] || exit 0; shift 3; exec \"$@\""),
    ("podman", "[ \"$1\" = exec ] || exit 0; shift 2; exec \"$@\""),
    // What is built is what is tested; how it is built is tried by whoever built it.
    (
        "cargo",
        "[ \"$1\" = run ] || exit 0; while [ \"$1\" != -- ]; do shift; done; shift; itential-mcp \"$@\"",
    ),
    ("rustup", "exit 0"),
];

/// What changes the machine that tests run on, and is not run on it.
const REFUSED: [&str; 19] = [
    "apt", "apt-get", "dpkg", "rpm", "dnf", "yum", "zypper", "useradd", "groupadd", "setcap",
    "mount", "buildah", "helm", "npm", "npx", "pip", "pipx", "pkill", "killall",
];

/// What stands in the place of the program: a server that goes on, for which people open another
/// terminal, goes on behind the commands that follow until the block is over. `PORT` stands for
/// the port that a server gets by itself.
const TERMINAL: &str = r#"serves=yes
for word; do case "$word" in
  run | sandbox) break ;;
  COMMANDS | --help | -h | --version | -V) serves=no; break ;;
esac; done
[ $serves = yes ] || exec "PROGRAM" "$@"
case " $* $ITENTIAL_MCP_CONFIG$ITENTIAL_MCP_SERVER_PORT " in
*"--port"* | *"--config"* | *.conf\  | *[0-9]\ ) ;;
*" sandbox "*) set -- "$@" --port SANDBOX ;;
*) set -- "$@" --port PORT ;;
esac
log="SERVERS/$$.log"
"PROGRAM" "$@" > "$log" 2>&1 < /dev/null &
echo $! >> "SERVERS/ids"
until grep -q -e 'serves MCP at ' -e 'listening on http' "$log"; do
  kill -0 $! 2> /dev/null || { cat "$log"; wait $!; exit $?; }
  sleep 0.05
done
cat "$log"
"#;

pub struct Machine {
    root: Scratch,
    ports: std::cell::RefCell<HashMap<u16, u16>>,
}

/// What a block has come to.
pub struct Ended {
    pub well: bool,
    /// What it wrote to both outputs.
    pub said: String,
    pub stdout: String,
    pub stderr: String,
}

impl Machine {
    pub fn bare() -> Self {
        Self { root: Scratch::new(), ports: HashMap::new().into() }
    }

    /// With whatever the commands need.
    pub fn equipped() -> Self {
        let machine = Self::bare();
        for (name, does) in PLAYED {
            machine.script(&format!("/played/{name}"), does);
        }
        for name in REFUSED {
            let says = format!("echo 'ERROR: {name} is not run by this test' >&2; exit 1");
            machine.script(&format!("/played/{name}"), &says);
        }
        if !has("curl") {
            let asks = "for url; do :; done; exec itential-mcp probe --url \"$url\"";
            machine.script("/played/curl", asks);
        }
        if !has("pgrep") {
            machine.script("/played/pgrep", "exit 0");
        }
        let real = env!("CARGO_BIN_EXE_itential-mcp");
        let commands: Vec<&str> = itential_mcp::cli::commands::COMMANDS
            .iter()
            .map(|command| command.name)
            .filter(|name| !["run", "sandbox"].contains(name))
            .collect();
        let terminal = TERMINAL
            .replace("COMMANDS", &commands.join(" | "))
            .replace("PROGRAM", real)
            .replace("SANDBOX", &machine.port(3000).to_string())
            .replace("PORT ", &format!("{} ", machine.port(8000)))
            .replace("SERVERS", &machine.path("/servers"));
        machine.write("/servers/ids", "");
        machine.script("/played/itential-mcp", &terminal);
        for folder in
            ["/home", "/usr/local/bin", "/etc/itential-mcp", "/var/log", "/var/lib", "/download"]
        {
            fs::create_dir_all(machine.path(folder)).expect("a folder can be made");
        }
        machine
    }

    /// Where this path of the machine is.
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.root.path().display())
    }

    /// This text with every path of the machine where it is.
    pub fn placed(&self, text: &str) -> String {
        let (mut placed, mut rest) = (String::new(), text);
        while let Some(next) = rest.chars().next() {
            let begins = !placed.ends_with(|c: char| c.is_alphanumeric() || "/.-_~}*".contains(c));
            if begins && FOLDERS.iter().any(|folder| rest.starts_with(folder)) {
                placed += &self.path("");
            }
            placed.push(next);
            rest = &rest[next.len_utf8()..];
        }
        placed
    }

    /// The port that is here what this one is in the documents.
    pub fn port(&self, documented: u16) -> u16 {
        *self.ports.borrow_mut().entry(documented).or_insert_with(|| {
            let free = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
            free.local_addr().expect("it has one").port()
        })
    }

    /// This text with every port that it names as one that is free here.
    pub fn ported(&self, text: &str) -> String {
        let (mut ported, mut rest) = (String::new(), text);
        while let Some(next) = rest.chars().next() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let before = ported.to_lowercase();
            let named = [":", "port ", "listen ", "port = ", "port=", "port: ", "port\": "];
            let is_port = named.iter().any(|word| before.ends_with(word));
            match rest[..digits].parse::<u16>() {
                Ok(port) if is_port && port >= 80 && !rest[digits..].starts_with('.') => {
                    ported += &self.port(port).to_string();
                    rest = &rest[digits..];
                }
                _ => {
                    let taken = digits.max(next.len_utf8());
                    ported += &rest[..taken];
                    rest = &rest[taken..];
                }
            }
        }
        ported
    }

    pub fn write(&self, path: &str, text: &str) {
        self.put(path, &self.placed(text));
    }

    fn put(&self, path: &str, text: &str) {
        let place = self.path(path);
        let folder = Path::new(&place).parent().expect("a file has a folder");
        fs::create_dir_all(folder).expect("the folder can be made");
        fs::write(&place, text).expect("the file can be written");
        let mode = if path.ends_with(".key") { 0o600 } else { 0o644 };
        set_mode(&place, mode);
    }

    pub fn script(&self, path: &str, does: &str) {
        self.put(path, &format!("#!/bin/sh\n{does}\n"));
        set_mode(&self.path(path), 0o755);
    }

    pub fn link(&self, target: &str, path: &str) {
        let place = self.path(path);
        let folder = Path::new(&place).parent().expect("a file has a folder");
        fs::create_dir_all(folder).expect("the folder can be made");
        symlink(target, &place).expect("a link");
    }

    /// Runs commands that name only places of this machine, in its folder of downloads.
    pub fn shell(&self, commands: &str, env: &[(String, String)]) -> Ended {
        let (out, err) = (self.path("/out"), self.path("/err"));
        let mut command = shell(commands);
        let path = std::env::var("PATH").unwrap_or_default();
        let file = |path: &str| fs::File::create(path).expect("ours");
        command
            .env("PATH", format!("{}:{path}", self.path("/played")))
            .env("HOME", self.path("/home"))
            .env_remove("XDG_CONFIG_HOME")
            .envs(env.iter().cloned())
            .current_dir(self.path("/download"))
            .stdin(Stdio::null())
            // Files, for servers that go on hold their outputs open.
            .stdout(file(&out))
            .stderr(file(&err));
        let mut child = command.spawn().expect("there is a shell");
        let status = super::wait(&mut child);
        self.stop();
        let read =
            |path: &str| String::from_utf8_lossy(&fs::read(path).expect("ours")).into_owned();
        let (stdout, stderr) = (read(&out), read(&err));
        Ended { well: status.success(), said: format!("{stdout}{stderr}"), stdout, stderr }
    }

    /// Ends the servers that a block has started.
    fn stop(&self) {
        let ids = fs::read_to_string(self.path("/servers/ids")).unwrap_or_default();
        for id in ids.lines() {
            kill("-TERM", id);
        }
        // Their parents are gone; whoever has taken them over may collect them late.
        let collected = |id: &str| {
            let state = fs::read_to_string(format!("/proc/{id}/stat"));
            state.is_ok_and(|state| state.contains(") Z "))
        };
        for id in ids.lines() {
            eventually("the end of a server", || !kill("-0", id) || collected(id));
        }
        let _ = fs::write(self.path("/servers/ids"), "");
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let ids = fs::read_to_string(self.path("/servers/ids")).unwrap_or_default();
        for id in ids.lines() {
            kill("-KILL", id);
        }
    }
}

fn kill(signal: &str, id: &str) -> bool {
    let sent = Command::new("kill").args([signal, id]).stderr(Stdio::null()).status();
    sent.is_ok_and(|status| status.success())
}

/// Whether this machine has a program of this name.
pub fn has(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).exists())
}
