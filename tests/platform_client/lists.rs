//! Lists in pages, with a platform that pages as it likes and counts as it likes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use itential_mcp::cancel::CancelToken;
use itential_mcp::limits::LIST_ITEMS;
use itential_mcp::platform::{Error, ErrorKind, Listed, Listing, Path, Style};
use serde_json::{Value, json as j};

use crate::client;
use crate::server::{Act, Seen, Server, json};

/// A list of `length` numbers, pages of at most `cap`, counted as `total`.
fn numbers(length: usize, cap: usize, total: Value) -> impl Fn(&Seen) -> Act {
    move |seen| {
        let number = |name| seen.query(name).map(|value: &str| value.parse::<usize>().unwrap());
        let size = number("limit").or(number("pageSize")).unwrap().min(cap);
        let skip = match number("page") {
            Some(page) => (page - 1) * size,
            None => number("skip").or(number("offset")).unwrap(),
        };
        json(200, &page(length, skip, size, &total))
    }
}

fn page(length: usize, skip: usize, size: usize, total: &Value) -> String {
    let items: Vec<usize> = (skip..length).take(size).collect();
    j!({"results": items, "total": total}).to_string()
}

fn list_with(server: &Server, style: Style<'_>, max_items: usize) -> Result<Listed, Error> {
    let path = Path::literal("/things");
    let query = [("sort", "name")];
    client(server).api(&CancelToken::new()).list(&Listing {
        path: &path,
        query: &query,
        items: "results",
        total: "total",
        style,
        max_items,
    })
}

fn list(server: &Server) -> Listed {
    list_with(server, Style::SkipLimit { limit: 100 }, LIST_ITEMS).unwrap()
}

fn first(length: usize) -> Vec<Value> {
    (0..length).map(Value::from).collect()
}

#[test]
fn are_complete_and_in_order_however_they_are_paged_and_counted() {
    for (length, cap) in
        [(0, 100), (1, 100), (100, 100), (101, 100), (250, 25), (1234, 25), (950, 1000)]
    {
        for total in [
            j!(length),
            j!(length.to_string()),
            Value::Null,
            j!(0),
            j!(length / 2),
            j!(length + 70),
        ] {
            // A count that is too low is believed when the page was not full either.
            if cap < 100 && total.as_u64().is_some_and(|total| total < length as u64) {
                continue;
            }
            let server = Server::start(numbers(length, cap, total.clone()));
            let listed = list(&server);
            assert_eq!(listed.items, first(length), "{length} items in {cap}, counted {total}");
            assert!(!listed.truncated);
            assert!(server.calls().iter().all(|call| call.query("sort") == Some("name")));
        }
    }
}

#[test]
fn in_every_style() {
    let server = Server::start(numbers(260, 100, j!(260)));
    let listed = list_with(&server, Style::OffsetLimit { limit: 50 }, LIST_ITEMS).unwrap();
    assert_eq!((listed.items, listed.total), (first(260), Some(260)));
    for cap in [100, 25] {
        let server = Server::start(numbers(260, cap, j!(260)));
        let listed = list_with(&server, Style::Pages { page_size: 100 }, LIST_ITEMS).unwrap();
        assert_eq!(listed.items, first(260));
        assert_eq!(server.calls()[0].query("page"), Some("1"));
    }
    let server = Server::start(|seen| {
        let body: Value = serde_json::from_str(&seen.body).unwrap();
        let start = body["options"]["start"].as_u64().unwrap() as usize;
        json(200, &page(130, start, 40, &j!(130)))
    });
    let body = |start: usize, limit: usize| j!({"options": {"start": start, "limit": limit}});
    let style = Style::Search { limit: 100, body: &body };
    assert_eq!(list_with(&server, style, LIST_ITEMS).unwrap().items, first(130));
    assert!(server.calls().iter().all(|call| call.method == "POST"));
}

