//! Tokens of a file: one a line, `NAME ROLE HASH [LAST DAY]`, of which only hashes are kept.
//!
//! A token has 256 random bits, so that a plain SHA-256 of it tells nobody anything.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::Value;

use super::identity::{Identity, Proof};
use super::refusal::Refusal;
use super::verifier::{Verdict, Verifier};
use crate::config::Auth;
use crate::stamp::Stamp;
use crate::sync::Lock;
use crate::time::moment;
use crate::{limits, observe};

/// How every token begins, so that people and secret scanners know one when they see it.
const PREFIX: &str = "imcp_";

/// How a hash begins: what it was made with.
const HASH: &str = "sha256:";

/// What stands for no role.
const NO_ROLE: &str = "-";

type Hash = [u8; 32];

/// The tokens of a file, read again when it changes.
pub struct TokenFile {
    path: PathBuf,
    state: Lock<State>,
}

struct State {
    tokens: Vec<Token>,
    seen: Option<Stamp>,
    next_look: Instant,
}

/// One line.
struct Token {
    hash: Hash,
    identity: Arc<Identity>,
}

impl TokenFile {
    /// The tokens of `auth_tokens_file`.
    ///
    /// # Errors
    /// In words for the operator: that it is not set, cannot be read, or which line is wrong.
    pub fn open(settings: &Auth) -> Result<Self, String> {
        let Some(path) = settings.tokens_file.clone() else {
            return Err("auth_type token needs auth_tokens_file, the file of the tokens; \
                        'itential-mcp token new NAME --file FILE' writes one"
                .into());
        };
        let seen = Stamp::of(&path);
        let tokens = read(&path)?;
        let next_look = Instant::now() + limits::RELOAD_CHECK;
        Ok(Self { path, state: Lock::new(State { tokens, seen, next_look }) })
    }

    /// Reads the file if it has changed, or in any case when told so.
    fn look(&self, always: bool) {
        let mut state = self.state.lock();
        let now = Instant::now();
        if !always && now < state.next_look {
            return;
        }
        state.next_look = now + limits::RELOAD_CHECK;
        let stamp = Stamp::of(&self.path);
        if !always && stamp == state.seen {
            return;
        }
        state.seen = stamp;
        match read(&self.path) {
            Ok(tokens) => {
                log::info!("tokens reloaded: {} of them", tokens.len());
                state.tokens = tokens;
            }
            Err(error) => {
                observe::always(format_args!("tokens not reloaded, the old ones stay: {error}"));
            }
        }
    }
}

impl Verifier for TokenFile {
    fn verify(&self, token: &str, now: SystemTime) -> Verdict {
        let hash = hash(token);
        let state = self.state.lock();
        // Every line is looked at, and every byte of it: how long this takes tells nothing.
        let found = state.tokens.iter().fold(None, |found, token| {
            let differs = token.hash.iter().zip(hash).fold(0, |all, (a, b)| all | (a ^ b));
            if differs == 0 { Some(token) } else { found }
        });
        match found {
            None if token.starts_with(PREFIX) => {
                Verdict::Refused(Refusal::Invalid("the token is not known here".into()))
            }
            None => Verdict::Foreign,
            Some(token) if token.identity.expires.is_some_and(|end| now >= end) => {
                Verdict::Refused(Refusal::Invalid(format!(
                    "the token '{}' has expired; ask the operator for a new one",
                    token.identity.name
                )))
            }
            Some(token) => Verdict::Proven(Arc::clone(&token.identity)),
        }
    }

    fn tend(&self) {
        self.look(false);
    }

    fn reload(&self) {
        self.look(true);
    }
}

/// The names of the tokens in a file that name a role, with that role.
///
/// # Errors
/// In words for the operator: what is wrong with the file.
pub fn roles_in(path: &Path) -> Result<Vec<(String, String)>, String> {
    let of = |token: &Token| Some((token.identity.name.clone(), token.identity.role.clone()?));
    Ok(read(path)?.iter().filter_map(of).collect())
}

/// A new token.
pub struct NewToken<'a> {
    /// Whose it is.
    pub name: &'a str,
    /// Its role.
    pub role: Option<&'a str>,
    /// The last day on which it is good, in UTC: `YYYY-MM-DD`.
    pub last_day: Option<&'a str>,
}

