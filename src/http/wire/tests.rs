//! Random input for the framing: whatever comes, and in whatever pieces, is read alike or refused.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const BOUNDS: Bounds = Bounds { head_bytes: 600, headers: 8, body_bytes: 4096 };

/// Reads a head that arrives in these pieces.
fn read(pieces: &[&[u8]]) -> Result<Option<(Head, usize)>, Refusal> {
    let mut reader = HeadReader::default();
    let mut input = Vec::new();
    for piece in pieces {
        input.extend_from_slice(piece);
        if let Some(read) = reader.read(&input, &BOUNDS)? {
            return Ok(Some(read));
        }
    }
    Ok(None)
}

fn outcome(read: Result<Option<(Head, usize)>, Refusal>) -> String {
    match read {
        Ok(Some((head, length))) => format!("{} {} {length}", head.method, head.path),
        Ok(None) => "incomplete".to_owned(),
        Err(refusal) => format!("{}", refusal.status),
    }
}

/// Bytes that look like a request, with some of them changed.
fn nearly_a_request() -> impl Strategy<Value = Vec<u8>> {
    let text = "POST /mcp?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nAccept: */*\r\n\r\nhello";
    vec((0..text.len(), any::<u8>()), 0..4).prop_map(move |changes| {
        let mut bytes = text.as_bytes().to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        bytes
    })
}

proptest! {
    #[test]
    fn a_head_reads_alike_in_any_pieces(bytes in nearly_a_request(), at in 0usize..90) {
        let at = at.min(bytes.len());
        let whole = outcome(read(&[&bytes]));
        let halves = outcome(read(&[&bytes[..at], &bytes[at..]]));
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        prop_assert_eq!(&whole, &halves);
        prop_assert_eq!(&whole, &outcome(read(&single)));
    }

    #[test]
    fn any_bytes_are_a_head_or_refused(bytes in vec(any::<u8>(), 0..800)) {
        if let Err(refusal) = read(&[&bytes]) {
            prop_assert!((400..=505).contains(&refusal.status));
            prop_assert!(!refusal.reason.is_empty());
        }
    }

    #[test]
    fn chunks_come_back_whole(pieces in vec(vec(any::<u8>(), 1..200), 0..6), step in 1usize..50) {
        let mut wire = Vec::new();
        for piece in &pieces {
            chunk(&mut wire, piece);
        }
        wire.extend_from_slice(LAST_CHUNK);
        let mut body = chunked_body();
        let (mut out, mut done) = (Vec::new(), false);
        for part in wire.chunks(step) {
            let (used, ended) = body.take(part, &mut out).expect("well-formed chunks");
            prop_assert_eq!(used, part.len());
            done = ended;
        }
        prop_assert!(done);
        prop_assert_eq!(out, pieces.concat());
    }

    #[test]
    fn chunks_read_alike_in_any_pieces(
        changes in vec((0..CHUNKS.len(), any::<u8>()), 0..3), step in 1usize..12,
    ) {
        let mut wire = CHUNKS.to_vec();
        for (at, byte) in changes {
            wire[at] = byte;
        }
        let whole = chunked_body().take(&wire, &mut Vec::new());
        let (mut body, mut used, mut ended) = (chunked_body(), 0, false);
        for piece in wire.chunks(step) {
            match body.take(piece, &mut Vec::new()) {
                Ok(_) if ended => break,
                Ok((count, done)) => (used, ended) = (used + count, done),
                Err(refusal) => {
                    prop_assert_eq!(whole, Err(refusal));
                    return Ok(());
                }
            }
        }
        prop_assert_eq!(whole, Ok((used, ended)));
    }

    #[test]
    fn any_bytes_are_chunks_or_refused(bytes in vec(any::<u8>(), 0..300)) {
        let mut out = Vec::new();
        let read = chunked_body().take(&bytes, &mut out);
        prop_assert!(out.len() <= BOUNDS.body_bytes.min(bytes.len()));
        if let Err(refusal) = read {
            prop_assert!([400, 413].contains(&refusal.status));
        }
    }
}

const CHUNKS: &[u8] = b"3\r\nabc\r\n0A;x=\"y\"\r\n0123456789\r\n00\r\n\r\n";

fn chunked_body() -> Body {
    let head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    match read(&[head]) {
        Ok(Some((head, _))) => head.body,
        other => panic!("{other:?}"),
    }
}
