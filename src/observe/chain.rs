//! The chain through an audit trail: each line holds a hash of itself and of the line before, so that
//! none can be changed, added or taken out without a break that shows.
//!
//! A process has a chain of its own, which goes on when the file is rotated; its first line names the
//! line it follows in the file. Whoever can write the file can also write a whole new one: a chain shows
//! what was done to a part, and a copy elsewhere of the last link shows the rest.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{Context, SHA256};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::Value;

use crate::limits;

/// The last member of a line, before its value.
const MEMBER: &str = ",\"chain\":\"";

/// The member of a first line that names the one it follows.
const FOLLOWS: &str = "follows";

/// A chain that is being written.
#[derive(Debug)]
pub struct Chain {
    id: String,
    number: u64,
    last: [u8; 32],
    /// The link that the first line follows.
    follows: Option<String>,
}

/// One link, as it stands in a line: `id.number.hash`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Link {
    id: String,
    number: u64,
    hash: [u8; 32],
}

impl Chain {
    /// A chain whose first line follows the last one of `file`, if it has one.
    pub fn after(file: &Path) -> Self {
        let mut id = [0; 6];
        // An id that is not random is still one; nobody has to guess it.
        if SystemRandom::new().fill(&mut id).is_err() {
            id[..4].copy_from_slice(&std::process::id().to_be_bytes());
        }
        let follows = last_link(file).ok().flatten();
        Self { id: URL_SAFE_NO_PAD.encode(id), number: 0, last: [0; 32], follows }
    }

    /// Makes a JSON object, which has members, the next line of the chain. It counts when [`Chain::wrote`] is told so, and is
    /// missing from the numbers otherwise.
    pub fn link(&mut self, object: &mut Vec<u8>) -> [u8; 32] {
        self.number += 1;
        object.pop();
        if let Some(follows) = &self.follows {
            object.extend_from_slice(format!(",\"{FOLLOWS}\":\"{follows}\"").as_bytes());
        }
        let hash = hash(&self.last, &self.id, self.number, object);
        let link = Link { id: self.id.clone(), number: self.number, hash };
        object.extend_from_slice(format!("{MEMBER}{link}\"}}").as_bytes());
        hash
    }

    /// The next line is the first in a new file: it names the one before, in the old file.
    pub fn rotated(&mut self) {
        if self.last != [0; 32] {
            let (id, number, hash) = (self.id.clone(), self.number, self.last);
            self.follows = Some(Link { id, number, hash }.to_string());
        }
    }

    /// The line that ended in this hash was written.
    pub fn wrote(&mut self, hash: [u8; 32]) {
        self.last = hash;
        self.follows = None;
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.id, self.number, URL_SAFE_NO_PAD.encode(self.hash))
    }
}

impl Link {
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (id, number, hash) = (parts.next()?, parts.next()?, parts.next()?);
        let hash = URL_SAFE_NO_PAD.decode(hash).ok()?.try_into().ok()?;
        let link = Self { id: id.to_owned(), number: number.parse().ok()?, hash };
        (link.to_string() == text).then_some(link)
    }

    /// What of a line was hashed, and its link.
    fn of(line: &str) -> Option<(&str, Self)> {
        let at = line.rfind(MEMBER)?;
        let (hashed, rest) = line.split_at(at);
        let link = rest.strip_prefix(MEMBER)?.strip_suffix("\"}")?;
        Some((hashed, Self::read(link)?))
    }
}

fn hash(last: &[u8; 32], id: &str, number: u64, line: &[u8]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(last);
    context.update(id.as_bytes());
    context.update(&number.to_be_bytes());
    context.update(line);
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// The link of the last whole line of a file.
fn last_link(file: &Path) -> io::Result<Option<String>> {
    let mut file = File::open(file)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(limits::AUDIT_TAIL_BYTES)))?;
    let mut end = Vec::new();
    file.take(limits::AUDIT_TAIL_BYTES).read_to_end(&mut end)?;
    let text = String::from_utf8_lossy(&end);
    Ok(text.lines().rev().find_map(Link::of).map(|(_, link)| link.to_string()))
}

/// What was found in a trail.
#[derive(Debug, Default)]
pub struct Report {
    /// Lines that are as they were written.
    pub good: u64,
    /// What an auditor should know, and is no sign of a change.
    pub notes: Vec<String>,
    /// What was changed, added or taken out.
    pub breaks: Vec<String>,
    /// The link of the last line, to be compared with a copy kept elsewhere.
    pub last: Option<String>,
    ends: HashMap<String, Link>,
    seen: HashSet<String>,
}

