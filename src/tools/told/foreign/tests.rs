use serde_json::{Map, Value, json};

use super::input::{Input, fitted};
use crate::limits;

pub fn input(schema: &Value) -> Input {
    Input::new(schema, Some("data"))
}

pub fn property(schema: Value) -> Value {
    let announced = input(&json!({"type": "object", "properties": {"p": schema}}));
    announced.announced()["properties"]["p"].clone()
}

pub fn read(schema: &Value, given: &Value) -> Result<Value, String> {
    let given = given.as_object().expect("arguments are an object");
    let input = input(schema);
    input.read(given).map(|a| Value::Object(a.into_object())).map_err(|error| error.to_string())
}

/// Every rule of `tests/schemas.rs` for what a tool is told.
pub fn within(schema: &Value) -> bool {
    let allowed = [
        "type",
        "properties",
        "required",
        "items",
        "anyOf",
        "enum",
        "default",
        "description",
        "minimum",
        "maximum",
    ];
    let Some(map) = schema.as_object() else { return false };
    let types = ["string", "integer", "number", "boolean", "object", "array"];
    let typed = map.get("type").and_then(Value::as_str).is_some_and(|t| types.contains(&t));
    let texts = |list: &Vec<Value>| list.iter().all(|v| v.as_str().is_some_and(|t| !t.is_empty()));
    let name = |name: &String| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        (1..=64).contains(&name.len()) && name.chars().all(plain)
    };
    let properties = map.get("properties").and_then(Value::as_object);
    let described =
        |name: &Value| properties.is_some_and(|p| p.contains_key(name.as_str().unwrap()));
    let kind = |t: &str| map.get("type") == Some(&json!(t));
    map.keys().all(|word| allowed.contains(&word.as_str()))
        && typed != map.get("anyOf").is_some_and(Value::is_array)
        && kind("array") == map.contains_key("items")
        && (!map.contains_key("properties") || kind("object"))
        && map.get("enum").and_then(Value::as_array).is_none_or(|e| kind("string") && texts(e))
        && map.get("required").and_then(Value::as_array).is_none_or(|r| r.iter().all(described))
        && map.get("default").is_none_or(|default| {
            let of_type = match map["type"].as_str() {
                Some("string") => default.is_string(),
                Some("integer") => default.is_i64(),
                Some("boolean") => default.is_boolean(),
                _ => false,
            };
            let listed = |list: &Vec<Value>| list.contains(default);
            of_type && map.get("enum").and_then(Value::as_array).is_none_or(listed)
        })
        && properties.is_none_or(|p| p.keys().all(name) && p.values().all(within))
        && map.get("items").is_none_or(within)
        && map.get("anyOf").and_then(Value::as_array).is_none_or(|list| {
            list.len() > 1 && list.iter().all(|s| within(s) && s.get("type").is_some())
        })
}

pub fn bounded(announced: &Value) -> bool {
    within(announced)
        && announced["type"] == "object"
        && announced["properties"].is_object()
        && announced.to_string().len() <= limits::ANNOUNCED_SCHEMA_BYTES
}