impl NewToken<'_> {
    /// Appends a line for a new token to the file, made if there is none, and gives the token.
    ///
    /// # Errors
    /// In words for the operator: what of name, role and day cannot stand in a file, or what is wrong
    /// with the file.
    pub fn append(&self, path: &Path) -> Result<String, String> {
        let tokens = match read(path) {
            Err(_) if !path.exists() => Vec::new(),
            tokens => tokens?,
        };
        let mut bytes = [0; 32];
        SystemRandom::new()
            .fill(&mut bytes)
            .map_err(|_| "the system gives no random numbers".to_owned())?;
        let token = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
        fits("name", self.name)?;
        self.role.map_or(Ok(()), |role| fits("role", role))?;
        let line = self.line(&token);
        parse(&line)?;
        if tokens.iter().any(|known| known.identity.name == self.name) {
            return Err(format!(
                "{} has a token called '{}' already; remove its line first, or take another name",
                path.display(),
                self.name
            ));
        }
        if tokens.len() >= limits::TOKENS {
            return Err(format!(
                "{} holds {} tokens, and no more fit",
                path.display(),
                tokens.len()
            ));
        }
        write(path, &line).map_err(|error| {
            format!("the file of tokens {} cannot be written: {error}", path.display())
        })?;
        Ok(token)
    }

    fn line(&self, token: &str) -> String {
        let hash = URL_SAFE_NO_PAD.encode(hash(token));
        let day = self.last_day.map(|day| format!(" {day}")).unwrap_or_default();
        format!("{} {} {HASH}{hash}{day}\n", self.name, self.role.unwrap_or(NO_ROLE))
    }
}

fn write(path: &Path, line: &str) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom, Write};

    let mut options = fs::OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    // A last line without its end must not swallow the new one.
    let mut last = [b'\n'];
    let before = file.metadata()?.len();
    if before > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    let lead = if last == *b"\n" { "" } else { "\n" };
    let written = file.write_all(format!("{lead}{line}").as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        // Half a line, as a full disk leaves it, would keep the server from starting.
        let _ = file.set_len(before);
    }
    written
}

fn read(path: &Path) -> Result<Vec<Token>, String> {
    let wrong =
        |problem: String| format!("auth_tokens_file {} cannot be used: {problem}", path.display());
    let bytes = fs::metadata(path).map_err(|error| wrong(error.to_string()))?.len();
    if bytes > limits::TOKENS_FILE_BYTES {
        return Err(wrong(format!("it is larger than {} bytes", limits::TOKENS_FILE_BYTES)));
    }
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::mode(&fs::metadata(path).map_err(|e| wrong(e.to_string()))?)
        & 0o022
        != 0
    {
        return Err(wrong("others may write to it and so let anybody in; chmod 600 it".into()));
    }
    let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let mut tokens: Vec<Token> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let wrong = |problem: String| wrong(format!("line {}: {problem}", at + 1));
        let Some(token) = parse(line).map_err(wrong)? else { continue };
        if tokens.iter().any(|known| known.identity.name == token.identity.name) {
            return Err(wrong(format!("a second token called '{}'", token.identity.name)));
        }
        tokens.push(token);
    }
    match tokens.len() {
        ..=limits::TOKENS => Ok(tokens),
        many => Err(wrong(format!("{many} tokens are more than {}", limits::TOKENS))),
    }
}

/// One line; none where it is empty or says something to people.
fn parse(line: &str) -> Result<Option<Token>, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    if words.first().is_none_or(|word| word.starts_with('#')) {
        return Ok(None);
    }
    let (name, role, hash, day) = match words[..] {
        [name, role, hash] => (name, role, hash, None),
        [name, role, hash, day] => (name, role, hash, Some(day)),
        _ => return Err("a token has a name, a role (or -), a hash and perhaps a last day".into()),
    };
    fits("name", name)?;
    fits("role", role)?;
    let hash = hash.strip_prefix(HASH).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    let hash: Hash = hash.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| {
        format!("the hash is none that 'itential-mcp token new' writes ({HASH}...)")
    })?;
    let expires = day.map(|day| end_of(day).ok_or("the last day must be written YYYY-MM-DD"));
    let identity = Identity {
        proof: Proof::Token,
        name: name.to_owned(),
        subject: String::new(),
        role: Some(role).filter(|role| *role != NO_ROLE).map(str::to_owned),
        scopes: Vec::new(),
        expires: expires.transpose()?,
    };
    Ok(Some(Token { hash, identity: Arc::new(identity) }))
}

