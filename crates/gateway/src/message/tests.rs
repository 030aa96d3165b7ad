//! What is read, and what is refused: tables, and that strict reading agrees with the strict reader of documents.

use proptest::prelude::*;
use salver_oauth::json::{self, JsonError};

use super::{PayloadFault as F, *};

fn fault(body: &[u8]) -> Option<F> {
    scan(body).err()
}

#[test]
fn what_can_be_read_in_two_ways_is_refused() {
    let deep = |levels: usize| {
        format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels)).into_bytes()
    };
    let wide = |twice: &str| {
        let members: Vec<String> = (0..100).map(|number| format!("\"m{number}\":1")).collect();
        format!("{{\"p\":{{{},\"{twice}\":1}}}}", members.join(",")).into_bytes()
    };
    let batch = |messages: usize| format!("[{}]", vec!["{}"; messages].join(",")).into_bytes();
    let cases: &[(&[u8], Option<F>)] = &[
        (br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, None),
        (br#" [ {"method":"a"} , {"method":"b"} ] "#, None),
        (br#"{"a":{"x":1},"b":{"x":1}}"#, None),
        (br#"{"method":"a","method":"a"}"#, Some(F::RepeatedMember)),
        (br#"{"a":1,"\u0061":1}"#, Some(F::RepeatedMember)),
        (br#"{"params":{"name":"a","name":"b"}}"#, Some(F::RepeatedMember)),
        (br#"{"params":{"_meta":{"x":1,"x":1}}}"#, Some(F::RepeatedMember)),
        (br#"{"params":{"arguments":[{"x":{"y":1,"y":2}}]}}"#, Some(F::RepeatedMember)),
        (br#"[{"a":1},{"a":1,"a":1}]"#, Some(F::RepeatedMember)),
        (&wide("m100"), None),
        (&wide("m0"), Some(F::RepeatedMember)),
        (&wide("m99"), Some(F::RepeatedMember)),
        (br#"{"Method":"tools/call"}"#, Some(F::DisguisedMember)),
        (br#"{"method":"ping","METHOD":"tools/call"}"#, Some(F::DisguisedMember)),
        ("{\"param\u{17f}\":{}}".as_bytes(), Some(F::DisguisedMember)),
        (br#"{"params":{"Name":"x"}}"#, Some(F::DisguisedMember)),
        (br#"{"params":{"arguments":{"Name":"x","name":"y"}}}"#, None),
        (br#"{"method":"completion/complete","params":{"ref":{"name":"x"}}}"#, None),
        (
            br#"{"method":"completion/complete","params":{"ref":{"Name":"x"}}}"#,
            Some(F::DisguisedMember),
        ),
        (b"{\"a\":\"\xff\"}", Some(F::NotUtf8)),
        (b"\xef\xbb\xbf{}", Some(F::ByteOrderMark)),
        (b"", Some(F::NotJson)),
        (b"{", Some(F::NotJson)),
        (b"{} {}", Some(F::NotJson)),
        (br#"{"a":1,}"#, Some(F::NotJson)),
        (br#"{"a":NaN}"#, Some(F::NotJson)),
        (br#"{"a":"\ud800"}"#, Some(F::NotJson)),
        (b"{\"a\":\"\n\"}", Some(F::NotJson)),
        (b"{'a':1}", Some(F::NotJson)),
        (b"/**/{}", Some(F::NotJson)),
        (&deep(MAX_DEPTH - 1), None),
        (&deep(MAX_DEPTH), Some(F::TooDeep)),
        (&deep(100_000), Some(F::TooDeep)),
        (b"1", Some(F::NotMessages)),
        (b"\"text\"", Some(F::NotMessages)),
        (b"null", Some(F::NotMessages)),
        (b"[]", Some(F::NotMessages)),
        (b"[1]", Some(F::NotMessages)),
        (b"[{},[{}]]", Some(F::NotMessages)),
        (&batch(MAX_BATCH), None),
        (&batch(MAX_BATCH + 1), Some(F::TooMany)),
    ];
    for (body, expected) in cases {
        assert_eq!(fault(body), *expected, "{}", String::from_utf8_lossy(body));
    }
}

#[test]
fn what_is_judged_is_found_wherever_it_stands() {
    let body = br#"{"params":{"arguments":{"name":"no","uri":"no"},"name":"a\u0064d","uri":7,
        "_meta":{"progressToken":1,"io.modelcontextprotocol/protocolVersion":"2026-07-28"}},
        "id":1,"method":"tools\/call"}"#;
    let Ok(Payload::One(message)) = scan(body) else { panic!("one message") };
    assert_eq!(message.method.as_deref(), Some("tools/call"));
    assert_eq!(message.name.as_deref(), Some("add"));
    assert_eq!(message.uri, None, "no text");
    assert_eq!(message.protocol_version.as_deref(), Some("2026-07-28"));
}

#[test]
fn members_that_are_no_objects_or_texts_name_nothing() {
    for body in [
        r#"{"method":7,"params":[{"name":"a"}]}"#,
        r#"{"method":null,"params":"x"}"#,
        r#"{"method":{"method":"x"},"params":{"name":{"name":"x"},"_meta":[1]}}"#,
        r#"{"method":["x"],"params":null}"#,
    ] {
        let payload = scan(body.as_bytes());
        assert_eq!(payload, Ok(Payload::One(Message::default())), "{body}");
    }
}

fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        "\"[a-c\\\\n]{0,3}\"",
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let name = prop_oneof!["[a-d]", Just("\\u0061".to_owned())];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((name, inner), 0..4).prop_map(|members| {
                let members: Vec<String> =
                    members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_message_is_read_exactly_when_a_document_would_be(value in any_json(), cut in 0..200_usize) {
        let whole = format!("{{\"params\":{value}}}");
        let text = whole.get(..cut).unwrap_or(&whole);
        let document = json::parse(text.as_bytes());
        let here = scan(text.as_bytes());
        prop_assert_eq!(here.is_ok(), document.is_ok(), "{}", text);
        let repeated = matches!(document, Err(JsonError::DuplicateMember(_)));
        prop_assert_eq!(here == Err(F::RepeatedMember), repeated, "{}", text);
    }

    #[test]
    fn no_bytes_make_the_reader_fall(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = scan(&bytes);
    }
}