#[test]
fn what_is_announced_is_what_every_vendor_reads() {
    let any =
        json!([{"type": "string"}, {"type": "number"}, {"type": "boolean"}, {"type": "object"}]);
    let items = json!({"type": "array", "items": {"anyOf": any}});
    for (schema, announced) in [
        (json!({"type": ["string", "null"]}), json!({"type": "string"})),
        (json!({"type": "string", "nullable": true}), json!({"type": "string"})),
        (json!({"type": ["null", "array"]}), items.clone()),
        (
            json!({"type": ["integer", "string"]}),
            json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        ),
        (json!({"type": ["integer", "number"]}), json!({"type": "number"})),
        (
            json!({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "default": null}),
            json!({"type": "integer", "minimum": 1}),
        ),
        (
            json!({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
            json!({"anyOf": [{"type": "string"},
                             {"type": "array", "items": {"type": "string"}}]}),
        ),
        (
            json!({"oneOf": [{"const": "a", "title": "A"}, {"const": "b", "title": "B"}]}),
            json!({"type": "string", "enum": ["a", "b"]}),
        ),
        (json!({"const": "a"}), json!({"type": "string", "enum": ["a"]})),
        (json!({"enum": ["a", null]}), json!({"type": "string", "enum": ["a"]})),
        (
            json!({"type": "integer", "enum": [1, 2]}),
            json!({"type": "integer", "description": "One of: 1, 2"}),
        ),
        (
            json!({"enum": ["a", ""]}),
            json!({"type": "string", "description": "One of: \"a\", \"\""}),
        ),
        (
            json!({"allOf": [{"type": "object", "properties": {"a": {"type": "string"}}},
                             {"properties": {"b": true}, "required": ["a", "b"]}]}),
            json!({"type": "object", "required": ["a", "b"], "properties": {
                "a": {"type": "string"},
                "b": {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"},
                                {"type": "object"}, items]}}}),
        ),
        (
            json!({"properties": {"a": {"type": "string", "required": true}}}),
            json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}),
        ),
        (
            json!({"type": "string", "format": "ipv4", "minLength": 3, "title": "Address"}),
            json!({"type": "string", "description": "Address; format: ipv4"}),
        ),
        (
            json!({"type": "array", "items": [{"type": "string"}, {"type": "integer"}]}),
            json!({"type": "array",
                "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}),
        ),
        (
            json!({"type": "number", "default": 1.5}),
            json!({"type": "number", "description": "default: 1.5"}),
        ),
        (
            json!({"type": "integer", "default": 5, "maximum": 9}),
            json!({"type": "integer", "default": 5, "maximum": 9}),
        ),
        (json!({"type": "array", "items": {"$ref": "https://example.com/x"}}), items.clone()),
        (json!({"$ref": "#/$defs/none", "type": "boolean"}), json!({"type": "boolean"})),
        (json!({"$ref": "#"}), json!({"type": "object"})),
    ] {
        let found = property(schema.clone());
        assert_eq!(found, announced, "{schema}");
        assert!(within(&found), "{schema}");
    }
}

#[test]
fn a_circle_ends_in_anything_of_that_type() {
    let schema = json!({
        "type": "object",
        "properties": {"tree": {"$ref": "#/definitions/node"}},
        "definitions": {"node": {"type": "object", "properties": {
            "name": {"type": "string"},
            "children": {"type": "array", "items": {"$ref": "#/definitions/node"}}}}},
    });
    let tree = json!({"type": "object", "properties": {
        "name": {"type": "string"},
        "children": {"type": "array", "items": {"type": "object"}}}});
    assert_eq!(input(&schema).announced()["properties"]["tree"], tree);
    // Read it is to the end.
    let given = json!({"tree": {"name": 1, "children": [{"children": "{\"name\": 2}"}]}});
    let wanted = json!({"tree": {"name": "1", "children": [{"children": [{"name": "2"}]}]}});
    assert_eq!(read(&schema, &given), Ok(wanted));
}

#[test]
fn names_that_a_vendor_refuses_are_announced_in_others() {
    let schema = json!({"type": "object", "required": ["Device Name"], "properties": {
        "Device Name": {"type": "string"}, "Device_Name_2": {}, "device/name": {"title": "x"},
        "Device?Name": {"type": "integer"}, "": {}, "é": {}, "a.b-c": {}}});
    let input = input(&schema);
    let names: Vec<&str> = input.names().collect();
    assert_eq!(
        names,
        [
            "Device_Name",
            "Device_Name_2",
            "device_name",
            "Device_Name_3",
            "value",
            "value_4",
            "a.b-c"
        ]
    );
    assert!(bounded(input.announced()));
    assert_eq!(input.announced()["properties"]["Device_Name"]["description"], "Device Name");
    assert_eq!(input.announced()["required"], json!(["Device_Name"]));
    let given = json!({"Device_Name": 7, "Device_Name_2": 1, "device_name": 2, "Device_Name_3": "3",
                       "value": 4, "value_4": 5, "a.b-c": 6});
    let wanted = json!({"Device Name": "7", "Device_Name_2": 1, "device/name": 2, "Device?Name": 3,
                        "": 4, "é": 5, "a.b-c": 6});
    assert_eq!(read(&schema, &given), Ok(wanted.clone()));
    assert_eq!(read(&schema, &wanted), Ok(wanted.clone()));
}

#[test]
fn choices_of_objects_are_announced_together() {
    let one = |name: &str| json!({"properties": {name: {"type": "string"}}, "required": [name]});
    let schema = json!({"type": "object", "oneOf": [one("a"), {"$ref": "#/definitions/b"}],
        "properties": {"kind": {"type": "string"}}, "definitions": {"b": one("b")},
        "dependencies": {"kind": {"oneOf": [one("c"), one("kind")]}},
        "if": {"properties": {"kind": {"const": "x"}}}, "then": one("d")});
    let input = input(&schema);
    let mut names: Vec<&str> = input.names().collect();
    names.sort_unstable();
    assert_eq!(names, ["a", "b", "c", "d", "kind"]);
    assert!(input.announced().get("required").is_none());
    assert_eq!(read(&schema, &json!({"b": 7, "C": "x"})), Ok(json!({"b": "7", "c": "x"})));
    let error = read(&schema, &json!({"kind": "x"})).unwrap_err();
    assert!(error.contains("'a' is required"), "{error}");
}

#[test]
fn without_a_schema_everything_goes_into_one_object() {
    let cut = Value::String("{\"type\":".into());
    let announced = json!({"type": "object", "properties": {
        "data": {"type": "object", "description": "Input, as one JSON object."}}});
    for schema in [
        json!(null),
        json!({}),
        json!([]),
        json!(true),
        json!("x"),
        cut,
        json!({"type":
        "array", "items": {}}),
        json!({"type": "object", "properties": {}}),
    ] {
        assert_eq!(input(&schema).announced(), &announced, "{schema}");
        for (given, wanted) in [
            (json!({}), json!({})),
            (json!({"data": null}), json!({})),
            (json!({"data": "null", "task_progress": "x"}), json!({})),
            (json!({"data": {"a": {"b": "1"}}}), json!({"a": {"b": "1"}})),
            (json!({"data": {"action": "1"}}), json!({"action": "1"})),
            (json!({"Data": "{\"a\": 1}"}), json!({"a": 1})),
            (json!({"device": "x", "chatInput": "y"}), json!({"device": "x"})),
        ] {
            assert_eq!(read(&schema, &given), Ok(wanted), "{schema} {given}");
        }
        for (given, says) in [
            (json!({"data": "{oops"}), "'data' is text that is not valid JSON"),
            (json!({"data": [1]}), "'data' must be a JSON object, not a list of 1"),
            (json!({"data": "5"}), "'data' must be a JSON object, not 5"),
            (json!({"data": {}, "x": 1}), "'x' is not known beside 'data'"),
            (json!({"dat": {"a": 1}}), "did you mean 'data'?"),
        ] {
            let error = read(&schema, &given).expect_err("refused");
            assert!(error.contains(says), "{schema} {given}: {error}");
        }
    }
    let none = Input::new(&Value::Null, None);
    assert_eq!(none.announced(), &json!({"type": "object", "properties": {}}));
    let closed = json!({"type": "object", "properties": {}, "additionalProperties": false});
    assert_eq!(input(&closed).announced(), &json!({"type": "object", "properties": {}}));
    assert!(read(&closed, &json!({"a": 1})).unwrap_err().contains("nothing is taken here"));
}

#[test]
fn schemas_in_other_clothes_are_found() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "integer"}}});
    let listed = json!([{"$id": "a", "type": "integer"}]);
    for other in [json!(schema.to_string()), json!({"schema": schema, "uiSchema": {}}), listed] {
        assert_eq!(input(&other).announced(), &schema, "{other}");
        assert_eq!(read(&other, &json!({"a": "1"})), Ok(json!({"a": 1})));
    }
}

