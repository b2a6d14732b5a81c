//! The house as `src/lib.rs` draws it: which room may import which, and no circles of files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Every source file with the modules it imports, by module path (`http::wire::head`).
type Imports = BTreeMap<String, BTreeSet<String>>;

#[test]
fn rooms_import_only_what_the_map_allows() {
    let (anyone, allowed) = map();
    let mut wrong = Vec::new();
    let mut drawn: BTreeSet<(String, String)> = BTreeSet::new();
    for (file, imports) in imports() {
        for import in imports {
            let (from, to) = (room(&file), room(&import));
            if from == to || to.is_empty() || from.is_empty() || anyone.contains(to) {
                continue;
            }
            drawn.insert((from.to_owned(), to.to_owned()));
            if !allowed.get(from).is_some_and(|rooms| rooms.contains(to)) {
                wrong.push(format!("{file} imports {import}"));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that src/lib.rs does not draw:\n{}", wrong.join("\n"));
    for (from, rooms) in allowed {
        for to in rooms {
            let used = drawn.contains(&(from.clone(), to.clone()));
            assert!(used, "src/lib.rs draws {from} -> {to}, which nothing uses");
        }
    }
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let imports = imports();
    let reach: BTreeMap<&str, BTreeSet<&str>> =
        imports.keys().map(|file| (file.as_str(), reachable(file, &imports))).collect();
    let mut circles: BTreeSet<Vec<&str>> = BTreeSet::new();
    for (file, reached) in &reach {
        if reached.contains(file) {
            let circle = reached.iter().filter(|other| reach[*other].contains(file));
            circles.insert(circle.copied().collect());
        }
    }
    let shown: Vec<String> = circles.iter().map(|circle| circle.join(", ")).collect();
    assert!(circles.is_empty(), "files that import each other in a circle:\n{}", shown.join("\n"));
}

/// `anyone`'s rooms, and the rooms that each room may import, from the map in `src/lib.rs`.
fn map() -> (BTreeSet<String>, BTreeMap<String, BTreeSet<String>>) {
    let lib = fs::read_to_string(source().join("lib.rs")).expect("src/lib.rs");
    let mut allowed: BTreeMap<String, BTreeSet<String>> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("//! ")?.split_once(" -> "))
        .map(|(from, to)| {
            (from.trim().to_owned(), to.split_whitespace().map(str::to_owned).collect())
        })
        .collect();
    let anyone = allowed.remove("anyone").expect("the map says what anyone may import");
    assert!(allowed.len() > 5, "the map in src/lib.rs was not found");
    (anyone, allowed)
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn room(module: &str) -> &str {
    module.split("::").next().unwrap_or_default()
}

fn reachable<'a>(from: &str, imports: &'a Imports) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&str> = vec![from];
    while let Some(file) = open.pop() {
        for next in imports.get(file).into_iter().flatten() {
            if seen.insert(next.as_str()) {
                open.push(next);
            }
        }
    }
    seen
}

fn imports() -> Imports {
    let mut files = Vec::new();
    collect(&source(), &mut files);
    let modules: BTreeMap<String, PathBuf> =
        files.into_iter().map(|file| (module_of(&file), file)).collect();
    modules
        .iter()
        .map(|(module, file)| {
            let text = fs::read_to_string(file).expect("a source file is readable");
            let found = paths(&code(&text))
                .iter()
                .filter_map(|path| owner(&resolve(path, module)?, &modules))
                .filter(|imported| imported != module)
                .collect();
            (module.clone(), found)
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a source folder is readable") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("main.rs") {
            files.push(path);
        }
    }
}

/// `http::wire::head` for `src/http/wire/head.rs`; nothing for `src/lib.rs`.
fn module_of(file: &Path) -> String {
    let inside = file.strip_prefix(source()).expect("it lies in src").with_extension("");
    let parts = inside.iter().map(|part| part.to_str().expect("file names are ASCII"));
    parts.filter(|part| !matches!(*part, "mod" | "lib")).collect::<Vec<_>>().join("::")
}

/// The code without comments and without the unit tests, which stand at the end of a file.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    text.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Every path that begins with `crate`, `super` or a child module, with groups of imports taken
/// apart.
fn paths(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let children = code.lines().filter_map(|line| {
        let line = line.trim().trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
        let name = line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';')?;
        Some(format!("{name}::"))
    });
    for start in ["crate::".to_owned(), "super::".to_owned()].into_iter().chain(children) {
        for (at, _) in code.match_indices(&start) {
            if code[..at].ends_with(|c: char| word(c) || c == ':') {
                continue;
            }
            let rest = &code[at..];
            let end = rest.find(|c: char| !word(c) && c != ':').unwrap_or(rest.len());
            match rest[end..].strip_prefix('{') {
                Some(group) => expand(&rest[..end], group, &mut found),
                None => found.push(rest[..end].to_owned()),
            }
        }
    }
    found
}

/// Takes `prefix` and `a, b::{c, d}}...` apart.
fn expand(prefix: &str, group: &str, found: &mut Vec<String>) {
    let (mut depth, mut from) = (0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                let item = group[from..at].trim();
                match item.split_once('{') {
                    Some((inner, rest)) => expand(&format!("{prefix}{inner}"), rest, found),
                    None if item.is_empty() => {}
                    None => found.push(format!("{prefix}{item}")),
                }
                from = at + 1;
                if c == '}' {
                    return;
                }
            }
            _ => {}
        }
    }
}

/// The path from the crate's root, as seen from `module`.
fn resolve(path: &str, module: &str) -> Option<Vec<String>> {
    let mut parts = path.split("::").map(|part| part.split_whitespace().next().unwrap_or_default());
    let mut at: Vec<String> = module.split("::").map(str::to_owned).collect();
    match parts.next()? {
        "crate" => at.clear(),
        "super" => drop(at.pop()),
        child => at.push(child.to_owned()),
    }
    for part in parts {
        match part {
            "super" => drop(at.pop()),
            "self" | "*" | "" => {}
            name => at.push(name.to_owned()),
        }
    }
    Some(at)
}

/// The file that a path leads into: the longest beginning of it that is a module.
fn owner(path: &[String], modules: &BTreeMap<String, PathBuf>) -> Option<String> {
    (1..=path.len())
        .rev()
        .map(|length| path[..length].join("::"))
        .find(|name| modules.contains_key(name))
}
