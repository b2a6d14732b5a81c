//! Schemas that nobody would write, and any that somebody may.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::input::{Input, fitted};
use super::tests::{bounded, input};
use crate::limits;

/// Each would take for ever, or all memory, if it were followed to its end.
#[test]
fn hostile_schemas_are_read_within_bounds() {
    let mut doubling = json!({"type": "object", "properties": {"a": {"$ref": "#/d/0"}}, "d": {}});
    let mut all = json!({"type": "object", "properties": {"a": {"$ref": "#/d/0"}}, "d": {}});
    let mut any = all.clone();
    for i in 0..100 {
        let next = json!({"$ref": format!("#/d/{}", i + 1)});
        let i = i.to_string();
        doubling["d"][&i] = json!({"type": "object", "properties": {"a": next, "b": next}});
        all["d"][&i] = json!({"allOf": [next, next, {"minLength": 1}]});
        any["d"][&i] = json!({"anyOf": [{"properties": {"a": next}}, {"properties": {"a": next}},
                                        {"type": "object", "properties": {"a": next}}]});
    }
    let mut deep = json!({"type": "string"});
    let mut value = json!({"a": "x"});
    for _ in 0..200 {
        deep = json!({"type": "object", "properties": {"a": deep}, "required": ["a"]});
        value = json!({"a": value});
    }
    let wide: Map<String, Value> =
        (0..10_000).map(|i| (format!("property {i}"), json!({"type": "string"}))).collect();
    let refs: Vec<Value> = (0..50_000).map(|_| json!({"$ref": "#/d"})).collect();
    let long = "x".repeat(100_000);
    for schema in [
        doubling,
        all,
        any,
        deep,
        json!({"properties": wide}),
        json!({"properties": {"a": {"anyOf": refs}}, "d": {"$ref": "#/d"}}),
        json!({"allOf": refs, "d": {"allOf": refs[..10], "properties": {"a": {"enum": refs}}}}),
        json!({"properties": {"a": {"enum": [long], "description": long, "title": long,
                                    "default": long, "pattern": long}}}),
        json!({"properties": {"a": {"allOf": [{"$ref": "#"}]}}, "allOf": [{"$ref": "#"}]}),
        json!({"properties": {"a": {"$ref": "#/properties/a"}}}),
        json!({"type": "object", "properties": {(long): {"type": "integer"}}}),
    ] {
        let read = std::thread::Builder::new().stack_size(limits::WORKER_STACK_BYTES).spawn({
            let value = value.clone();
            move || {
                let input = input(&schema);
                assert!(bounded(input.announced()), "{:.2000}", input.announced());
                let _ = input.read(value.as_object().expect("an object"));
            }
        });
        read.expect("a thread").join().expect("it is read");
    }
    let large = json!({"properties": {"a": {"description": "x".repeat(limits::SCHEMA_BYTES)}}});
    assert_eq!(input(&large).names().collect::<Vec<_>>(), ["data"]);
}

/// Any JSON, of words that mean something in schemas.
fn anything() -> impl Strategy<Value = Value> {
    let word = proptest::sample::select(vec![
        "type",
        "properties",
        "items",
        "anyOf",
        "oneOf",
        "allOf",
        "enum",
        "const",
        "required",
        "additionalProperties",
        "$ref",
        "default",
        "description",
        "minimum",
        "maxItems",
        "a",
        "A b",
        "prefixItems",
        "nullable",
        "dependencies",
        "if",
        "definitions",
        "data",
        "not",
    ]);
    let text = proptest::sample::select(vec![
        "object",
        "array",
        "string",
        "integer",
        "number",
        "boolean",
        "null",
        "any",
        "#",
        "#/properties",
        "#/properties/a",
        "a",
        "A b",
        "1",
        "true",
        "[1]",
        "{\"a\": 1}",
        "",
        "x,y",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3..9i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            1 => proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            4 => proptest::collection::vec((word.clone(), inner), 0..5).prop_map(|members| {
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            }),
        ]
    })
}