/// A schema with something of everything.
pub fn device() -> Value {
    json!({
        "type": "object",
        "title": "Device",
        "required": ["device_name"],
        "properties": {
            "device_name": {"type": "string", "description": "Name of the device"},
            "vlan": {"type": ["integer", "null"], "minimum": 1, "maximum": 4094},
            "mtu": {"type": "integer", "exclusiveMinimum": 67},
            "ratio": {"type": "number", "minimum": 0, "exclusiveMinimum": true},
            "dry_run": {"type": "boolean"},
            "mode": {"type": "string", "enum": ["Access", "Trunk"]},
            "speed": {"enum": [10, 100, null]},
            "tags": {"type": ["array", "null"], "items": {"type": "string"}, "maxItems": 3},
            "ports": {"type": "array", "items": {"type": "integer"}},
            "interfaces": {"type": "array", "items": {"$ref": "#/definitions/interface"}},
            "options": {"type": "object", "properties": {"force": {"type": "boolean"}},
                        "additionalProperties": false},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "limit": {"anyOf": [{"type": "integer"}, {"type": "boolean"}, {"type": "null"}]},
            "target": {"anyOf": [{"type": "string"}, {"$ref": "#/definitions/interface"}]},
            "pair": {"type": "array", "items": [{"type": "string"}, {"type": "integer"}],
                     "additionalItems": {"type": "boolean"}},
            "note": {"type": ["string", "null"]},
            "guess": {"properties": {"a": {"type": "integer"}}},
            "odd": {"type": "cidr", "x-of": 1},
        },
        "definitions": {"interface": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string"}, "vlan_id": {"type": "integer"}},
        }},
    })
}

