//! docs/troubleshooting.md has every text that the program can print, in the part that says what to do
//! about it. The texts are read from the source; the rest of the page is written by hand.

#[path = "troubleshooting/page.rs"]
mod page;
mod support;
#[path = "troubleshooting/texts.rs"]
mod texts;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use itential_mcp::cli::commands::COMMANDS;
use itential_mcp::config::settings;
use itential_mcp::tools;
use page::Page;
use support::scratch::Scratch;

/// Modules and tables whose sentences are no messages, and why.
const NO_MESSAGES: &[(&str, &str)] = &[
    ("bindings::areas", "what tags stand for"),
    ("bindings::declared::pages::KEYS", "documentation of keys"),
    ("bindings::declared::pages::WAYS", "documentation of values"),
    ("bindings::declared::request::KEYS", "documentation of keys"),
    ("bindings::declared::tool::WINDOW", "documentation of arguments"),
    ("bindings::files::manifest::KEYS", "documentation of keys"),
    ("bindings::program::manifest::KEYS", "documentation of keys"),
    ("bindings::words", "for models"),
    ("cli::catalog", "the reference of the tools"),
    ("cli::clients::table", "where clients keep their servers"),
    ("cli::command::CONFIG", "documentation of an option"),
    ("cli::command::HELP", "documentation of an option"),
    ("cli::command::VERSION", "documentation of an option"),
    ("cli::commands", "documentation of commands"),
    ("cli::completions", "scripts for shells"),
    ("cli::flags", "documentation of options"),
    ("cli::help", "frame of the help"),
    ("cli::man", "the manual page"),
    ("cli::reference", "the reference of the settings"),
    ("cli::version", "the version"),
    ("config::bindings::KEYS", "documentation of keys"),
    ("config::settings", "documentation of settings"),
    ("observe::metrics", "documentation of metrics"),
    ("product::identity", "what the server is"),
    ("product::instructions", "for models"),
    ("product::prompts", "for models"),
    ("product::resources", "for models"),
    ("product::search", "for models"),
    ("protocol", "for clients, by their codes"),
    ("sandbox", "a simulated platform"),
    ("sections", "words of device configurations"),
    ("tools", "for models, by their kinds"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn kept() -> PathBuf {
    root().join("docs/troubleshooting.md")
}

/// The page as it is kept, with the messages of today.
fn page() -> (String, Page) {
    let text = fs::read_to_string(kept()).expect("docs/troubleshooting.md is kept");
    let page = Page::new(&text, NO_MESSAGES.iter().map(|(module, _)| *module));
    (text, page)
}

#[test]
fn every_text_that_can_be_printed_stands_on_the_page() {
    let (text, page) = page();
    let texts = texts::read(&root().join("src"));
    assert!(texts.values().map(BTreeSet::len).sum::<usize>() > 1000, "they were not found");
    let (made, homeless) = page.with(&texts);
    assert!(
        homeless.is_empty(),
        "no part of docs/troubleshooting.md has the messages of these modules; name each in the \
         `<!-- messages: ... -->` of the part that says what to do about them, or in NO_MESSAGES: \
         {homeless:?}"
    );
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(kept(), &made).expect("the page can be written");
        return;
    }
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let (now, then) = (lines(&made), lines(&text));
    let new: Vec<_> = now.difference(&then).collect();
    assert!(
        made == text,
        "docs/troubleshooting.md is out of date; run docs/regenerate. A new message that does not \
         say itself what to do needs a row, with cause and remedy, in the table of its part: {new:#?}"
    );
}

#[test]
fn rows_are_about_messages_that_there_are() {
    let (text, _) = page();
    let texts: BTreeSet<String> =
        texts::read(&root().join("src")).into_values().flatten().collect();
    let mut rows = 0;
    for line in text.lines().filter(|line| line.starts_with("| `")) {
        let (first, rest) = page::cells(line);
        assert!(rest.iter().all(|cell| !cell.is_empty()), "no cause or no remedy: {line}");
        if first.starts_with("itential-mcp ") {
            continue;
        }
        rows += 1;
        let class = ["Busy", "Cancelled"].contains(&&*first) || first.split(' ').count() <= 3;
        let kinds = fs::read_to_string(root().join("src/tools/shown/error.rs")).expect("a file");
        // What a message adds at its end leaves its row right.
        let known = texts.iter().any(|text| text.starts_with(&first))
            || (class && kinds.contains(&format!("\"{first}\"")));
        assert!(known, "the program has no message {first:?}");
    }
    assert!(rows > 50, "only {rows} rows were found");
    // Every kind of error of a tool has its row.
    let kinds = fs::read_to_string(root().join("src/tools/shown/error.rs")).expect("a file");
    for kind in
        kinds.split("ErrorKind::").filter_map(|part| part.split_once("=> \"")?.1.split('"').next())
    {
        assert!(text.contains(&format!("\n| `{kind}` | ")), "{kind}");
    }
}

#[test]
fn names_in_the_advice_exist() {
    let (text, _) = page();
    let by_hand = text.lines().filter(|line| !line.starts_with("- "));
    let is_name = |code: &&str| {
        code.contains('_') && code.chars().all(|c| c.is_ascii_lowercase() || "_.".contains(c))
    };
    for line in by_hand {
        for code in line.split('`').skip(1).step_by(2).filter(is_name) {
            let of_environment = ["no_proxy", "https_proxy"].contains(&code);
            let setting = settings().any(|row| row.key == code || row.id() == code);
            let role = itential_mcp::config::RoleSettings::rows().iter().any(|row| row.key == code);
            let known = of_environment || setting || role || tools::find(code).is_some();
            assert!(known, "there is no {code}: {line}");
        }
        for command in line.split("`itential-mcp ").skip(1) {
            let word = command.split([' ', '`']).next().unwrap_or_default();
            assert!(COMMANDS.iter().any(|row| row.name == word), "no command {word}: {line}");
        }
    }
}

/// What people really see is found on the page by its words.
#[test]
fn messages_of_a_running_program_are_found() {
    let (text, _) = page();
    let listed: Vec<&str> = page::listed(&text).collect();
    let scratch = Scratch::new();
    let odd = scratch.write("odd.conf", "[server]\nprot = 1\ninclude_tags = none\n[x]\n");
    let bad = scratch.write("bad.json", "{");
    let from_file = format!("@{bad}");
    let nowhere =
        ["--platform-host", "127.0.0.1", "--platform-port", "9", "--platform-disable-tls"];
    let mut lines = 0;
    for arguments in [
        vec!["bogus"],
        vec!["run", "--port", "x"],
        vec!["run", "--port", "70000"],
        vec!["config"],
        vec!["config", "check", "--config", "/nope"],
        vec!["config", "check", "--config", &odd],
        vec!["call", "get_nothing", "--sandbox"],
        vec!["call", "get_jobs", "--sandbox", "--params", &from_file],
        [&["call", "get_jobs"][..], &nowhere].concat(),
        vec!["probe", "--url", "http://127.0.0.1:9"],
        vec!["probe"],
        vec!["token", "new", "x"],
        vec!["audit", "verify", "/nope"],
        vec!["tools", "--role", "x"],
        vec!["help", "nothing_of_the_kind"],
        vec!["run", "--transport", "http", "--host", "192.0.2.77", "--sandbox"],
        vec!["run", "--transport", "http", "--certificate-file", "/nope/c.pem", "--sandbox"],
    ] {
        let (code, _, said) = support::run(&[], &arguments);
        assert_ne!(code, 0, "{arguments:?}");
        for line in
            said.lines().filter(|line| !line.starts_with("usage: ") && !line.starts_with("Try: "))
        {
            lines += 1;
            let found = listed.iter().any(|message| page::fits(message, line));
            assert!(found, "{arguments:?}: not on the page: {line}");
        }
    }
    assert!(lines > 15, "{lines}");
}

#[test]
fn texts_are_read_whatever_their_form() {
    let source = r##"
        //! Not this one here.
        #[doc = "nor this one here"]
        fn f() -> Result<(), String> {
            let x = y.expect("what is proven here");
            fail(&format!("cannot read {}: {error}", path));
            Err("a text \
                 over two lines".into())
        }
        #[cfg(test)]
        pub(super) const KEYS: &[&str] = &["this is in a table"];
        const fn g() -> &'static str { "this is in none" }
        #[cfg(test)]
        mod tests { fn g() { fail("only in a test"); } }
        #[cfg(all(test, unix))]
        mod more_tests { fn g() { fail("only in a test"); } }
    "##;
    let mut found = texts::of(source);
    let mut those_of =
        |table| found.remove(table).unwrap_or_default().into_iter().collect::<Vec<_>>();
    assert_eq!(those_of("::KEYS"), ["this is in a table"]);
    assert_eq!(those_of(""), ["a text over two lines", "cannot read …: …", "this is in none"]);
    assert!(page::fits("cannot read …: …", "ERROR: cannot read x: gone"));
    assert!(!page::fits("cannot read …: …", "ERROR: cannot write x: gone"));
}
