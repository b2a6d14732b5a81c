//! A server put into a file of TOML or YAML by its lines, where these say clearly enough what they are.

use super::notation::key;
use super::write::Edit;

/// Puts the table `block` of the server `name` into `text`, at its end when it is new.
///
/// # Errors
/// Why this cannot be done without harm.
pub fn toml(text: &str, servers: &str, name: &str, block: &str) -> Result<Edit, String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let begins = format!("[{servers}.");
    let mut own = None;
    for (number, line) in lines.iter().enumerate() {
        let line = line.trim();
        if line.starts_with('#') || !line.contains(servers) {
            continue;
        }
        let unclear =
            || format!("line {} says something about {servers} that is not clear", number + 1);
        let table = line.strip_prefix(begins.as_str()).ok_or_else(unclear)?;
        let bare = table.strip_prefix(['"', '\'']).unwrap_or(table);
        match table.strip_prefix(key(name).as_str()).or_else(|| bare.strip_prefix(name)) {
            Some("]") | Some("\"]") | Some("']") if own.is_none() => own = Some(number),
            // Another name may begin so; with a dot behind it or quotes in it, it may be the same.
            Some(rest) if rest.starts_with(['.', '"', '\'', ' ', '\t', ']']) => {
                return Err(unclear());
            }
            _ if table.contains('\\') => return Err(unclear()),
            _ => {}
        }
    }
    let several = ["\"\"\"", "'''"].map(|quotes| text.matches(quotes).count());
    if several.iter().any(|count| count % 2 == 1) || own.is_some() && several != [0, 0] {
        return Err(
            "it holds texts of several lines, so it is not clear what stands in them".into()
        );
    }
    let Some(first) = own else {
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        let between = if text.trim().is_empty() { "" } else { "\n" };
        return Ok(changed(text, &[text, end, between], block, &[], false));
    };
    let next = lines[first + 1..].iter().position(|line| line.trim_start().starts_with('['));
    let mut last = next.map_or(lines.len(), |next| first + 1 + next);
    while lines[last - 1].trim().is_empty() || lines[last - 1].trim_start().starts_with('#') {
        last -= 1;
    }
    let plain = |line: &&str| {
        let line = line.trim();
        line.contains('=') && !line.contains('#') && !line.ends_with(['[', ',', '{'])
    };
    replaced(text, &lines, first..last, block, name, lines[first + 1..last].iter().all(plain))
}

/// Puts the entry `block(indent)` of the server `name` into the mapping `servers` of `text`.
///
/// # Errors
/// Why this cannot be done without harm.
pub fn yaml(
    text: &str,
    servers: &str,
    name: &str,
    block: impl Fn(&str) -> String,
) -> Result<Edit, String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let says = |line: &str| !matches!(line.trim().chars().next(), None | Some('#'));
    // Lists may stand at the beginning of a line, but not before the first key.
    let first = lines.iter().position(|line| says(line) && line.trim_end() != "---");
    let odd = |(number, line): (usize, &&str)| {
        let opens = line.starts_with("---") && Some(number) > first
            || line.starts_with(['-', ' ']) && Some(number) == first;
        opens
            || line.starts_with(['{', '[', '%', '?', '.', '"', '\'', '\u{feff}'])
            || line.contains('\t')
    };
    let is_odd = |at: &usize| odd((*at, &lines[*at]));
    if let Some(at) = (0..lines.len()).find(is_odd) {
        return Err(format!("line {} is not as this program knows such files", at + 1));
    }
    let starts: Vec<_> = (0..lines.len())
        .filter(|at| {
            lines[*at].strip_prefix(servers).is_some_and(|rest| rest.starts_with([':', ' ']))
        })
        .collect();
    let top = match starts.as_slice() {
        [] => {
            let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            let block = format!("{servers}:\n{}", block("  "));
            return Ok(changed(text, &[text, end], &block, &[], false));
        }
        [at] if lines[*at].trim_end().len() == servers.len() + 1 => *at,
        _ => return Err(format!("{servers} is not a plain mapping, one line for each key")),
    };
    let inner = || (top + 1..lines.len()).filter(|at| says(lines[*at]));
    if inner().next().is_some_and(|at| lines[at].starts_with('-')) {
        return Err(format!("{servers} is a list"));
    }
    let depth = inner().next().map_or(0, |at| indent(lines[at]));
    let depth = if depth == 0 { 2 } else { depth };
    let block = block(&" ".repeat(depth));
    let end = inner().find(|at| indent(lines[*at]) < depth).unwrap_or(lines.len());
    let quoted = key(name);
    let names = [format!("{name}:"), format!("\"{name}\":"), format!("'{name}':"), quoted + ":"];
    let own = (top + 1..end).find(|at| {
        let line = lines[*at];
        indent(line) == depth && names.iter().any(|name| line[depth..].starts_with(name.as_str()))
    });
    let Some(first) = own else {
        // A last line may lack its end.
        let newline = if lines[top].ends_with('\n') { "" } else { "\n" };
        let before = lines[..=top].concat();
        let after = lines[top + 1..].concat();
        return Ok(changed(text, &[&before, newline], &block, &[&after], false));
    };
    let mut last = first + 1;
    while last < end && (!says(lines[last]) || indent(lines[last]) > depth) {
        last += 1;
    }
    while !says(lines[last - 1]) {
        last -= 1;
    }
    let plain = |line: &&str| !line.contains(['#', '&', '*', '|', '>']);
    replaced(text, &lines, first..last, &block, name, lines[first..last].iter().all(plain))
}

fn replaced(
    text: &str,
    lines: &[&str],
    own: std::ops::Range<usize>,
    block: &str,
    name: &str,
    plain: bool,
) -> Result<Edit, String> {
    let (before, old) = (lines[..own.start].concat(), lines[own.clone()].concat());
    if old.replace("\r\n", "\n").trim_end() == block.trim_end() {
        return Ok(Edit::Same);
    }
    if !plain {
        return Err(format!("the entry '{name}' that is there holds more than plain lines"));
    }
    Ok(changed(text, &[&before], block, &[&lines[own.end..].concat()], true))
}

fn changed(text: &str, before: &[&str], block: &str, after: &[&str], replaced: bool) -> Edit {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let text = before.concat() + &block.replace('\n', newline) + &after.concat();
    Edit::Changed { text, replaced }
}
