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
    client(server).api(&CancelToken::new()).list(
        &Listing { path: &path, query: &query, items: "results", total: "total", style, max_items },
        Vec::new(),
    )
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
    let mut asked: Vec<String> = server.calls().into_iter().map(|call| call.target).collect();
    assert_eq!(asked.len(), 41, "forty pages and the end");
    asked.sort_unstable();
    asked.dedup();
    assert_eq!(asked.len(), 41, "no page is asked for twice");
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
    let found = client.api(&token).find(&listing, &|item| *item == j!(30)).unwrap();
    assert_eq!(found, Some(j!(30)));
    assert_eq!(server.calls().len(), 2);
    assert_eq!(client.api(&token).find(&listing, &|item| *item == j!(-1)).unwrap(), None);
}

/// Things with an id and a field that differs each time it is read.
fn things(range: std::ops::Range<usize>, total: Value) -> Act {
    static READ: AtomicUsize = AtomicUsize::new(0);
    let now = READ.fetch_add(1, Ordering::SeqCst);
    let items: Vec<Value> =
        range.map(|id| j!({"id": id, "name": "same", "uptime": now + id})).collect();
    json(200, &j!({"results": items, "total": total}).to_string())
}

fn ids(listed: &Listed) -> Vec<u64> {
    listed.items.iter().map(|item| item["id"].as_u64().unwrap()).collect()
}

fn skip(seen: &Seen) -> usize {
    seen.query("skip").unwrap().parse().unwrap()
}

#[test]
fn t14_a_total_that_counts_only_pages_ends_no_list() {
    let all: Vec<u64> = (0..130).collect();
    // What each page says the total is, by where it begins and ends.
    type Total = fn(usize, usize) -> Value;
    let totals: [Total; 6] = [
        |from, to| j!(to - from),
        |from, to| j!((to - from).to_string()),
        |from, to| j!((to - from) as f64),
        |_, to| j!(to),
        |_, _| j!(25),
        |_, _| j!(-1),
    ];
    for (number, total) in totals.into_iter().enumerate() {
        let server = Server::start(move |seen| {
            let from = skip(seen).min(130);
            let to = (from + 25).min(130);
            things(from..to, total(from, to))
        });
        let listed = list(&server);
        assert_eq!(ids(&listed), all, "total {number}");
        assert!(!listed.truncated);
        assert!(listed.total.is_none_or(|total| total == 130), "total {number}: {listed:?}");
        assert!(server.calls().len() <= 8, "{} requests", server.calls().len());
    }
}

#[test]
fn t14_a_total_that_is_right_costs_at_most_one_request_more() {
    for (length, requests) in [(0, 1), (1, 1), (25, 2), (26, 2), (50, 3), (60, 3)] {
        let server = Server::start(move |seen| {
            let from = skip(seen).min(length);
            things(from..(from + 25).min(length), j!(length))
        });
        let listed = list(&server);
        assert_eq!(ids(&listed).len(), length);
        assert_eq!(listed.total, Some(length as u64));
        assert_eq!(server.calls().len(), requests, "{length} items");
    }
}

#[test]
fn t14_pages_that_come_again_are_taken_once() {
    let all: Vec<u64> = (0..60).collect();
    // Behind the end: the last page, the first page, or the only page in another order.
    let last = |seen: &Seen| things(skip(seen).min(40)..(skip(seen).min(40) + 20), j!(20));
    let first = |seen: &Seen| things(skip(seen) % 60..skip(seen) % 60 + 20, Value::Null);
    for server in [Server::start(last), Server::start(first)] {
        assert_eq!(ids(&list(&server)), all);
        assert_eq!(server.calls().len(), 4);
    }
    let turned = AtomicUsize::new(0);
    let server = Server::start(move |_| {
        let mut items: Vec<Value> = (0..60).map(|id| j!({"_id": id})).collect();
        items.rotate_left(turned.fetch_add(7, Ordering::SeqCst));
        json(200, &j!({"results": items, "total": 60}).to_string())
    });
    let listed = list(&server);
    assert_eq!((listed.items.len(), listed.total), (60, Some(60)));
    // Things that merely share a name are not the same.
    let server = Server::start(|seen| match skip(seen) {
        from @ 0..3 => json(200, &j!({"results": [{"name": "a", "n": from}]}).to_string()),
        _ => json(200, r#"{"results":[]}"#),
    });
    assert_eq!(list(&server).items.len(), 3);
}

#[test]
fn t14_a_total_that_is_too_high_is_put_right_at_the_end() {
    let server = Server::start(|seen| {
        let from = skip(seen).min(130);
        things(from..(from + 25).min(130), j!(200))
    });
    let listed = list(&server);
    assert_eq!((listed.items.len(), listed.total, listed.truncated), (130, Some(130), false));
}

#[test]
fn t14_a_refusal_behind_the_end_costs_nothing() {
    for status in [400, 404, 416, 500] {
        let server = Server::start(move |seen| match skip(seen) {
            0 => things(0..25, j!(25)),
            _ => json(status, r#"{"message":"page out of range"}"#),
        });
        let listed = list(&server);
        assert_eq!((listed.items.len(), listed.total), (25, Some(25)), "{status}");
    }
    // Where more is due it does cost the list.
    let server = Server::start(|seen| match skip(seen) {
        0 => things(0..25, j!(26)),
        _ => json(500, "{}"),
    });
    list_with(&server, Style::SkipLimit { limit: 100 }, LIST_ITEMS).unwrap_err();
}
