//! One request of a tool, as its file tells it.

use serde_json::Value;

use super::pages::Pages;
use super::pointer::Pointer;
use super::route::Route;
use super::scope::{ITEM, Scope};
use super::template::{Reference, Template};
use crate::bindings::files::{Key, Part};
use crate::nearest::nearest;

/// The keys of a request.
pub const KEYS: &[Key] = &[
    ("name", "By which later requests and `result` name what it gives"),
    ("method", "GET (otherwise), POST, PUT, PATCH or DELETE"),
    ("path", "Route on the platform; `{name}` is a whole segment, always encoded; required"),
    (
        "query",
        "Object of query parameters, each a template; a list gives its parameter several times",
    ),
    ("body", "Template of the JSON that is sent"),
    ("when", "`{name}`: it is sent only when this is there and not false"),
    ("unless", "`{name}`: it is sent only when this is not there, or false"),
    ("each", "`{name}` of a list: it is sent for each of the items, `{item}`, and gives a list"),
    ("pages", "The answer is a list, perhaps in pages; see below"),
    ("take", "Place in the answer that it gives, such as `/data/*/name`; otherwise all of it"),
    (
        "where",
        "Object of place and template: keeps those items of a list that have this value there; what is \
         absent chooses nothing",
    ),
    ("fields", "Object of name and place: makes each item, or the one thing, an object of these"),
    ("searches", "true for a POST that only reads; it is then repeated as reads are"),
    ("wants", "What a good answer of a write holds: `nothing`, `something`, or a place; see below"),
    ("starts", "Place of the id of what a write has started, which may well report an error"),
    ("not_found", "Text of the error when there is nothing: 404, or nothing at its place"),
];

/// The methods.
pub const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// How others know what it gives; empty if they do not.
    pub name: String,
    /// HTTP method.
    pub method: &'static str,
    /// Whether it changes nothing.
    pub reads: bool,
    /// Where it goes.
    pub route: Route,
    /// Its query.
    pub query: Vec<(String, Template)>,
    /// Its body.
    pub body: Option<Template>,
    /// What must be there.
    pub when: Option<Reference>,
    /// What must not.
    pub unless: Option<Reference>,
    /// For each of what it is sent.
    pub each: Option<Reference>,
    /// How its list comes.
    pub pages: Option<Pages>,
    /// What of the answer it gives.
    pub take: Pointer,
    /// What an item has that it gives.
    pub keeps: Vec<(Pointer, Template)>,
    /// What of each of these.
    pub fields: Vec<(String, Pointer)>,
    /// What a good answer holds, where it writes.
    pub wants: Wanted,
    /// What to say when there is nothing.
    pub not_found: Option<Template>,
}

/// What a good answer of a write holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing need come.
    Nothing,
    /// Any word.
    Something,
    /// Something at one of these dotted places.
    One(Vec<String>),
    /// An id at one of these.
    Started(Vec<String>),
}

impl Request {
    /// Reads a request; what is wrong with it is noted.
    pub fn read(part: &Part<'_>, scope: &Scope<'_>) -> Option<Self> {
        part.object(KEYS)?;
        let scope = &Scope { each: part.get("each").is_some(), ..scope.clone() };
        let text = |key: &str| part.get(key).and_then(|part| part.text());
        let method = part.get("method").map_or(Some("GET"), |part| method(&part))?;
        let searches = part.get("searches").and_then(|part| part.flag()).unwrap_or_default();
        let reads = method == "GET" || searches;
        if searches && method != "POST" {
            part.wrong("'searches' is for POST; a GET reads anyway, and the others write");
        }
        if part.get("path").is_none() {
            part.wrong("'path' is missing: the route on the platform, such as \"/health/server\"");
        }
        let route = part.get("path").and_then(|part| Route::read(&part, scope));
        let query = part.get("query").and_then(|part| part.entries()).unwrap_or_default();
        let query =
            query.iter().filter_map(|part| Some((part.key(), Template::read(part, scope)?)));
        let query: Vec<_> = query.collect();
        let body = part.get("body").and_then(|part| {
            if method == "GET" {
                part.wrong("a GET has no body; write it under \"query\"");
            }
            Template::read(&part, scope)
        });
        let whole = Scope { each: false, ..scope.clone() };
        let reference = |key: &str| part.get(key).and_then(|part| Reference::read(&part, &whole));
        let request = Self {
            name: text("name").unwrap_or_default().to_owned(),
            method,
            reads,
            route: route?,
            query,
            body,
            when: reference("when"),
            unless: reference("unless"),
            each: reference("each"),
            pages: part.get("pages").and_then(|part| Pages::read(&part)),
            take: part.get("take").and_then(|part| pointer(&part)).unwrap_or_default(),
            keeps: keeps(part, scope).unwrap_or_default(),
            fields: fields(part).unwrap_or_default(),
            wants: wanted(part, method, reads),
            not_found: part.get("not_found").and_then(|part| {
                part.text()?;
                Template::read(&part, scope)
            }),
        };
        request.agrees(part);
        Some(request)
    }

