//! The house as `src/lib.rs` draws it: which room may import which, no circles of files, what the
//! rooms without I/O keep away from, and how long a file may be.

#[path = "architecture/source.rs"]
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use itential_mcp::config::{Setting, settings};
use source::House;

/// Modules that take and give values only, and what their code must therefore not name.
const WITHOUT_IO: [&str; 3] = ["protocol", "http::wire", "http::machine"];
const IO: [&str; 8] = [
    "std::env",
    "std::fs",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "std::net",
    "std::process",
    "std::thread",
];

/// A file has one idea; more lines of code than this are more than one.
const FILE_LINES: usize = 400;

#[test]
fn rooms_import_only_what_the_map_allows() {
    let lib = fs::read_to_string(src().join("lib.rs")).expect("src/lib.rs");
    nothing(&arrows(&house(), &Map::of(&lib)));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    nothing(&circles(&house()));
}

#[test]
fn rooms_without_io_have_none() {
    let house = house();
    assert!(WITHOUT_IO.iter().all(|pure| house.contains_key(*pure)), "one of them has moved");
    nothing(&io(&house));
}

#[test]
fn no_file_is_long() {
    let long = |(module, source): (&String, &source::Source)| {
        (source.lines > FILE_LINES).then(|| format!("{module}: {} lines of code", source.lines))
    };
    nothing(&house().iter().filter_map(long).collect::<Vec<_>>());
}

/// A setting that nothing reads is one whose field nobody names.
#[test]
fn every_setting_is_read() {
    let house = house();
    let readers = || house.iter().filter(|(module, _)| !module.starts_with("config::settings"));
    // `type` is a word of the language.
    let field = |row: &Setting| match row.auth_key() {
        Some("type") => "kind",
        other => other.unwrap_or(row.key),
    };
    let read = |row: &Setting| readers().any(|(_, source)| source.dotted.contains(field(row)));
    let idle = settings().filter(|row| !read(row));
    nothing(&idle.map(|row| format!("nothing reads {}", row.id())).collect::<Vec<_>>());
}

#[test]
fn every_folder_is_a_module_of_one_style() {
    let mut folders = vec![src()];
    while let Some(folder) = folders.pop() {
        assert!(!folder.with_extension("rs").exists(), "{} has a file beside it", folder.display());
        let inner: Vec<PathBuf> =
            fs::read_dir(&folder).expect("a folder").map(|e| e.expect("an entry").path()).collect();
        let is_code = inner.iter().any(|path| path.extension().is_some_and(|e| e == "rs"));
        let has_mod = folder == src() || folder.join("mod.rs").exists();
        assert!(!is_code || has_mod, "{} has no mod.rs", folder.display());
        folders.extend(inner.into_iter().filter(|path| path.is_dir()));
    }
}

/// The arrows of `src/lib.rs`: who may import whom.
struct Map {
    anyone: BTreeSet<String>,
    allowed: BTreeMap<String, BTreeSet<String>>,
}

impl Map {
    fn of(lib: &str) -> Self {
        let arrow = |line: &str| {
            let (from, to) = line.strip_prefix("//! ")?.split_once(" -> ")?;
            Some((from.trim().to_owned(), to.split_whitespace().map(str::to_owned).collect()))
        };
        let mut allowed: BTreeMap<String, BTreeSet<String>> =
            lib.lines().filter_map(arrow).collect();
        let anyone = allowed.remove("anyone").expect("the map says what anyone may import");
        Self { anyone, allowed }
    }
}

/// The imports that the map does not allow, and the arrows of it that nothing uses.
fn arrows(house: &House, map: &Map) -> Vec<String> {
    let mut unused: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (from, rooms) in &map.allowed {
        unused.extend(rooms.iter().map(|to| (from.as_str(), to.as_str())));
    }
    let mut wrong = Vec::new();
    for (file, imported) in imports(house) {
        for other in imported {
            let (from, to) = (room(file), room(other));
            if from == to || from.is_empty() || map.anyone.contains(to) {
                continue;
            }
            unused.remove(&(from, to));
            if !map.allowed.get(from).is_some_and(|rooms| rooms.contains(to)) {
                wrong.push(format!("{file} imports {other}, an arrow src/lib.rs does not draw"));
            }
        }
    }
    let idle = |(from, to)| format!("src/lib.rs draws {from} -> {to}, which nothing uses");
    wrong.extend(unused.into_iter().map(idle));
    wrong
}

