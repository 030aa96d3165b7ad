//! Do the headers say what the body says? `Mcp-Method`, `Mcp-Name` and `MCP-Protocol-Version` (MCP 2026-07-28, SEP-2243).
//!
//! They are there so that others on the way need not read the body; one that says something else would have us judge one call
//! and them another. Absent ones are the server's own affair, and so is `Mcp-Param-…`, which only it can interpret.

use std::borrow::Cow;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::HeaderMap;

use crate::message::{Message, Payload};

/// The header that disagrees.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Mismatch(pub(crate) &'static str);

/// Compares the headers with every message.
pub(crate) fn check(headers: &HeaderMap, payload: &Payload<'_>) -> Result<(), Mismatch> {
    let Told { method, name, version } = Told::by(headers)?;
    let name = name.map(decoded).transpose().map_err(|()| Mismatch("Mcp-Name"))?;
    for message in payload.messages() {
        if method.is_some_and(|method| message.method.as_deref() != Some(method)) {
            return Err(Mismatch("Mcp-Method"));
        }
        if name.as_deref().is_some_and(|name| !is_its_name(message, name)) {
            return Err(Mismatch("Mcp-Name"));
        }
        if let (Some(version), Some(own)) = (version, message.protocol_version.as_deref())
            && version != own
        {
            return Err(Mismatch("MCP-Protocol-Version"));
        }
    }
    Ok(())
}

/// Methods of which we do not know where their name stands may have any.
fn is_its_name(message: &Message<'_>, name: &str) -> bool {
    let own = match message.method.as_deref() {
        Some("tools/call" | "prompts/get") => &message.name,
        Some("resources/read" | "resources/subscribe" | "resources/unsubscribe") => &message.uri,
        Some("tasks/get" | "tasks/update" | "tasks/cancel") => &message.task_id,
        _ => return true,
    };
    own.as_deref() == Some(name)
}

/// What the headers say.
#[derive(Default)]
struct Told<'a> {
    method: Option<&'a str>,
    name: Option<&'a str>,
    version: Option<&'a str>,
}

impl<'a> Told<'a> {
    /// In one look at each header, as they are few; fails where one comes twice, or is no text.
    fn by(headers: &'a HeaderMap) -> Result<Self, Mismatch> {
        let mut told = Self::default();
        for (name, value) in headers {
            let (place, name) = match name.as_str() {
                "mcp-method" => (&mut told.method, "Mcp-Method"),
                "mcp-name" => (&mut told.name, "Mcp-Name"),
                "mcp-protocol-version" => (&mut told.version, "MCP-Protocol-Version"),
                _ => continue,
            };
            let text = value.to_str().map_err(|_| Mismatch(name))?;
            if place.replace(text).is_some() {
                return Err(Mismatch(name));
            }
        }
        Ok(told)
    }
}

/// Names that no header can hold come as `=?base64?…?=`.
fn decoded(value: &str) -> Result<Cow<'_, str>, ()> {
    match value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) {
        None => Ok(Cow::Borrowed(value)),
        Some(encoded) => {
            let bytes = BASE64_STANDARD.decode(encoded).map_err(|_| ())?;
            String::from_utf8(bytes).map(Cow::Owned).map_err(|_| ())
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;
    use crate::message::scan;

    type Case<'a> = (&'a str, &'a [(&'static str, &'a str)], Option<&'a str>);

    #[test]
    fn sep_2243_a_header_that_disagrees_is_named() {
        let call = r#"{"method":"tools/call","params":{"name":"add","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#;
        let read = r#"{"method":"resources/read","params":{"uri":"a://ü","name":"other"}}"#;
        let cases: &[Case<'_>] = &[
            (call, &[], None),
            (call, &[("mcp-method", "tools/call"), ("mcp-name", "add")], None),
            (call, &[("mcp-method", "tools/list")], Some("Mcp-Method")),
            (call, &[("mcp-method", "Tools/Call")], Some("Mcp-Method")),
            (
                call,
                &[("mcp-method", "tools/call"), ("mcp-method", "tools/call")],
                Some("Mcp-Method"),
            ),
            (call, &[("mcp-name", "delete")], Some("Mcp-Name")),
            (call, &[("mcp-name", "=?base64?YWRk?=")], None),
            (call, &[("mcp-name", "=?base64?YWRl?=")], Some("Mcp-Name")),
            (call, &[("mcp-name", "=?base64?*?=")], Some("Mcp-Name")),
            (call, &[("mcp-protocol-version", "2026-07-28")], None),
            (call, &[("mcp-protocol-version", "2025-06-18")], Some("MCP-Protocol-Version")),
            (read, &[("mcp-name", "=?base64?YTovL8O8?=")], None),
            (read, &[("mcp-name", "other")], Some("Mcp-Name")),
            (read, &[("mcp-protocol-version", "2025-06-18")], None),
            (r#"{"method":"tools/call"}"#, &[("mcp-name", "add")], Some("Mcp-Name")),
            (r#"{"method":"tools/list"}"#, &[("mcp-name", "add")], None),
            (r#"{"result":{}}"#, &[("mcp-method", "tools/call")], Some("Mcp-Method")),
            (r#"[{"method":"ping"},{"method":"ping"}]"#, &[("mcp-method", "ping")], None),
            (
                r#"[{"method":"ping"},{"method":"tools/list"}]"#,
                &[("mcp-method", "ping")],
                Some("Mcp-Method"),
            ),
        ];
        for (body, pairs, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in *pairs {
                headers.append(HeaderName::from_static(name), value.parse().unwrap());
            }
            let seen = check(&headers, &scan(body.as_bytes()).unwrap()).err();
            assert_eq!(seen.map(|Mismatch(header)| header), *expected, "{body} {pairs:?}");
        }
    }
}
