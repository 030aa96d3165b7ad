//! Where is the MCP server really?

use url::Url;

use crate::config::problem::Problems;

/// Its URL as it was written, if the gateway can speak with it.
pub(super) fn resolve(key: &str, text: &str, problems: &mut Problems) -> Option<String> {
    let url = problems.accept(
        key,
        Url::parse(text).map_err(|error| format!("is not a URL: {error}")),
        "write it like \"http://127.0.0.1:9000/mcp\"",
    )?;
    if !matches!(url.scheme(), "http" | "https") {
        problems.refuse(
            key,
            format!("is a {} URL", url.scheme()),
            "salver speaks Streamable HTTP: begin it with http:// or https://",
        );
        return None;
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        problems.refuse(
            key,
            "has a user name, password, query or fragment",
            "the server behind learns who calls from the Salver-Identity header",
        );
        return None;
    }
    Some(text.to_owned())
}