/// Whether this can stand as one word of a line.
fn fits(what: &str, word: &str) -> Result<(), String> {
    let good = |c: char| c.is_ascii_alphanumeric() || "._@-".contains(c);
    match word.len() {
        1..=limits::TOKEN_NAME_BYTES if word.chars().all(good) => Ok(()),
        _ => Err(format!(
            "the {what} may have up to {} letters, digits and . _ @ -",
            limits::TOKEN_NAME_BYTES
        )),
    }
}

fn end_of(day: &str) -> Option<SystemTime> {
    let is_day = day.len() == 10 && day.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let begins = moment(&Value::from(day)).filter(|_| is_day)?;
    let ends = u64::try_from(begins).ok()?.checked_add(limits::DAY.as_millis() as u64)?;
    UNIX_EPOCH.checked_add(Duration::from_millis(ends))
}

fn hash(token: &str) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> PathBuf {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("tokens-{}-{number}", std::process::id()));
        let _ = fs::remove_file(&path);
        write(&path, text).expect("a file");
        path
    }

    fn open(path: &Path) -> TokenFile {
        let state = State {
            tokens: read(path).expect("a good file"),
            seen: Stamp::of(path),
            next_look: Instant::now(),
        };
        TokenFile { path: path.to_owned(), state: Lock::new(state) }
    }

    #[test]
    fn a_token_is_good_from_its_line_to_its_last_day() {
        // The last line has no end.
        let path = file("# people\n\nold - sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        let new = |name, role, last_day| NewToken { name, role, last_day }.append(&path);
        let ann = new("ann", Some("operators"), Some("2027-01-31")).expect("it fits");
        let ci = new("ci", None, None).expect("it fits");
        assert!(new("ann", None, None).is_err_and(|said| said.contains("already")));
        for (name, role, day) in [
            ("a b", None, None),
            ("", None, None),
            ("#a", None, None),
            ("a\nb", None, None),
            ("a", Some("b c"), None),
            ("a", None, Some("tomorrow")),
            ("a", None, Some("2027-02-31")),
            ("a", None, Some("20270131")),
            (&"a".repeat(300), None, None),
        ] {
            assert!(new(name, role, day).is_err(), "{name} {role:?} {day:?}");
        }
        let tokens = open(&path);
        let at = |text: &str| {
            UNIX_EPOCH + Duration::from_millis(moment(&text.into()).expect("a time") as u64)
        };
        let Verdict::Proven(found) = tokens.verify(&ann, at("2027-01-31T23:59:59Z")) else {
            panic!("it is good");
        };
        assert_eq!((found.id().as_str(), found.role.as_deref()), ("static:ann", Some("operators")));
        let late = tokens.verify(&ann, at("2027-02-01T00:00:00Z"));
        assert!(matches!(late, Verdict::Refused(_)), "{late:?}");
        let now = SystemTime::now();
        assert!(matches!(tokens.verify(&ci, now), Verdict::Proven(who) if who.role.is_none()));
        let foreign = tokens.verify("eyJ.a.b", now);
        assert_eq!(foreign, Verdict::Foreign);
        assert!(matches!(tokens.verify(&format!("{ci}x"), now), Verdict::Refused(_)));
        let text = fs::read_to_string(&path).expect("a file");
        assert!(!text.contains(&ci) && text.lines().count() == 5, "{text}");
        fs::write(&path, "nonsense").expect("a file");
        tokens.reload();
        assert!(matches!(tokens.verify(&ci, now), Verdict::Proven(_)), "the old ones stay");
        fs::write(&path, "").expect("a file");
        tokens.reload();
        assert!(matches!(tokens.verify(&ci, now), Verdict::Refused(_)), "withdrawn");
        fs::remove_file(&path).expect("a file");
    }
}
