//! The texts of a program, read from its source as tokens.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, Punct, Spacing, TokenStream, TokenTree};

/// Every sentence of the source files below `src`, by module (`cli::call`) or, in a table, by its name
/// (`cli::clients::table::TABLE`), without tests, documentation and attributes. What is filled in is written
/// as `…`.
pub fn read(src: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut files = Vec::new();
    collect(src, &mut files);
    let mut texts = BTreeMap::new();
    for path in files {
        let name = path.strip_prefix(src).expect("it lies in src").with_extension("");
        let name = name.to_str().expect("ASCII").replace('/', "::");
        let module = name.strip_suffix("::mod").unwrap_or(&name).to_owned();
        if module.ends_with("tests") {
            continue;
        }
        let source = fs::read_to_string(&path).expect("a source file");
        for (table, found) in of(&source) {
            texts.insert(format!("{module}{table}"), found);
        }
    }
    texts
}

/// The sentences of one file: those of its tables under their names (`::TABLE`), the others under none.
pub fn of(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let stream: TokenStream = source.parse().expect("it is Rust");
    let mut rest = Vec::new();
    let mut found = BTreeMap::new();
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let word = tree.to_string();
        // Not those of functions, `const fn`.
        let name = trees.next_if(|next| {
            ["const", "static"].contains(&word.as_str())
                && next
                    .to_string()
                    .chars()
                    .all(|c| c.is_ascii_uppercase() || "_0123456789".contains(c))
        });
        let Some(name) = name else {
            rest.push(tree);
            continue;
        };
        let table: Vec<_> = trees.by_ref().take_while(|tree| tree.to_string() != ";").collect();
        let mut texts = BTreeSet::new();
        take(TokenStream::from_iter(table), &mut texts);
        found.insert(format!("::{name}"), texts);
        // An attribute of the table ends with it.
        rest.push(Punct::new(';', Spacing::Alone).into());
    }
    let mut texts = BTreeSet::new();
    take(TokenStream::from_iter(rest), &mut texts);
    found.insert(String::new(), texts);
    found
}

fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("a source folder is readable") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

fn take(stream: TokenStream, found: &mut BTreeSet<String>) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut at = 0;
    while let Some(tree) = trees.get(at) {
        let after = trees.get(at + 1);
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '#' => match (after, trees.get(at + 2)) {
                (Some(TokenTree::Group(attribute)), _) => {
                    at += 2;
                    let attribute = attribute.stream().to_string().replace(' ', "");
                    if attribute == "cfg(test)" || attribute.starts_with("cfg(all(test,") {
                        at += item(&trees[at..]);
                    }
                    continue;
                }
                // `#![...]`
                (Some(TokenTree::Punct(_)), Some(TokenTree::Group(_))) => {
                    at += 3;
                    continue;
                }
                _ => {}
            },
            // What is proven is never printed.
            TokenTree::Ident(word) if word == "expect" || word == "unreachable" => {
                at += 1;
                while matches!(trees.get(at), Some(TokenTree::Punct(_))) {
                    at += 1;
                }
                at += 1;
                continue;
            }
            TokenTree::Group(group) => take(group.stream(), found),
            TokenTree::Literal(literal) => {
                if let Some(text) = text(&literal.to_string()).filter(|text| is_sentence(text)) {
                    found.insert(text);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// The length of the item that begins here.
fn item(trees: &[TokenTree]) -> usize {
    let ends = |tree: &TokenTree| match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        other => other.to_string() == ";",
    };
    trees.iter().position(ends).map_or(trees.len(), |last| last + 1)
}

/// What a literal of a string says.
fn text(literal: &str) -> Option<String> {
    let inner = literal.strip_prefix('"')?.strip_suffix('"')?;
    let mut said = String::new();
    let mut letters = inner.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next()? {
                'n' => said.push('\n'),
                't' => said.push('\t'),
                '\n' => while letters.next_if(|c| c.is_whitespace()).is_some() {},
                'u' => while letters.next().is_some_and(|c| c != '}') {},
                other => said.push(other),
            },
            // Of a format: a brace, or what is filled in.
            '{' if letters.next_if_eq(&'{').is_some() => said.push('{'),
            '}' if letters.next_if_eq(&'}').is_some() => said.push('}'),
            '{' => {
                while letters.next().is_some_and(|c| c != '}') {}
                said.push('…');
            }
            other => said.push(other),
        }
    }
    Some(said.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// What makes a message of two words.
const SAYS: [&str; 11] = [
    "…", "cannot", "empty", "expired", "failed", "invalid", "is ", "missing", "not", "refused",
    "revoked",
];

/// Whether somebody could read it as a message: three words beside what is filled in, or two that say
/// something.
fn is_sentence(text: &str) -> bool {
    let is_word = |word: &&str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        !word.is_empty() && word.chars().all(|c| c.is_alphabetic() || "'-_/.".contains(c))
    };
    match text.split(' ').filter(is_word).count() {
        0 | 1 => false,
        2 => SAYS.iter().any(|word| text.contains(word)),
        _ => true,
    }
}
