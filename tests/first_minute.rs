//! The picture in the README is what a person sees who types what it shows: `docs/first-minute.svg`.
//! `docs/regenerate` draws it anew.
#![cfg(unix)]

mod support;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use support::terminal::at_a_terminal;

/// What is typed, line by line, as a shell takes it.
const TYPED: [&[&str]; 3] = [
    &["itential-mcp call get_health --sandbox"],
    &[
        "itential-mcp call get_devices --sandbox \\",
        "--params '{\"name_contains\": \"core\", \"limit\": 3, \"fields\": [\"name\", \"ostype\"]}'",
    ],
    &[
        "itential-mcp call apply_device_configuration --sandbox \\",
        "--params '{\"device\": \"ams-access-sw-008\", \"preview\": true,",
        "\"config\": \"interface Vlan20\\n description users\"}'",
    ],
];

const COLUMNS: u16 = 80;
const ROWS: u16 = 24;

/// Sizes in the picture, in pixels.
const LINE: usize = 19;
const CHARACTER: usize = 8;
const MARGIN: usize = 18;

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// One line of the terminal as SVG: bold is the one thing that the program does to text.
fn drawn(line: &str) -> String {
    let mut drawn = String::new();
    for (number, part) in line.split("\u{1b}[").enumerate() {
        let (style, text) = if number == 0 {
            ("", part)
        } else {
            part.split_once('m').unwrap_or_else(|| panic!("no style: {line:?}"))
        };
        match style {
            "" | "0" => drawn += &escaped(text),
            "1" => {
                let _ = write!(drawn, "<tspan class=\"b\">{}</tspan>", escaped(text));
            }
            other => panic!("the picture does not know the style {other:?}: {line:?}"),
        }
    }
    drawn
}

/// What stands on the terminal in the end, as lines of SVG.
fn seen() -> Vec<String> {
    let program = Path::new(env!("CARGO_BIN_EXE_itential-mcp"));
    let folder = program.parent().expect("it lies in a folder").to_str().expect("text");
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
    let mut lines = Vec::new();
    for typed in TYPED {
        let mut shell = Command::new("sh");
        shell.args(["-c", &typed.join("\n")]).env("PATH", &path).env("TERM", "xterm");
        shell.env_remove("NO_COLOR");
        let (status, said) = at_a_terminal(shell, COLUMNS, ROWS);
        assert!(status.success(), "{typed:?}: {said}");
        assert!(said.lines().count() < usize::from(ROWS), "it does not fit a screen: {said}");
        if !lines.is_empty() {
            lines.push(String::new());
        }
        for (number, line) in typed.iter().enumerate() {
            let prompt = if number == 0 { "$" } else { "&gt;" };
            lines.push(format!("<tspan class=\"p\">{prompt} </tspan>{}", escaped(line)));
        }
        lines.extend(said.lines().map(drawn));
    }
    lines
}

fn picture(lines: &[String]) -> String {
    let (width, height) =
        (usize::from(COLUMNS) * CHARACTER + 2 * MARGIN, lines.len() * LINE + 2 * MARGIN);
    let mut picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
         <style>text {{ font: 13px 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #d8dee9; \
         white-space: pre }} .b {{ font-weight: bold; fill: #ffffff }} .p {{ fill: #8fbcbb }}</style>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#20242c\"/>\n"
    );
    for (number, line) in lines.iter().enumerate() {
        let y = MARGIN + (number + 1) * LINE - 5;
        let _ = writeln!(
            picture,
            "<text x=\"{MARGIN}\" y=\"{y}\" xml:space=\"preserve\">{line}</text>"
        );
    }
    picture + "</svg>\n"
}

#[test]
fn the_picture_of_the_readme_shows_what_is_seen() {
    let drawn = picture(&seen());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/first-minute.svg");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&file, &drawn).expect("docs/ is writable");
    }
    let kept = std::fs::read_to_string(&file).expect("it is there");
    assert_eq!(kept, drawn, "the terminal shows something else: run docs/regenerate");
}