impl Report {
    /// Goes on with the next file of the trail; the oldest comes first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(&mut self, path: &Path) -> io::Result<()> {
        let mut reader = BufReader::new(File::open(path)?);
        let mut line = Vec::new();
        for number in 1_u64.. {
            line.clear();
            let read = (&mut reader).take(limits::AUDIT_LINE_BYTES).read_until(b'\n', &mut line)?;
            if read == 0 {
                break;
            }
            let place = format!("{}, line {number}", path.display());
            let text = String::from_utf8_lossy(&line);
            self.line(&place, text.trim_end_matches('\n'));
        }
        Ok(())
    }

    /// Whether nothing was changed, added or taken out.
    pub fn is_intact(&self) -> bool {
        self.breaks.is_empty()
    }

    fn line(&mut self, place: &str, line: &str) {
        let Some((hashed, link)) = Link::of(line) else {
            return match (serde_json::from_str::<Value>(line).is_ok(), self.seen.is_empty()) {
                (true, true) => note(
                    &mut self.notes,
                    format!("{place}: no chain; written before there was one"),
                ),
                (true, false) => {
                    note(&mut self.breaks, format!("{place}: a line outside the chain"))
                }
                (false, _) => note(
                    &mut self.notes,
                    format!("{place}: not a whole line, as a full disk leaves it"),
                ),
            };
        };
        let object: Option<Value> = serde_json::from_str(line).ok();
        let follows = object.as_ref().and_then(|line| line.get(FOLLOWS)).and_then(Value::as_str);
        let own = follows.and_then(Link::read).filter(|before| before.id == link.id);
        let before = self.ends.get(&link.id).or(own.as_ref());
        let last = before.map_or([0; 32], |before| before.hash);
        let missing = link.number.saturating_sub(before.map_or(0, |before| before.number) + 1);
        if hash(&last, &link.id, link.number, hashed.as_bytes()) == link.hash {
            self.good += 1;
            if missing > 0 {
                note(&mut self.notes, format!("{place}: {missing} before it could not be written"));
            }
        } else {
            note(&mut self.breaks, format!("{place}: it, or what stood before it, was changed"));
        }
        if let Some(follows) = follows.filter(|link| !self.seen.contains(*link)) {
            let text = format!("{place}: what it follows is not here ({follows})");
            // A process goes on in a new file; others begin it after what stands there.
            let earlier = own.is_some() || self.seen.is_empty();
            note(if earlier { &mut self.notes } else { &mut self.breaks }, text);
        }
        self.seen.insert(link.to_string());
        self.last = Some(link.to_string());
        self.ends.insert(link.id.clone(), link);
    }
}

/// A few of a kind say it all.
fn note(notes: &mut Vec<String>, text: String) {
    if notes.len() < limits::AUDIT_FINDINGS {
        notes.push(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A trail of two processes, the second of which follows the first, with a line lost on the way.
    fn trail() -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for process in ["a", "b"] {
            let follows =
                lines.last().and_then(|line| Link::of(line)).map(|(_, link)| link.to_string());
            let mut chain = Chain { id: process.into(), number: 0, last: [0; 32], follows };
            for tool in 0..4 {
                let mut line = format!("{{\"tool\":{tool}}}").into_bytes();
                let hash = chain.link(&mut line);
                // The disk was full for the third one.
                if tool != 2 {
                    chain.wrote(hash);
                    lines.push(String::from_utf8(line).expect("text"));
                }
            }
        }
        lines
    }

    fn report(lines: &[String]) -> Report {
        let mut report = Report::default();
        for (at, line) in lines.iter().enumerate() {
            report.line(&at.to_string(), line);
        }
        report
    }

    #[test]
    fn what_was_written_is_intact_and_what_was_lost_is_told() {
        let whole = report(&trail());
        assert_eq!((whole.good, whole.notes.len()), (6, 2), "{whole:?}");
        assert!(whole.is_intact());
        // From a new file on, the chains go on.
        let mut chain = Chain { id: "c".into(), number: 0, last: [0; 32], follows: None };
        let mut line = || {
            let mut line = br#"{"tool":1}"#.to_vec();
            let hash = chain.link(&mut line);
            chain.wrote(hash);
            chain.rotated();
            String::from_utf8(line).expect("text")
        };
        let (first, second) = (line(), line());
        assert!(report(&[first, second.clone()]).notes.is_empty());
        let later = report(&[second]);
        assert!(later.is_intact() && later.notes.len() == 1 && later.good == 1, "{later:?}");
        let mut old = trail();
        old.insert(0, r#"{"tool":"written before there was a chain"}"#.into());
        old.insert(3, r#"{"half a li"#.into());
        assert!(report(&old).is_intact());
    }

    #[test]
    fn a_line_that_is_changed_added_or_taken_out_breaks_the_chain() {
        let written = trail();
        for at in 0..written.len() {
            let mut changed = written.clone();
            changed[at] = changed[at].replace("tool", "told");
            assert!(!report(&changed).is_intact(), "{at} is changed");
            let mut added = written.clone();
            added.insert(at + 1, r#"{"tool":7}"#.into());
            assert!(!report(&added).is_intact(), "one more after {at}");
            let mut twice = written.clone();
            twice.insert(at + 1, written[at].clone());
            assert!(!report(&twice).is_intact(), "{at} comes twice");
            // Nothing here knows of the last line.
            if at + 1 != written.len() {
                let mut less = written.clone();
                less.remove(at);
                assert!(!report(&less).is_intact(), "{at} is taken out");
            }
        }
    }
}
