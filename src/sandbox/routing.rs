//! Which request does what.

use super::answer::{Answer, Answered, Refusal};
use super::incoming::Incoming;
use super::query::decode;
use super::world::{Collection, World};

/// An area of the platform: its routes, and the collections of things that they work on.
pub struct Area {
    /// What it answers.
    pub routes: &'static [Route],
    /// What it knows.
    pub collections: &'static [Collection],
}

/// One operation of the platform.
pub struct Route {
    /// The method it answers to.
    pub method: &'static str,
    /// The path; `{}` stands for one segment, a final `{*}` for all that remain.
    pub path: &'static str,
    /// What it does.
    pub handler: fn(&mut World, &Incoming) -> Answered,
}

/// A route for `GET`, without effects.
pub const fn get(path: &'static str, handler: fn(&mut World, &Incoming) -> Answered) -> Route {
    Route { method: "GET", path, handler }
}

/// A route for `POST`; on the platform it may search as well as create.
pub const fn post(path: &'static str, handler: fn(&mut World, &Incoming) -> Answered) -> Route {
    Route { method: "POST", path, handler }
}

/// A route for `PUT`, which replaces every field that it names.
pub const fn put(path: &'static str, handler: fn(&mut World, &Incoming) -> Answered) -> Route {
    Route { method: "PUT", path, handler }
}

/// A route for `PATCH`, which leaves the fields it does not name.
pub const fn patch(path: &'static str, handler: fn(&mut World, &Incoming) -> Answered) -> Route {
    Route { method: "PATCH", path, handler }
}

/// A route for `DELETE`.
pub const fn delete(path: &'static str, handler: fn(&mut World, &Incoming) -> Answered) -> Route {
    Route { method: "DELETE", path, handler }
}

/// The first route of `tables` for `method` and `path`, and its decoded parameters. Refuses a path
/// nobody knows and a verb the path does not take.
pub fn find<'a>(
    tables: &[&'a [Route]],
    method: &str,
    path: &str,
) -> Result<(&'a Route, Vec<String>), Answer> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let mut allowed = Vec::new();
    for route in tables.iter().flat_map(|table| table.iter()) {
        let Some(params) = params(route.path, &segments) else { continue };
        if route.method == method {
            return Ok((route, params));
        }
        allowed.push(route.method);
    }
    if allowed.is_empty() {
        return Err(Refusal::new(404, format!("Cannot {method} {path}")).into());
    }
    let refusal = Refusal::new(405, format!("{method} is not allowed on {path}"));
    Err(Answer::from(refusal).with_header("Allow", allowed.join(", ")))
}

fn params(pattern: &str, segments: &[&str]) -> Option<Vec<String>> {
    let mut params = Vec::new();
    let mut rest = segments.iter();
    for part in pattern.trim_matches('/').split('/') {
        if part == "{*}" {
            let tail: Vec<String> = rest.map(|segment| decode(segment, false)).collect();
            params.push(tail.join("/"));
            return Some(params);
        }
        let segment = rest.next()?;
        if part == "{}" {
            params.push(decode(segment, false));
        } else if part != *segment {
            return None;
        }
    }
    rest.next().is_none().then_some(params)
}

#[cfg(test)]
mod tests {
    use super::params;

    #[test]
    fn patterns() {
        let split = |path: &'static str| path.split('/').collect::<Vec<_>>();
        assert_eq!(params("/a/{}/c", &split("a/x%2Fy/c")), Some(vec!["x/y".to_owned()]));
        assert_eq!(params("/a/{}", &split("a/b/c")), None);
        assert_eq!(params("/a/{}/c", &split("a/b")), None);
        assert_eq!(params("/a/{*}", &split("a/b/c%20d")), Some(vec!["b/c d".to_owned()]));
    }
}
