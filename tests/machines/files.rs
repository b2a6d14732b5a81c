//! Nowhere to write, no room, and files that are not what they were.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::scratch::Scratch;
use crate::support::served::Served;
use crate::support::{program, raw_http, signal};
use crate::{apart, has_all, here, namespaces};

#[test]
fn nowhere_to_write_no_home_and_a_user_whom_nobody_knows() {
    if !has_all(&["setpriv"]) {
        return;
    }
    let scratch = Scratch::new();
    let itself = scratch.write("itential-mcp", "");
    // Everything is as it is, but for reading alone, and /tmp holds nothing.
    let bare = format!(
        "chmod 755 {0}; mount --bind $P {itself}
         mkdir -p {0}/root; mount --rbind / {0}/root
         for place in tmp run var/tmp dev/shm; do
           [ ! -d {0}/root/$place ] || mount -t tmpfs -o ro none {0}/root/$place
         done
         mount -o remount,bind,ro {0}/root
         touch {0}/root/file 2> /dev/null && exit 9
         cp $P /dev/null; mount --bind $P {0}/root/usr/bin/env
         user='setpriv --reuid 54321 --regid 54321 --clear-groups'
         [ $(id -u) = 0 ] && $user true 2> /dev/null || user=
         unset HOME XDG_STATE_HOME; cd /\n",
        scratch.path().display()
    );
    let call = format!(
        "{bare}exec chroot {}/root $user /usr/bin/env call get_health --sandbox",
        scratch.path().display()
    );
    // setpriv is looked for inside, and so is the program, by a name that everybody may use.
    let Some(ended) = apart(&["-m"], &call) else { return };
    if ended.err.contains("mount:") || ended.err.contains("chroot:") {
        eprintln!("SKIPPED: {}", ended.err);
        return;
    }
    assert!(ended.well().out.contains("verdict"));
    let serve = format!(
        "{bare}exec chroot {}/root $user /usr/bin/env run --sandbox --transport http --port 0 \
         --log-level WARNING",
        scratch.path().display()
    );
    let mut command = namespaces(&["-m"]).expect("as before");
    command.args(["sh", "-ec", &serve]);
    let mut server = Served::spawn(command).unwrap_or_else(|(code, log)| panic!("{code}: {log}"));
    assert_eq!(raw_http::request(server.port, "GET", "/status/healthz", &[], None).status, 200);
    server.log_line("nothing could be kept");
    signal("TERM", server.pid());
    assert_eq!(server.wait().code(), Some(0));
}

/// What there was stays as it was, nothing half done is left, and the cause is told.
#[test]
fn a_full_disk() {
    if !has_all(&["setpriv"]) {
        return;
    }
    let scratch = Scratch::new();
    let full = format!(
        "mkdir -p {0}/disk; mount -t tmpfs -o size=64k none {0}/disk; cd {0}/disk
         [ $(stat -f -c %T .) = tmpfs ] || exit 9
         $P token new first --file tokens > /dev/null
         echo '{{\"mcpServers\": {{}}}}' > client.json; echo old > old.json
         head -c 100000 /dev/zero > fill 2> /dev/null || true
         # The rest of the last page of the file with tokens, too.
         yes '#' | tr -d '\\n' | head -c 10000 >> tokens 2> /dev/null || true
         before=$(cksum tokens)\n",
        scratch.path().display()
    );
    let stays = "[ \"$before\" = \"$(cksum tokens)\" ]
                 grep -q mcpServers client.json; grep -qx old old.json; ls -A | tr '\\n' ' '\n";
    for (commands, why) in [
        ("$P token new second --file tokens", "tokens"),
        ("$P client-config cursor --write --file client.json --url http://h/mcp", "client.json"),
        ("$P call get_devices --sandbox --output old.json", "old.json"),
        ("$P call get_devices --sandbox --output new.json", "new.json"),
        // Where no file may be made beside it.
        (
            "chmod 555 .; setpriv --bounding-set=-dac_override --inh-caps=-dac_override \
             $P call get_devices --sandbox --output old.json",
            "old.json",
        ),
        ("$P tools new tool.json", "tool.json"),
    ] {
        let commands = format!("{full}{commands} > /dev/null || code=$?\n{stays}exit ${{code:-0}}");
        let Some(ended) = apart(&["-m"], &commands) else { return };
        let ended = ended.failed(1, &[why, "No space left on device"]);
        assert_eq!(ended.out.trim(), "client.json fill old.json tokens", "after {why}");
    }
    let serve = format!(
        "{full}STATE_DIRECTORY=$PWD exec $P run --sandbox --transport http --port 0 --log-level WARNING"
    );
    let mut command = namespaces(&["-m"]).expect("as before");
    command.args(["sh", "-ec", &serve]);
    let server = Served::spawn(command).unwrap_or_else(|(code, log)| panic!("{code}: {log}"));
    assert_eq!(raw_http::request(server.port, "GET", "/status/healthz", &[], None).status, 200);
    server.log_line("No space left on device");
    for command in ["tools", "call get_devices --sandbox", "config show", "man", "version"] {
        let ended = here(&scratch, &format!("itential-mcp {command} > /dev/full"));
        ended.failed(1, &["standard output", "No space left on device"]);
    }
}

