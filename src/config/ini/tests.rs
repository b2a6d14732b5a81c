use super::*;

fn items(text: &str, section: &str) -> Result<Vec<(String, String)>, IniError> {
    let ini = Ini::parse(text)?;
    let found = ini.sections().iter().position(|s| s.name == section);
    let items = ini.items()?.remove(found.expect("section in the sample"));
    Ok(items.into_iter().map(|item| (item.key, item.value)).collect())
}

/// The value of the last key of `[s]`.
fn value(text: &str) -> String {
    items(text, "s").expect("valid").pop().expect("a key").1
}

fn error(text: &str) -> IniError {
    items(text, "s").expect_err("invalid")
}

#[test]
fn values_are_taken_as_they_stand() {
    for (line, expected) in [
        ("k=v", "v"),
        ("k = v", "v"),
        ("K: v", "v"),
        ("k = a=b:c", "a=b:c"),
        ("k:a=b", "a=b"),
        ("k = h # c", "h # c"),
        ("k = # c", "# c"),
        ("k = ;c", ";c"),
        ("k = \"q\"", "\"q\""),
        ("k = ${V} $V", "${V} $V"),
        ("k =", ""),
        ("k = [x]", "[x]"),
        ("k = 100%%", "100%"),
        ("a b = c", "c"),
    ] {
        assert_eq!(value(&format!("[s]\n{line}\n")), expected, "{line}");
    }
}

#[test]
fn every_line_end_works_and_lines_are_counted() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["[s]", "", "k = v", "# c", "l = w", ""].join(end);
        let ini = Ini::parse(&text).expect("valid");
        let found = ini.items().expect("valid").remove(0);
        let got: Vec<_> =
            found.iter().map(|i| (i.key.as_str(), i.value.as_str(), i.line)).collect();
        assert_eq!(got, [("k", "v", 3), ("l", "w", 5)], "{end:?}");
    }
}

#[test]
fn a_byte_order_mark_is_skipped() {
    assert_eq!(value("\u{feff}[s]\nk = v"), "v");
}

#[test]
fn indented_lines_continue_the_value() {
    assert_eq!(value("[s]\nk = a\n  b\n\n  # dropped\n  c\n\n\n"), "a\nb\n\nc");
    assert_eq!(value("[s]\nk = h\n  port = 1\n"), "h\nport = 1");
    assert_eq!(value("[s]\nk =\n  -----BEGIN\n  x=\n"), "\n-----BEGIN\nx=");
    assert_eq!(value("[s]\n  k = a\n  l = b\n"), "b");
    assert_eq!(value("[s]\nk = a\n  [t]\n"), "a\n[t]");
}

#[test]
fn comments_are_whole_lines() {
    assert_eq!(value("; c\n# c\n[s]\n  # c\nk = v\n;x = y\n"), "v");
}

#[test]
fn headers_are_exact_and_ignore_what_follows() {
    let ini = Ini::parse("[s] # c\n[ s ]\n[a]b]\n[S]\n").expect("valid");
    let names: Vec<_> = ini.sections().iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["s", " s ", "a]b", "S"]);
}

#[test]
fn default_is_inherited_and_overridden() {
    let text = "[DEFAULT]\na = 1\nb = 2\n[s]\nB = 3\nc = %(a)s%(B)s\n[DEFAULT]\nd = 4\n";
    let mut got = items(text, "s").expect("valid");
    got.sort();
    let expected = [("a", "1"), ("b", "3"), ("c", "13"), ("d", "4")];
    assert_eq!(got, expected.map(|(k, v)| (k.to_string(), v.to_string())));
}