/// The sets of files that import each other in a circle, each file with those that it imports there.
fn circles(house: &House) -> Vec<String> {
    let imports = imports(house);
    let reach: BTreeMap<&str, BTreeSet<&str>> =
        imports.keys().map(|file| (*file, reachable(file, &imports))).collect();
    let on_circles = reach.iter().filter(|(file, reached)| reached.contains(*file));
    let circle = |(file, reached): (&&str, &BTreeSet<&str>)| {
        let members = reached.iter().filter(|other| reach[*other].contains(file));
        let shown = members.map(|member| {
            let inside = imports[member].iter().filter(|other| reach[*other].contains(file));
            format!("{member} -> {}", inside.copied().collect::<Vec<_>>().join(" "))
        });
        shown.collect::<Vec<_>>().join("\n")
    };
    on_circles.map(circle).collect::<BTreeSet<_>>().into_iter().collect()
}

fn reachable<'a>(from: &'a str, imports: &BTreeMap<&str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(file) = open.pop() {
        open.extend(imports[file].iter().filter(|next| seen.insert(**next)));
    }
    seen
}

/// What modules without I/O name of it.
fn io(house: &House) -> Vec<String> {
    let within = |path: &str, root: &str| {
        path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    let mut wrong = Vec::new();
    for (module, source) in house {
        if WITHOUT_IO.iter().any(|pure| within(module, pure)) {
            let named = source.paths.iter().filter(|path| IO.iter().any(|io| within(path, io)));
            wrong.extend(named.map(|path| format!("{module} names {path}")));
        }
    }
    wrong
}

/// The files that each file imports: a path leads into the longest beginning of it that is a file.
fn imports(house: &House) -> BTreeMap<&str, BTreeSet<&str>> {
    let file_of = |path: &String| {
        let mut module = path.strip_prefix("crate::")?;
        loop {
            match house.get_key_value(module) {
                Some((file, _)) => return Some(file.as_str()),
                None => module = module.rsplit_once("::")?.0,
            }
        }
    };
    let imports = house.iter().map(|(file, source)| {
        let others = source.paths.iter().filter_map(file_of).filter(|other| other != file);
        (file.as_str(), others.collect())
    });
    imports.collect()
}

fn room(module: &str) -> &str {
    module.split("::").next().unwrap_or_default()
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn house() -> House {
    let house = source::read(&src());
    assert!(house.len() > 100, "the source files were not found");
    house
}

fn nothing(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The imports of `a/x.rs` among `b/mod.rs`, `b/c.rs`, `a/mod.rs` and `a/d.rs`.
    fn of(text: &str) -> Vec<String> {
        let house = source::house([
            ("lib.rs", "pub mod a;\npub mod b;"),
            ("a/mod.rs", "mod d;\nmod x;"),
            ("a/x.rs", text),
            ("a/d.rs", ""),
            ("b/mod.rs", "pub mod c;"),
            ("b/c.rs", ""),
        ]);
        imports(&house)["a::x"].iter().map(|file| (*file).to_owned()).collect()
    }

    #[test]
    fn every_form_of_an_import_is_seen() {
        for text in [
            "use crate::b::c;",
            "use crate::b::c::Thing as Other;",
            "pub use crate::b::c::*;",
            "use crate::{\n    b::{\n        c::{self, Thing},\n    },\n};",
            "use super::super::b::c::Thing;",
            "use crate::b as rooms; fn f() { rooms::c::f() }",
            "fn f() -> crate::b::c::Thing { todo!() }",
            "fn f() { println!(\"{}\", crate::b::c::f()) }",
            "macro_rules! m { () => { $crate::b::c::f() } }",
            "fn f() { use crate::b::c::f; f() }",
            "impl crate::b::c::Thing for u8 {}",
            "fn f() { let x = 'x'; let y: &'static str = \"\\\"\"; crate::b::c::f() }",
        ] {
            assert!(of(text).contains(&"b::c".to_owned()), "{text}");
        }
        assert_eq!(of("use super::d::Thing;"), ["a::d"]);
        assert_eq!(of("use super::Thing;"), ["a"]);
        assert_eq!(of("use super::{Thing, d};"), ["a", "a::d"]);
        assert_eq!(
            of("use super::{\n    super::b::{c::X,},\n    d::{Y, Z,},\n};"),
            ["a::d", "b::c"]
        );
        assert_eq!(of("use crate::b::{self};"), ["b"]);
    }

    #[test]
    fn what_is_no_import_is_not_seen() {
        for text in [
            "// use crate::b::c;",
            "/* use crate::b::c; /* nested */ crate::b::c */",
            "/// [`crate::b::c`]\nfn f() {}",
            "const A: &str = \"crate::b::c\"; const B: &str = r#\"\" crate::b::c\"#;",
            "#[cfg(test)]\nmod tests { use crate::b::c; }",
            "#[cfg(all(test, unix))]\nuse crate::b::c;",
            "use other::b::c; fn f() { other::crate_b::c() }",
        ] {
            assert_eq!(of(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn an_arrow_that_is_not_drawn_and_one_that_is_idle_are_told() {
        let house = source::house([("a.rs", "use crate::b;"), ("b.rs", ""), ("c.rs", "")]);
        let map = |text: &str| Map::of(&format!("//! anyone -> c\n//! {text}"));
        nothing(&arrows(&house, &map("a -> b")));
        assert!(arrows(&house, &map("b -> c"))[0].starts_with("a imports b"));
        assert!(arrows(&house, &map("a -> b c"))[0].contains("a -> c, which nothing uses"));
    }

    #[test]
    fn a_circle_is_told_with_its_files() {
        let straight = [("a.rs", "use crate::b::X;"), ("b.rs", "use crate::c::X;"), ("c.rs", "")];
        nothing(&circles(&source::house(straight)));
        let round = [straight[0], straight[1], ("c.rs", "fn f() { crate::a::f() }")];
        assert_eq!(circles(&source::house(round)), ["a -> b\nb -> c\nc -> a"]);
        let facade = [("a/mod.rs", "mod d;\npub use d::X;"), ("a/d.rs", "use super::X;")];
        assert_eq!(circles(&source::house(facade)), ["a -> a::d\na::d -> a"]);
    }

    #[test]
    fn io_is_told_wherever_it_is_named() {
        for text in [
            "use std::thread;",
            "use std::{sync::Arc, net::TcpStream};",
            "fn f() { ::std::fs::read(\"x\") }",
            "fn f() { std::thread::spawn(f) }",
        ] {
            assert_eq!(io(&source::house([("protocol/x.rs", text)])).len(), 1, "{text}");
            nothing(&io(&source::house([("product/x.rs", text)])));
        }
        nothing(&io(&source::house([("protocol/x.rs", "use std::sync::Arc; use std::iter;")])));
    }

    #[test]
    fn lines_of_code_are_counted_without_comments_blanks_and_tests() {
        let text = "//! Doc.\n\nuse a::b;\n\n/// Doc.\nfn f() {\n    // why\n    g(\n\"two\nlines\");\n}\n\
                    #[cfg(test)]\nmod tests {\n    fn t() {}\n}\n";
        assert_eq!(source::house([("a.rs", text)])["a"].lines, 6);
    }

    #[test]
    fn files_for_tests_only_are_left_out() {
        let files = [("a/mod.rs", "#[cfg(test)]\nmod tests;"), ("a/tests.rs", "use crate::b;")];
        assert_eq!(source::house(files).into_keys().collect::<Vec<_>>(), ["a"]);
    }
}
