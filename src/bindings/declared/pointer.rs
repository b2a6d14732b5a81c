//! Places in JSON: pointers of RFC 6901, in which `*` stands for every item.

use std::borrow::Cow;

use serde_json::Value;

/// A place in JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pointer(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// The field of this name, or the item of this number.
    Key(String),
    /// Every item of a list, or every field of an object.
    Every,
}

impl Pointer {
    /// Reads `/a/0/*/b`; an empty text is the whole.
    ///
    /// # Errors
    /// That it is none, and what it would be.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let Some(steps) = text.strip_prefix('/') else {
            return Err(format!("a place begins with a slash: '/{text}'"));
        };
        let step = |step: &str| match step {
            "*" => Step::Every,
            key => Step::Key(key.replace("~1", "/").replace("~0", "~")),
        };
        Ok(Self(steps.split('/').map(step).collect()))
    }

    /// The same place with dots between its keys; none where it has none of these, or `*`.
    pub fn dotted(&self) -> Option<String> {
        let keys = self.0.iter().map(|step| match step {
            Step::Key(key) if !key.is_empty() && !key.contains('.') => Some(key.as_str()),
            _ => None,
        });
        keys.collect::<Option<Vec<_>>>().map(|keys| keys.join("."))
    }

    /// What stands there, if anything but null. Behind a `*` that is always a list: of what stands there
    /// in each of the items.
    pub fn of<'a>(&self, value: &'a Value) -> Option<Cow<'a, Value>> {
        let mut many = None;
        let mut one = value;
        for step in &self.0 {
            match (step, &mut many) {
                (Step::Key(key), None) => one = field(one, key)?,
                (Step::Every, None) => many = Some(items(one)),
                (Step::Key(key), Some(all)) => {
                    *all = all.iter().filter_map(|item| field(item, key)).collect();
                }
                (Step::Every, Some(all)) => {
                    *all = all.iter().flat_map(|item| items(item)).collect()
                }
            }
        }
        match many {
            Some(all) => {
                let there = all.into_iter().filter(|item| !item.is_null()).cloned();
                Some(Cow::Owned(Value::Array(there.collect())))
            }
            None => Some(one).filter(|one| !one.is_null()).map(Cow::Borrowed),
        }
    }
}

fn field<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    match value {
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        other => other.get(key),
    }
}

fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(fields) => fields.values().collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn places_lead_to_what_stands_there() {
        let value = json!({
            "data": [{"name": "a", "tags": ["x", "y"]}, {"name": null}, {"tags": "z"}, 7],
            "a/b": {"~": 1}, "by": {"p": {"n": 1}, "q": {"n": 2}}, "none": null
        });
        for (pointer, expected) in [
            ("", Some(value.clone())),
            ("/data/0/name", Some(json!("a"))),
            ("/data/1/name", None),
            ("/data/9", None),
            ("/data/name", None),
            ("/none", None),
            ("/none/x", None),
            ("/a~1b/~0", Some(json!(1))),
            ("/data/*/name", Some(json!(["a"]))),
            ("/data/*/tags/*", Some(json!(["x", "y"]))),
            ("/by/*/n", Some(json!([1, 2]))),
            ("/absent/*", None),
            ("/none/*", Some(json!([]))),
        ] {
            let found = Pointer::parse(pointer).expect(pointer);
            assert_eq!(found.of(&value).map(Cow::into_owned), expected, "{pointer}");
        }
        assert!(Pointer::parse("data").is_err_and(|said| said.contains("'/data'")));
        let dotted = |text| Pointer::parse(text).expect(text).dotted();
        assert_eq!(dotted("/a/b").as_deref(), Some("a.b"));
        assert_eq!((dotted("/a.b"), dotted("/a/*"), dotted("")), (None, None, Some("".into())));
    }
}