/// As one is mounted into a container: the place is read-only, or keeps the name.
#[test]
fn a_file_in_a_place_that_is_not_its_own() {
    for read_only in ["", "mount --bind place place; mount -o remount,bind,ro place\n"] {
        let scratch = Scratch::new();
        let commands = format!(
            "cd {}; mkdir place; touch place/out; head -c 100000 /dev/zero > mine
             {read_only}mount --bind mine place/out
             $P call get_health --sandbox --output place/out
             ls place; cat mine",
            scratch.path().display()
        );
        let Some(ended) = apart(&["-m"], &commands) else { return };
        let told = ended.well().out;
        let report = told.strip_prefix("out\n").expect("nothing is beside it");
        let report: serde_json::Value = serde_json::from_str(report).expect("nothing is left");
        assert_eq!(report["verdict"], "degraded");
    }
}

#[test]
fn a_state_key_that_is_none_is_told_whatever_the_log_level() {
    for (content, why) in [
        (&b""[..], "holds no key"),
        (b"zz\n", "too weak"),
        (b"\xff\xfe\x00", "UTF-8"),
        (&[b'a'; 1 << 20], "too large"),
    ] {
        let scratch = Scratch::new();
        let file = scratch.write("state_key", content);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("ours");
        let mut command = program();
        command.args(["run", "--sandbox", "--transport", "http", "--port", "0"]);
        command.env("STATE_DIRECTORY", scratch.path());
        let server = Served::spawn(command).unwrap_or_else(|(_, log)| panic!("{log}"));
        let line = server.log_line(&file);
        assert!(line.contains(why) && line.contains("end with this process"), "{line}");
        assert_eq!(fs::read(&file).expect("it is there"), content, "nothing is written over it");
    }
    // Of a later version, whose words are not ours: what is long enough to be a key is one.
    let scratch = Scratch::new();
    let later = format!("version=9 {}\n", "0123456789abcdef".repeat(4));
    let file = scratch.write("state_key", &later);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("ours");
    let mut command = program();
    command.args(["run", "--sandbox", "--transport", "http", "--port", "0"]);
    command.env("STATE_DIRECTORY", scratch.path());
    let server = Served::spawn(command).unwrap_or_else(|(_, log)| panic!("{log}"));
    assert!(!server.log().contains("state_key"), "{}", server.log());
    assert_eq!(fs::read_to_string(&file).expect("it is there"), later);
}

#[test]
fn a_token_file_of_another_time_lets_nobody_in_and_is_told_by_its_line() {
    let good = "ann - sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for (line, why) in [
        ("{\"version\": 2, \"tokens\": []}", "the name may have"),
        ("bob - sha512:AAAA", "the hash is none"),
        ("bob - sha256:AAAAAAAAAAAAAAA", "the hash is none"),
        ("bob", "a token has"),
        (good, "a second token called 'ann'"),
    ] {
        let scratch = Scratch::new();
        let file = scratch.write("tokens", format!("{good}\n{line}\n"));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("ours");
        let ended = here(
            &scratch,
            "itential-mcp run --sandbox --transport http --port 0 --auth-type token \
             --auth-tokens-file tokens",
        );
        ended.failed(1, &["tokens", "line 2", why]);
        let more = here(&scratch, "itential-mcp token new carl --file tokens");
        more.failed(1, &["line 2", why]);
    }
}

#[test]
fn whatever_the_umask_what_is_kept_is_for_its_owner_alone() {
    let scratch = Scratch::new();
    let commands = "umask 0; mkdir home; export HOME=$PWD/home STATE_DIRECTORY=$PWD/state
                    mkdir -p home/.cursor; itential-mcp token new ann --file tokens > /dev/null
                    itential-mcp client-config cursor --write --url http://h/mcp > /dev/null
                    itential-mcp call get_jobs --sandbox --audit-file audit > /dev/null";
    here(&scratch, commands).well();
    let mut command = program();
    command.args(["run", "--sandbox", "--transport", "http", "--port", "0"]);
    command.env("STATE_DIRECTORY", scratch.path().join("state"));
    drop(Served::spawn(command).unwrap_or_else(|(_, log)| panic!("{log}")));
    for file in ["tokens", "home/.cursor/mcp.json", "audit", "state/state_key"] {
        let is = fs::metadata(scratch.path().join(file)).expect("it is there");
        assert_eq!(is.permissions().mode() & 0o777, 0o600, "{file}");
    }
}