#[test]
fn are_fetched_in_parallel_within_a_bound() {
    let running = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (script_running, script_most) = (running, most.clone());
    let answer = numbers(1000, 25, j!(1000));
    let server = Server::start(move |seen| {
        let now = script_running.fetch_add(1, Ordering::SeqCst) + 1;
        script_most.fetch_max(now, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(5));
        script_running.fetch_sub(1, Ordering::SeqCst);
        answer(seen)
    });
    assert_eq!(list(&server).items, first(1000));
    let most = most.load(Ordering::SeqCst);
    assert!((2..=8).contains(&most), "{most} at the same time");
    assert_eq!(server.calls().len(), 40, "no page is asked for twice");
}

#[test]
fn survive_short_pages_in_the_middle() {
    // Pages of 30, but those in the middle of the list are capped at 20.
    let server = Server::start(|seen| {
        let skip: usize = seen.query("skip").unwrap().parse().unwrap();
        let size = if (50..200).contains(&skip) { 20 } else { 30 };
        json(200, &page(400, skip, size, &j!(400)))
    });
    assert_eq!(list(&server).items, first(400));
}

#[test]
fn end_when_the_route_ignores_paging() {
    for total in [j!(5000), Value::Null] {
        let server = Server::start(move |_| json(200, &page(40, 0, 40, &total)));
        assert_eq!(list(&server).items, first(40));
        assert!(server.calls().len() <= 9, "{} requests", server.calls().len());
    }
}

#[test]
fn endless_ones_are_cut_and_say_so() {
    let server = Server::start(numbers(usize::MAX, 100, Value::Null));
    let listed = list_with(&server, Style::SkipLimit { limit: 100 }, 250).unwrap();
    assert_eq!((listed.items, listed.truncated), (first(250), true));
    let server = Server::start(numbers(250, 100, j!(250)));
    let listed = list_with(&server, Style::SkipLimit { limit: 100 }, 250).unwrap();
    assert_eq!((listed.items, listed.truncated), (first(250), false));
    assert_eq!(listed.total, Some(250));
}

#[test]
fn odd_envelopes() {
    for (body, expected) in [
        (r#"{"results":null,"total":3}"#, Some(0)),
        ("[0,1]", Some(2)),
        ("null", Some(0)),
        (r#"{"result":{"results":[]}}"#, None),
        (r#"{"results":{"0":1}}"#, None),
        ("7", None),
    ] {
        let server = Server::start(move |seen| match seen.query("skip") {
            Some("0") => json(200, body),
            _ => json(200, r#"{"results":[]}"#),
        });
        match (list_with(&server, Style::SkipLimit { limit: 100 }, 10), expected) {
            (Ok(listed), Some(length)) => assert_eq!(listed.items, first(length), "{body}"),
            (Err(error), None) => {
                assert!(matches!(error.kind, ErrorKind::Unexpected { .. }), "{error:?}");
                assert!(error.to_string().contains("no list at 'results'"), "{error}");
            }
            (outcome, _) => panic!("{body}: {outcome:?}"),
        }
    }
}

#[test]
fn a_failing_page_fails_the_list() {
    let pages = numbers(500, 100, j!(500));
    let server = Server::start(move |seen| match seen.query("skip") {
        Some("300") => json(403, r#"{"message":"not yours"}"#),
        _ => pages(seen),
    });
    let error = list_with(&server, Style::SkipLimit { limit: 100 }, LIST_ITEMS).unwrap_err();
    assert!(error.status() == Some(403), "{error:?}");
}

#[test]
fn finding_one_reads_no_further() {
    let server = Server::start(numbers(1000, 25, j!(1000)));
    let client = client(&server);
    let token = CancelToken::new();
    let path = Path::literal("/things");
    let listing = Listing {
        path: &path,
        query: &[],
        items: "results",
        total: "total",
        style: Style::SkipLimit { limit: 100 },
        max_items: LIST_ITEMS,
    };
    let found = client.api(&token).find(&listing, |item| *item == j!(30)).unwrap();
    assert_eq!(found, Some(j!(30)));
    assert_eq!(server.calls().len(), 2);
    assert_eq!(client.api(&token).find(&listing, |item| *item == j!(-1)).unwrap(), None);
}