    /// Notes keys that do not go together.
    fn agrees(&self, part: &Part<'_>) {
        if self.name == ITEM {
            part.wrong("'item' is the present one of \"each\"; give the request another name");
        }
        if self.name.contains(['/', '{', '}']) {
            part.wrong("the name of a request has no slash and no brace");
        }
        let Some(pages) = part.get("pages") else { return };
        for key in ["each", "take"] {
            if part.get(key).is_some() {
                pages.wrong(format!("'pages' and '{key}' do not go together; take one out"));
            }
        }
        let window = self.pages.as_ref().and_then(Pages::window);
        match (window, self.method) {
            (None, "GET") => {}
            (None, _) => {
                pages.wrong("pages of a POST are asked for by \"search\"; others need GET")
            }
            (Some(window), _) => {
                if self.method != "POST" || !self.reads {
                    pages.wrong("\"search\" needs \"method\": \"POST\" and \"searches\": true");
                }
                if let Some(body) = part.get("body") {
                    body.entries();
                    body.get(window).map(|window| window.entries());
                }
                if let Some(query) = part.get("query") {
                    query.wrong("a search has no query; write it into the body");
                }
            }
        }
    }

    /// Whether it writes back what one of these requests has given: it must not change in between.
    pub fn builds_on(&self, names: &[String]) -> bool {
        let known = |name: &str| names.iter().any(|known| known == name);
        let writes_whole = matches!(self.method, "PUT" | "PATCH");
        writes_whole && self.body.as_ref().is_some_and(|body| body.names(&known))
    }

    /// What its path needs and callers may leave out, though it is then sent all the same.
    pub fn unsure<'a>(&'a self, always: &'a dyn Fn(&str) -> bool) -> impl Iterator<Item = &'a str> {
        let certain = move |name: &str| {
            let asked = [&self.when, &self.each].into_iter().flatten();
            name == ITEM
                || always(name)
                || asked.into_iter().any(|reference| reference.name == name)
        };
        let places = self.route.places().iter().map(|place| place.name.as_str());
        places.filter(move |name| !certain(name))
    }
}

fn method(part: &Part<'_>) -> Option<&'static str> {
    let said = part.text()?;
    let found = METHODS.iter().find(|method| **method == said).copied();
    found.or_else(|| {
        let upper = said.to_ascii_uppercase();
        let close = METHODS.iter().find(|method| **method == upper).copied();
        let close = close.or_else(|| nearest(said, METHODS.iter().copied()));
        part.wrong(match close {
            Some(close) => format!("'method' {said} is none; did you mean '{close}'?"),
            None => format!("'method' {said} is none; there are: {}", METHODS.join(", ")),
        });
        None
    })
}

fn pointer(part: &Part<'_>) -> Option<Pointer> {
    match Pointer::parse(part.value.as_str().unwrap_or("x")) {
        Ok(pointer) => Some(pointer),
        Err(_) => part.misread("a place such as \"/data/0/name\" or \"/data/*/name\""),
    }
}

fn fields(part: &Part<'_>) -> Option<Vec<(String, Pointer)>> {
    let fields = part.get("fields")?.entries()?;
    let field = |part: &Part<'_>| Some((part.key(), pointer(part)?));
    Some(fields.iter().filter_map(field).collect())
}

fn keeps(part: &Part<'_>, scope: &Scope<'_>) -> Option<Vec<(Pointer, Template)>> {
    let fields = part.get("where")?.entries()?;
    let field = |part: &Part<'_>| match Pointer::parse(&part.key()) {
        Ok(place) => Some((place, Template::read(part, scope)?)),
        Err(what) => {
            part.wrong(what);
            None
        }
    };
    Some(fields.iter().filter_map(field).collect())
}

fn wanted(part: &Part<'_>, method: &str, reads: bool) -> Wanted {
    let usual = if method == "DELETE" { Wanted::Nothing } else { Wanted::Something };
    let (wants, starts) = (part.get("wants"), part.get("starts"));
    if let (true, Some(odd)) = (reads, wants.as_ref().or(starts.as_ref())) {
        odd.wrong("this is for writes; what reads only gives what comes");
    }
    match (wants, starts) {
        (Some(_), Some(starts)) => {
            starts.wrong("'wants' and 'starts' do not go together; take one out");
            usual
        }
        (Some(wants), None) => match wants.value.as_str() {
            Some("nothing") => Wanted::Nothing,
            Some("something") => Wanted::Something,
            _ => Wanted::One(places(&wants)),
        },
        (None, Some(starts)) => Wanted::Started(places(&starts)),
        (None, None) => usual,
    }
}

/// A place or several, each of plain keys, with dots between them.
fn places(part: &Part<'_>) -> Vec<String> {
    let all = match part.value {
        Value::Array(_) => part.items().unwrap_or_default(),
        _ => vec![part.clone()],
    };
    let place = |part: &Part<'_>| {
        let pointer = Pointer::parse(part.value.as_str().unwrap_or("x"));
        let dotted = pointer.ok().and_then(|pointer| pointer.dotted());
        dotted.or_else(|| part.misread("a place such as \"/data/_id\", or several of them"))
    };
    all.iter().filter_map(place).collect()
}
