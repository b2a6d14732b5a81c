//! What the documents show.

use std::path::{Path, PathBuf};

/// A fenced block of a document.
pub struct Block {
    /// Where the document is in the repository.
    pub document: String,
    /// The line of its fence.
    pub line: usize,
    /// What the fence says that it is.
    pub language: String,
    pub text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every document of the repository that people read, by its place there.
pub fn documents() -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).expect("a folder") {
            let path = folder.join(entry.expect("readable").file_name());
            let name = path.to_str().expect("names of ours are text").to_owned();
            if root().join(&path).is_dir() {
                // What is made, and what is fetched, has documents of others.
                let ours = ["docs", "packaging", "benches", "tests"]
                    .iter()
                    .any(|ours| name.starts_with(ours));
                if ours && !name.ends_with("node_modules") && !name.ends_with("target") {
                    folders.push(path);
                }
            } else if name.ends_with(".md") {
                found.push(name);
            }
        }
    }
    found.sort();
    found
}

/// The blocks of a document, by its place in the repository.
pub fn all_blocks(document: &str) -> Vec<Block> {
    let path = root().join(document);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{document}: {error}"));
    let mut found = Vec::new();
    let mut open: Option<(Block, usize)> = None;
    for (number, line) in text.lines().enumerate() {
        let fence = line.trim_start().strip_prefix("```");
        match (&mut open, fence) {
            (None, Some(language)) => {
                let block = Block {
                    document: document.to_owned(),
                    line: number + 1,
                    language: language.to_owned(),
                    text: String::new(),
                };
                open = Some((block, line.len() - line.trim_start().len()));
            }
            (Some(_), Some(_)) => found.extend(open.take().map(|(block, _)| block)),
            // In a list a block stands further to the right.
            (Some((block, indent)), None) => {
                block.text += line.get(*indent..).unwrap_or_default();
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{document}: a block has no end");
    found
}

/// A file of `docs`.
pub fn text(file: &str) -> String {
    let path = root().join("docs").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The blocks of this language in it.
pub fn blocks(file: &str, language: &str) -> Vec<String> {
    let all = all_blocks(&format!("docs/{file}")).into_iter();
    all.filter(|block| block.language == language).map(|block| block.text).collect()
}

/// The one that holds this.
pub fn block(file: &str, language: &str, part: &str) -> String {
    let found: Vec<String> =
        blocks(file, language).into_iter().filter(|block| block.contains(part)).collect();
    let [found] = &found[..] else { panic!("{} blocks of {file} hold {part}", found.len()) };
    found.clone()
}