/// Arguments, and words in which a schema may describe them.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1e6..1e6f64).prop_map(Value::from),
        "[a-z0-9,{\\[ ]{0,6}|null|None|true|5|\\[1\\]|\\{\\}".prop_map(Value::from),
    ];
    let inner = leaf.prop_recursive(4, 30, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z]{1,3}", inner, 0..4)
                .prop_map(|map| map.into_iter().collect()),
        ]
    });
    proptest::collection::btree_map("[a-z]{1,3}", inner, 0..5)
        .prop_map(|map| map.into_iter().collect())
}

/// A schema that the value fits, one of many.
fn describing(value: &Value, whims: &mut impl Iterator<Item = u8>) -> Value {
    let whim = whims.next().unwrap_or_default();
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_i64() && whim.is_multiple_of(2) => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let mut schema = match whim % 5 {
        0 => json!({"type": kind}),
        1 => json!({"type": [kind, "null"]}),
        2 => json!({"type": ["boolean", kind, "array"]}),
        3 => json!({}),
        _ => json!({"type": kind, "nullable": true, "title": "x"}),
    };
    match value {
        Value::Array(items) if !whim.is_multiple_of(3) => {
            let each: Vec<Value> = items.iter().map(|item| describing(item, whims)).collect();
            schema["items"] = json!({"anyOf": each});
            if whim % 3 == 1 || each.is_empty() {
                schema["items"] = json!(true);
                schema["prefixItems"] = each.into();
                schema["minItems"] = items.len().into();
            }
            if schema["prefixItems"].as_array().is_some_and(Vec::is_empty) {
                schema.as_object_mut().map(|schema| schema.shift_remove("prefixItems"));
            }
        }
        Value::Object(members) => {
            let each = members.iter().map(|(name, v)| (name.clone(), describing(v, whims)));
            let mut each: Map<String, Value> = each.collect();
            if whim % 4 == 1 {
                let names: Vec<&String> = members.keys().collect();
                schema["required"] = json!(names);
            }
            if whim % 4 == 2 {
                each.insert("optional property".into(), json!({"type": "string"}));
                schema["additionalProperties"] = json!(false);
            }
            schema["properties"] = each.into();
        }
        scalar if whim % 7 == 3 => schema["enum"] = json!(["other", 77, scalar]),
        _ => {}
    }
    match whim % 11 {
        3 => json!({"anyOf": [{"type": "string", "enum": ["never"]}, schema]}),
        5 => json!({"oneOf": [schema, {"type": "null"}]}),
        7 => json!({"allOf": [schema, {"description": "x"}]}),
        _ => schema,
    }
}

proptest! {
    #[test]
    fn any_schema_is_announced_within_bounds_and_read(
        schema in anything(), property in anything(), given in anything(),
    ) {
        let object = json!({"type": "object", "properties": {"a": property.clone()}, "d": schema});
        let given: Map<String, Value> = match given {
            Value::Object(given) => given,
            other => [("a".to_owned(), other)].into_iter().collect(),
        };
        for schema in [schema, property, object] {
            for generic in [None, Some("data")] {
                let input = Input::new(&schema, generic);
                prop_assert!(bounded(input.announced()), "{schema}: {}", input.announced());
                if let Err(error) = input.read(&given) {
                    prop_assert!(!error.to_string().is_empty());
                }
            }
            fitted(Some(&schema), &given);
        }
    }

    #[test]
    fn what_fits_is_not_changed(
        given in values(), whims in proptest::collection::vec(any::<u8>(), 40),
    ) {
        let schema = describing(&given, &mut whims.into_iter());
        if let Ok(judge) = jsonschema::validator_for(&schema) {
            // A choice of one or null counts null twice.
            prop_assume!(judge.is_valid(&given));
        }
        let input = Input::new(&schema, None);
        let read = input.read(given.as_object().expect("an object"));
        let read = read.map(|arguments| Value::Object(arguments.into_object()));
        prop_assert_eq!(read.map_err(|error| error.to_string()), Ok(given.clone()), "{}", schema);
        prop_assert_eq!(fitted(Some(&schema), given.as_object().expect("an object")), given);
    }
}
