//! What the documents show.

/// A file of `docs`.
pub fn text(file: &str) -> String {
    let path = format!("{}/docs/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The blocks of this language in it.
pub fn blocks(file: &str, language: &str) -> Vec<String> {
    let text = text(file);
    let parts = text.split("```").skip(1).step_by(2);
    parts
        .filter_map(|part| part.strip_prefix(&format!("{language}\n")))
        .map(str::to_owned)
        .collect()
}

/// The one that holds this.
pub fn block(file: &str, language: &str, part: &str) -> String {
    let found: Vec<String> =
        blocks(file, language).into_iter().filter(|block| block.contains(part)).collect();
    let [found] = &found[..] else { panic!("{} blocks of {file} hold {part}", found.len()) };
    found.clone()
}