#[test]
fn errors_name_line_and_remedy_but_no_value() {
    for (text, line, part) in [
        ("x = hunter2", 1, "before the first [section]"),
        ("{\"hunter2\": 1}", 1, "before the first [section]"),
        ("[s]\nhunter2\n", 2, "key = value"),
        ("[s]\n= hunter2\n", 2, "no key"),
        ("[s]\n[]\n", 2, "key = value"),
        ("[s]\nk = 1\nK = hunter2\n", 3, "'k' appears twice in [s], first on line 2"),
        ("[s]\n[t]\n[s]\n", 3, "[s] appears twice, first on line 1"),
        ("[DEFAULT]\nk = 1\n[s]\n[DEFAULT]\nk = 2\n", 5, "twice in [DEFAULT]"),
        ("[s]\na = 1\nk = hunter2%b\n", 3, "[s] k: a '%' in a value must be written '%%'"),
        ("[s]\nk = hunter2%", 2, "'%%'"),
        ("[s]\nk = %(hunter2", 2, "%(key)s"),
        ("[s]\nk = %(a)d", 2, "%(key)s"),
        ("[s]\nk = %()s", 2, "%(key)s"),
        ("[s]\nk = %(nope)s", 2, "%(nope)s refers"),
        ("[s]\nk = %(k)s", 2, "deep"),
    ] {
        let error = error(text);
        assert_eq!(error.line, line, "{text}: {error}");
        assert!(error.message.contains(part), "{text}: {error}");
        assert!(!error.message.contains("hunter2"), "{text}: {error}");
    }
}

#[test]
fn references_nest_ten_deep() {
    let chain = |n: usize| {
        let mut text = String::from("[s]\nk0 = %%x\n");
        for i in 1..n {
            text.push_str(&format!("k{i} = %(k{})s\n", i - 1));
        }
        text
    };
    assert_eq!(value(&chain(10)), "%x");
    assert!(error(&chain(11)).message.contains("10 deep"));
}

#[test]
fn expansion_is_bounded() {
    let long = "x".repeat(5_000);
    let text = format!("[s]\nk0 = {long}\nk1 = {}\n", "%(k0)s".repeat(300));
    assert!(error(&text).message.contains("1 MiB"));
}

#[test]
fn the_work_is_bounded_where_nothing_comes_of_it() {
    let mut text = String::from("[s]\nk0 =\n");
    for i in 1..9 {
        text.push_str(&format!("k{i} = {}\n", format!("%(k{})s", i - 1).repeat(30)));
    }
    assert!(text.len() < 2900, "{}", text.len());
    assert!(error(&text).message.contains("10000 steps"), "{}", error(&text));
    let many = "k = v\n".replace('k', "k{}");
    let many: String = (0..=10_000).map(|n| many.replace("{}", &n.to_string())).collect();
    let message = Ini::parse(&format!("[s]\n{many}")).expect_err("too many").message;
    assert!(message.contains("10000 sections and keys"), "{message}");
    let heirs: String = (0..5_000).map(|n| format!("[s{n}]\n")).collect();
    let text = format!("[DEFAULT]\nk = {}\n{heirs}", "v".repeat(1_000));
    let message = Ini::parse(&text).expect("sound").items().expect_err("too much").message;
    assert!(message.contains("inherited from [DEFAULT]"), "{message}");
}

#[test]
fn no_input_panics() {
    // Every short text over the characters that mean something.
    let alphabet = ["[", "]", "%", "(", ")s", "=", "k", "\n", "\r", " ", "#", "\u{feff}", "é"];
    let mut texts = vec![String::new()];
    for _ in 0..4 {
        texts = texts
            .iter()
            .flat_map(|text| alphabet.iter().map(move |c| format!("{text}{c}")))
            .collect();
        for text in &texts {
            for text in [text.clone(), format!("[s]\nk={text}")] {
                if let Ok(ini) = Ini::parse(&text) {
                    let _ = ini.items();
                }
            }
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_explained(
        lines in proptest::collection::vec("(\\[[a-z:]{0,4}\\]?|[ \t]?[a-z%(){}$=:;#\u{feff}\u{e9}]{0,12})", 0..12),
        end in "(\n|\r\n|\r)",
    ) {
        match Ini::parse(&lines.join(&end)) {
            Ok(ini) => {
                if let Err(error) = ini.items() {
                    proptest::prop_assert!(!error.to_string().is_empty());
                }
            }
            Err(error) => proptest::prop_assert!(!error.to_string().is_empty()),
        }
    }
}
