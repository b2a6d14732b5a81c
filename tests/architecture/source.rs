//! Source files read as tokens, so that comments, strings and layout cannot be taken for code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// The source files of the library by module (`http::wire::head`; `` for `lib.rs`), without tests.
pub type House = BTreeMap<String, Source>;

/// What one file holds.
#[derive(Default)]
pub struct Source {
    /// Every path that its code names, from a crate's root: `crate::http::wire`, `std::fs::read`.
    pub paths: BTreeSet<String>,
    /// What stands behind a dot: the fields that its code reads, and the functions it calls.
    pub dotted: BTreeSet<String>,
    /// Lines that hold code: no comments, no blank lines, no tests.
    pub lines: usize,
    /// Modules of it that are compiled for tests only.
    tests: Vec<String>,
}

/// Reads every file below `src` but `main.rs`.
pub fn read(src: &Path) -> House {
    let mut files = Vec::new();
    collect(src, src, &mut files);
    house(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

/// A house of files, each by its name below `src`.
pub fn house<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> House {
    let read = |(name, text): (&str, &str)| {
        let module = name.trim_end_matches(".rs").trim_end_matches("lib");
        let module = module.strip_suffix("/mod").unwrap_or(module).replace('/', "::");
        let source = Source::new(&module, text);
        (module, source)
    };
    let mut house: House = files.into_iter().map(read).collect();
    let tests = |(module, source): (&String, &Source)| {
        source.tests.iter().map(|test| format!("{module}::{test}")).collect::<Vec<_>>()
    };
    for test in house.iter().flat_map(tests).collect::<Vec<_>>() {
        house.remove(&test);
    }
    house
}

fn collect(src: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a source folder is readable") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(src, &path, files);
        } else if path.extension().is_some_and(|e| e == "rs") && path != src.join("main.rs") {
            let name = path.strip_prefix(src).expect("it lies in src").to_str().expect("ASCII");
            files.push((name.to_owned(), fs::read_to_string(&path).expect("a source file")));
        }
    }
}

impl Source {
    fn new(module: &str, text: &str) -> Self {
        let stream = text.parse().unwrap_or_else(|error| panic!("{module} is not Rust: {error}"));
        let mut code = Code::default();
        code.take(stream);
        let mut scope = Scope { module, names: BTreeMap::new(), paths: BTreeSet::new() };
        scope.read(&code.tokens);
        let behind_dot = code.tokens.windows(2).filter(|pair| pair[0] == ".");
        let dotted = behind_dot.map(|pair| pair[1].clone()).collect();
        Self { paths: scope.paths, dotted, lines: code.lines.len(), tests: code.tests }
    }
}

/// The tokens of a file in one row, groups opened, without documentation and tests.
#[derive(Default)]
struct Code {
    tokens: Vec<String>,
    lines: BTreeSet<usize>,
    tests: Vec<String>,
}

impl Code {
    fn take(&mut self, stream: TokenStream) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while let Some(tree) = trees.get(at) {
            if let Some((attribute, length)) = attribute(&trees[at..]) {
                let is_doc = attribute.first().is_some_and(|word| word == "doc");
                let is_test = attribute.first().is_some_and(|word| word == "cfg")
                    && attribute.iter().any(|word| word == "test")
                    && attribute.iter().all(|word| word != "not");
                if is_test {
                    at += length + self.leave_out(&trees[at + length..]);
                    continue;
                } else if is_doc {
                    at += length;
                    continue;
                }
            }
            let span = tree.span();
            match tree {
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::None => ("", ""),
                    };
                    self.lines.insert(group.span_open().start().line);
                    self.tokens.push(open.to_owned());
                    self.take(group.stream());
                    self.lines.insert(group.span_close().end().line);
                    self.tokens.push(close.to_owned());
                }
                TokenTree::Punct(punct)
                    if punct.as_char() == ':'
                        && punct.spacing() == Spacing::Joint
                        && trees.get(at + 1).is_some_and(|next| next.to_string() == ":") =>
                {
                    self.lines.insert(span.start().line);
                    self.tokens.push("::".to_owned());
                    at += 1;
                }
                other => {
                    self.lines.extend(span.start().line..=span.end().line);
                    let is_literal = matches!(other, TokenTree::Literal(_));
                    self.tokens.push(if is_literal { String::new() } else { other.to_string() });
                }
            }
            at += 1;
        }
    }

    /// The length of the item that begins here, which is one for tests only.
    fn leave_out(&mut self, trees: &[TokenTree]) -> usize {
        let ends = |tree: &TokenTree| match tree {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            other => other.to_string() == ";",
        };
        let length = trees.iter().position(ends).map_or(trees.len(), |last| last + 1);
        let words: Vec<String> = trees[..length].iter().map(TokenTree::to_string).collect();
        if let [.., keyword, name, end] = words.as_slice()
            && keyword == "mod"
            && end == ";"
        {
            self.tests.push(name.clone());
        }
        length
    }
}

