//! Routes with places for what a call knows, each a whole segment.

use super::scope::{Known, Scope};
use super::template::{Piece, Reference, pieces};
use crate::bindings::files::Part;
use crate::platform::Path;
use crate::tools::shown::ToolError;

/// A route.
#[derive(Clone, Debug)]
pub struct Route {
    /// As it was written.
    pub text: String,
    /// The same with `{}` for every place.
    template: String,
    places: Vec<Reference>,
}

impl Route {
    /// Reads `/jobs/{id}/tasks`; what is wrong with it is noted.
    pub fn read(part: &Part<'_>, scope: &Scope<'_>) -> Option<Self> {
        let text = part.text()?;
        match Self::parse(text, scope) {
            Ok(route) => Some(route),
            Err(what) => {
                part.wrong(what);
                None
            }
        }
    }

    fn parse(text: &str, scope: &Scope<'_>) -> Result<Self, String> {
        let Some(rest) = text.strip_prefix('/') else {
            return Err(format!(
                "a path begins with a slash and names no server: '/{}'",
                text.split_once("://").map_or(text, |(_, rest)| rest)
            ));
        };
        let (mut template, mut places) = (String::new(), Vec::new());
        let segments = segments(rest);
        for (at, segment) in segments.iter().enumerate() {
            template.push('/');
            let last = at + 1 == segments.len();
            match pieces(segment, scope)?.as_slice() {
                [Piece::Reference(reference)] => {
                    template.push_str("{}");
                    places.push(reference.clone());
                }
                [Piece::Literal(literal)] if literal.is_empty() && last => {}
                [Piece::Literal(literal)] => {
                    check(literal)?;
                    template.push_str(literal);
                }
                _ => {
                    return Err(format!(
                        "'{segment}' mixes words with an argument; in a path an argument is all that \
                         stands between two slashes"
                    ));
                }
            }
        }
        Ok(Self { text: text.to_owned(), template, places })
    }

    /// What must be known for it.
    pub fn places(&self) -> &[Reference] {
        &self.places
    }

    /// The path for what a call knows.
    ///
    /// # Errors
    /// When something of it is absent, or cannot be a segment.
    pub fn path(&self, known: &Known<'_>) -> Result<Path, ToolError> {
        let value = |place: &Reference| {
            place.scalar(known)?.ok_or_else(|| {
                let text = &place.text;
                let what = format!("'{text}' is not there, which {} needs", self.text);
                match known.arguments.contains_key(&place.name) || place.name == place.text {
                    true => ToolError::invalid(what),
                    false => ToolError::not_found(what),
                }
            })
        };
        let values: Vec<String> = self.places.iter().map(value).collect::<Result<_, _>>()?;
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        Ok(Path::written(&self.template, &values)?)
    }
}

/// What stands between the slashes; those inside braces belong to a reference.
fn segments(text: &str) -> Vec<&str> {
    let (mut segments, mut begin, mut inside) = (Vec::new(), 0, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => inside = true,
            '}' => inside = false,
            '/' if !inside => {
                segments.push(&text[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    segments.push(&text[begin..]);
    segments
}

/// Whether this can be a segment as it stands.
fn check(literal: &str) -> Result<(), String> {
    if literal.contains(['?', '#']) {
        return Err("a path has no '?' and no '#'; write what follows under \"query\"".into());
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:@!$&'()*+,;=%".contains(c);
    if let Some(odd) = literal.chars().find(|c| !plain(*c)) {
        return Err(format!("{odd:?} cannot stand in a path; write it percent-encoded"));
    }
    let escapes = literal.split('%').skip(1);
    if escapes
        .map(|rest| rest.get(..2))
        .any(|hex| !hex.is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit())))
    {
        return Err("'%' stands only before two hexadecimal digits".into());
    }
    match Path::written("/{}", &[literal]) {
        Ok(_) => Ok(()),
        Err(_) if literal.is_empty() => Err("a path has no empty segment ('//')".into()),
        Err(_) => Err(format!("'{literal}' climbs out of its place; write the path it leads to")),
    }
}