#[test]
fn what_models_send_is_understood() {
    let schema = device();
    for (given, wanted) in [
        (json!({"vlan": "5"}), json!({"vlan": 5})),
        (json!({"vlan": "None"}), json!({"vlan": null})),
        (json!({"vlan": null}), json!({"vlan": null})),
        (json!({"vlan": 5.0}), json!({"vlan": 5.0})),
        (json!({"mtu": null}), json!({})),
        (json!({"mtu": "null"}), json!({})),
        (json!({"mtu": ""}), json!({})),
        (json!({"mtu": "0068"}), json!({"mtu": 68})),
        (
            json!({"ratio": "1.50"}),
            json!({"ratio": serde_json::from_str::<Value>("1.50").unwrap()}),
        ),
        (json!({"dry_run": "True"}), json!({"dry_run": true})),
        (json!({"dry_run": 0}), json!({"dry_run": false})),
        (json!({"mode": "access "}), json!({"mode": "Access"})),
        (json!({"mode": ""}), json!({})),
        (json!({"speed": "100"}), json!({"speed": 100})),
        (json!({"speed": "null"}), json!({"speed": null})),
        (json!({"tags": "a, b"}), json!({"tags": ["a", "b"]})),
        (json!({"tags": "[\"a\"]"}), json!({"tags": ["a"]})),
        (json!({"tags": 7}), json!({"tags": ["7"]})),
        (json!({"tags": "null"}), json!({"tags": null})),
        (json!({"tags": ["a, b"]}), json!({"tags": ["a, b"]})),
        (json!({"ports": "1,2"}), json!({"ports": [1, 2]})),
        (json!({"ports": ["1", 2]}), json!({"ports": [1, 2]})),
        (json!({"ports": 1}), json!({"ports": [1]})),
        (
            json!({"interfaces": "{\"name\": 1, \"vlanId\": \"7\"}"}),
            json!({"interfaces": [{"name": "1", "vlan_id": 7}]}),
        ),
        (json!({"options": "{\"force\": \"true\"}"}), json!({"options": {"force": true}})),
        (json!({"labels": {"a": 1}}), json!({"labels": {"a": "1"}})),
        (json!({"limit": "5"}), json!({"limit": 5})),
        (json!({"limit": "false"}), json!({"limit": false})),
        (json!({"limit": "None"}), json!({"limit": null})),
        (json!({"target": "5"}), json!({"target": "5"})),
        (json!({"target": {"name": 5}}), json!({"target": {"name": "5"}})),
        (json!({"pair": ["a", "1", "yes"]}), json!({"pair": ["a", 1, true]})),
        (json!({"note": "null"}), json!({"note": "null"})),
        (json!({"note": 5}), json!({"note": "5"})),
        (json!({"guess": "{\"a\": \"1\"}"}), json!({"guess": {"a": 1}})),
        (json!({"guess": [1]}), json!({"guess": [1]})),
        (json!({"odd": "10.0.0.0/8"}), json!({"odd": "10.0.0.0/8"})),
        (json!({"odd": {"a": "1"}}), json!({"odd": {"a": "1"}})),
        (json!({"anything": {"a": "1"}}), json!({"anything": {"a": "1"}})),
        (json!({"dryRun": "yes", "task_progress": "x"}), json!({"dry_run": true})),
        (json!({"device-name": "x", "Device Name": "x"}), json!({})),
    ] {
        let mut given = given;
        if given.get("device-name").is_none() {
            given["device_name"] = "x".into();
        }
        let mut wanted = wanted;
        wanted["device_name"] = "x".into();
        assert_eq!(read(&schema, &given), Ok(wanted.clone()), "{given}");
        let whole = json!({"data": given});
        if given.get("task_progress").is_none() {
            assert_eq!(read(&schema, &whole), Ok(wanted.clone()), "{whole}");
            let whole = json!({"data": given.to_string()});
            assert_eq!(read(&schema, &whole), Ok(wanted), "{whole}");
        }
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let schema = device();
    for (given, says) in [
        (json!({}), "'device_name' is required (text): Name of the device"),
        (json!({"device_name": null}), "'device_name' is required (text)"),
        (json!({"vlan": "soon"}), "'vlan' must be a whole number or null, not the text 'soon'"),
        (json!({"vlan": 4095}), "'vlan' must be at most 4094, not 4095"),
        (json!({"mtu": "67"}), "'mtu' must be more than 67, not 67"),
        (json!({"mtu": 67.5}), "'mtu' must be a whole number, not 67.5"),
        (json!({"ratio": 0}), "'ratio' must be more than 0, not 0"),
        (json!({"mode": "both"}), "'mode' must be one of Access, Trunk, not the text 'both'"),
        (json!({"speed": 11}), "'speed' must be one of 10, 100, not 11"),
        (json!({"tags": "a,b,c,d"}), "'tags' must have at most 3 elements, not 4"),
        (json!({"tags": ["a", {}]}), "'tags[1]' must be text, not an object"),
        (json!({"tags": "[\"a\","}), "'tags' looks like JSON that was cut off or mangled"),
        (json!({"ports": ["a"]}), "'ports[0]' must be a whole number, not the text 'a'"),
        (json!({"interfaces": [{"vlan_id": "x"}]}), "'interfaces[0].name' is required (text)"),
        (json!({"interfaces": [{"vlan_id": "x"}]}), "'interfaces[0].vlan_id' must be a whole"),
        (json!({"options": {"forse": 1}}), "'options.forse' is not known; did you mean 'force'?"),
        (json!({"options": {"colour": 1}}), "'options.colour' is not known; allowed: force"),
        (json!({"options": 5}), "'options' must be a JSON object, not 5"),
        (json!({"limit": "x"}), "'limit' must be a whole number or true or false or null, not"),
        (json!({"target": {"vlan_id": 1}}), "'target.name' is required"),
        (json!({"devise_name": "x"}), "'devise_name' is not known; did you mean 'device_name'?"),
        (json!({"dry_run": true, "dryRun": false}), "'dryRun' is given twice: it means 'dry_run'"),
        (json!({"data": {"vlan": "x"}}), "'vlan' must be a whole number"),
    ] {
        let error = read(&schema, &given).expect_err("refused");
        assert!(error.contains(says), "{given}: {error}");
    }
    let error = read(&schema, &json!({"vlan": "x", "mtu": "y"})).unwrap_err();
    assert!(error.contains("'vlan'") && error.contains("'mtu'") && error.contains("'device_name'"));
    let many: Map<String, Value> = (0..50).map(|i| (format!("n{i}"), json!(true))).collect();
    let texts = json!({"type": "object", "additionalProperties": {"type": "string"},
                       "properties": {"a": {}}});
    assert!(read(&texts, &many.into()).unwrap_err().contains("and 30 more"));
}

#[test]
fn a_property_of_the_generic_name_is_the_tools_own() {
    let of = |data: Value| json!({"type": "object", "properties": {"data": data, "x": {}}});
    let texts = of(json!({"type": "string"}));
    assert_eq!(read(&texts, &json!({"data": "{\"x\": 1}"})), Ok(json!({"data": "{\"x\": 1}"})));
    assert_eq!(read(&texts, &json!({"data": {"data": 1}})), Ok(json!({"data": "1"})));
    let objects = of(json!({"type": "object"}));
    assert_eq!(read(&objects, &json!({"data": {"x": 1}})), Ok(json!({"data": {"x": 1}})));
    let error = read(&objects, &json!({"data": 5})).unwrap_err();
    assert!(error.contains("'data' must be a JSON object, not 5"), "{error}");
}

#[test]
fn what_does_not_fit_goes_out_as_it_came() {
    let given = json!({"vlan": "5", "mtu": null, "tags": {"a": 1}, "mode": "both", "sessionId": "1",
                       "interfaces": [{"vlan_id": "7"}]});
    let wanted = json!({"vlan": 5, "mtu": null, "tags": [{"a": 1}], "mode": "both", "sessionId": "1",
                        "interfaces": [{"vlan_id": 7}]});
    let given = given.as_object().expect("an object");
    assert_eq!(fitted(Some(&device()), given), wanted);
    assert_eq!(fitted(None, given), Value::Object(given.clone()));
}

#[test]
fn what_is_said_in_words_can_be_left_out() {
    let text = json!({"type": "string", "description": "x"});
    let list = json!({"type": "array", "items": text, "description": "x"});
    let inner = json!({"type": "object", "properties": {"description": text}});
    let any = json!({"anyOf": [{"type": "integer", "description": "x"}, {"type": "string"}]});
    let of = |properties: Value| json!({"type": "object", "properties": properties});
    let schema = of(json!({"description": text, "list": list, "inner": inner, "any": any}));
    let text = json!({"type": "string"});
    let wanted = of(json!({
        "description": text,
        "list": {"type": "array", "items": text},
        "inner": of(json!({"description": text})),
        "any": {"anyOf": [{"type": "integer"}, text]},
    }));
    assert_eq!(input(&schema).announced(), &schema);
    assert_eq!(input(&schema).undescribed(), wanted);
}