/// The words of the attribute that begins here, and its length in tokens.
fn attribute(trees: &[TokenTree]) -> Option<(Vec<String>, usize)> {
    let is = |at: usize, c| matches!(trees.get(at), Some(TokenTree::Punct(p)) if p.as_char() == c);
    let at = if is(1, '!') { 2 } else { 1 };
    match trees.get(at) {
        Some(TokenTree::Group(group)) if is(0, '#') => {
            let text = group.stream().to_string();
            let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
            let words = words.filter(|word| !word.is_empty()).map(str::to_owned);
            Some((words.collect(), at + 1))
        }
        _ => None,
    }
}

/// Reads paths as seen from one module.
struct Scope<'a> {
    module: &'a str,
    /// What the file's imports and child modules are called, with their paths.
    names: BTreeMap<String, Vec<String>>,
    paths: BTreeSet<String>,
}

impl Scope<'_> {
    fn read(&mut self, tokens: &[String]) {
        for item in tokens.windows(3).filter(|item| item[0] == "mod" && is_word(&item[1])) {
            assert_eq!(item[2], ";", "{}: a module is a file", self.module);
            let path = self.resolve(&["self".to_owned(), item[1].clone()]);
            self.names.insert(item[1].clone(), path);
        }
        let mut code = Vec::new();
        let mut rest = tokens.iter().map(String::as_str);
        while let Some(token) = rest.next() {
            if token == "use" {
                self.import(&mut rest, &[]);
            } else {
                code.push(token);
            }
        }
        let token = |at: usize| code.get(at).copied().unwrap_or_default();
        let mut at = 0;
        while at < code.len() {
            let mut path = vec![token(at).to_owned()];
            while is_word(token(at)) && token(at + 1) == "::" && is_word(token(at + 2)) {
                path.push(token(at + 2).to_owned());
                at += 2;
            }
            if path.len() > 1 {
                let path = self.resolve(&path);
                self.paths.insert(path.join("::"));
            }
            at += 1;
        }
    }

    /// Reads one branch of a `use` tree, up to its end; gives the token that ended it.
    fn import<'t>(
        &mut self,
        tokens: &mut impl Iterator<Item = &'t str>,
        prefix: &[String],
    ) -> &'t str {
        let mut path = prefix.to_vec();
        let mut name = None;
        // Nothing stands between the last comma of a group and its end.
        let mut leads_somewhere = false;
        loop {
            match tokens.next().unwrap_or(";") {
                "::" => {}
                "{" => {
                    while self.import(&mut *tokens, &path) == "," {}
                    leads_somewhere = false;
                }
                "as" => name = tokens.next(),
                "self" if !path.is_empty() => leads_somewhere = true,
                word if is_word(word) || word == "*" => {
                    path.push(word.to_owned());
                    leads_somewhere = true;
                }
                end => {
                    if leads_somewhere {
                        let resolved = self.resolve(&path);
                        self.paths.insert(resolved.join("::"));
                        let name = name.map(str::to_owned).or_else(|| path.last().cloned());
                        self.names.insert(name.expect("a path has an end"), resolved);
                    }
                    return end;
                }
            }
        }
    }

    /// The path from a crate's root.
    fn resolve(&self, path: &[String]) -> Vec<String> {
        let mut at: Vec<String> = vec!["crate".to_owned()];
        at.extend(self.module.split("::").filter(|part| !part.is_empty()).map(str::to_owned));
        let (first, rest) = path.split_first().expect("a path has a beginning");
        match first.as_str() {
            "crate" => at.truncate(1),
            "self" => {}
            "super" => drop(at.pop()),
            name => at = self.names.get(name).cloned().unwrap_or_else(|| vec![name.to_owned()]),
        }
        for part in rest {
            match part.as_str() {
                "super" => drop(at.pop()),
                "*" => {}
                name => at.push(name.to_owned()),
            }
        }
        at
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}
