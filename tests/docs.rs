//! What the documents say about this repository is true.

use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Those of the root, and everything under docs/.
fn documents() -> Vec<PathBuf> {
    let docs = std::fs::read_dir(root().join("docs")).expect("docs/ is there");
    let docs = docs.map(|entry| entry.expect("readable").path());
    docs.filter(|path| path.extension().is_some_and(|e| e == "md"))
        .chain(
            ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"]
                .map(|name| root().join(name)),
        )
        .collect()
}

#[test]
fn links_lead_somewhere() {
    let mut seen = 0;
    for document in documents() {
        let text = read(&document);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            seen += 1;
            let place = document.parent().expect("a file has a folder").join(file);
            assert!(place.exists(), "{}: {link} leads nowhere", document.display());
        }
    }
    assert!(seen > 5, "only {seen} links were found");
}

#[test]
fn the_changelog_begins_with_this_version() {
    let text = read(&root().join("CHANGELOG.md"));
    let newest = text.lines().find(|line| line.starts_with("## [") && line.contains(" - "));
    let newest = newest.expect("a version");
    assert!(newest.starts_with(concat!("## [", env!("CARGO_PKG_VERSION"), "] - ")), "{newest}");
}

/// What the README says in numbers about the Python server and this one stands where it was measured.
#[test]
fn the_figures_of_the_readme_were_measured() {
    let readme = read(&root().join("README.md"));
    let measured = read(&root().join("docs/performance.md"));
    let table = readme.split("<!-- figures -->").nth(1).expect("a table of figures");
    let table = table.split("<!-- end -->").next().expect("its end");
    let mut figures = 0;
    for row in table.lines().filter(|line| line.starts_with('|')).skip(2) {
        for figure in row.split('|').map(str::trim).skip(2).filter(|figure| !figure.is_empty()) {
            assert!(
                measured.contains(&format!("| {figure} |")),
                "{figure} was not measured: {row}"
            );
            figures += 1;
        }
    }
    assert!(figures > 8, "only {figures} figures were found");
}

/// A proof is `file::name`: a test function of tests/file.rs (or src/...), or, where the name is a
/// sentence, the row of a case table that says so.
#[test]
fn the_proofs_of_absent_defects_exist() {
    let text = read(&root().join("docs/differences.md"));
    let mut proofs = 0;
    for proof in text.split('`').skip(1).step_by(2).filter(|code| code.contains("::")) {
        let (file, name) = proof.split_once("::").expect("it was filtered for");
        let folder = if file.starts_with("src/") { root().into() } else { root().join("tests") };
        let source = read(&folder.join(file).with_extension("rs"));
        let wanted =
            if name.contains(' ') { format!("\"{name}\"") } else { format!("fn {name}()") };
        assert!(source.contains(&wanted), "{file} has no {wanted}");
        proofs += 1;
    }
    assert!(proofs > 100, "only {proofs} proofs were found");
    for (section, count) in [
        ('A', 24),
        ('B', 17),
        ('C', 5),
        ('D', 11),
        ('E', 9),
        ('F', 8),
        ('G', 4),
        ('H', 4),
        ('I', 3),
    ] {
        for number in 1..=count {
            assert!(text.contains(&format!("\n| {section}{number} | ")), "{section}{number}");
        }
    }
}
