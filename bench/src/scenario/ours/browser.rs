//! How does a person get in? Pages are asked for and their forms posted, over one connection, with cookies kept.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::header::{COOKIE, SET_COOKIE};
use http::{Request, Response, StatusCode};
use http_body_util::Full;

use super::super::request;
use crate::fault::Fault;
use crate::load::Connection;

/// A browser at one server.
pub(crate) struct Browser {
    connection: Connection,
    authority: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) fn new(connection: Connection, authority: &str) -> Self {
        Self { connection, authority: authority.to_owned(), cookies: BTreeMap::new() }
    }

    /// Its cookies as a header.
    pub(crate) fn cookies(&self) -> String {
        let pairs: Vec<_> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    pub(crate) async fn get(&mut self, path: &str) -> Result<Response<Bytes>, Fault> {
        let asked =
            request::get(request::to(&self.authority, path).header(COOKIE, self.cookies()))?;
        self.ask(asked).await
    }

    pub(crate) async fn post(
        &mut self,
        path: &str,
        pairs: &[(&str, &str)],
    ) -> Result<Response<Bytes>, Fault> {
        let builder = request::to(&self.authority, path).header(COOKIE, self.cookies());
        let asked = request::form(builder, pairs)?;
        self.ask(asked).await
    }

    /// Fills the page's form in which this hidden field stands, and posts it to `path`.
    pub(crate) async fn submit(
        &mut self,
        page: &Response<Bytes>,
        (path, hidden): (&str, &str),
        more: &[(&str, &str)],
    ) -> Result<Response<Bytes>, Fault> {
        let value = hidden_value(&String::from_utf8_lossy(page.body()), hidden)
            .ok_or(Fault::Unreadable("the form of a page"))?;
        let pairs = [&[(hidden, value.as_str())], more].concat();
        let answer = self.post(path, &pairs).await?;
        request::expect("a form", StatusCode::SEE_OTHER, answer)
    }

    async fn ask(&mut self, asked: Request<Full<Bytes>>) -> Result<Response<Bytes>, Fault> {
        let answer = self.connection.ask(asked).await?;
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let pair =
                cookie.to_str().ok().and_then(|cookie| cookie.split(';').next()?.split_once('='));
            if let Some((name, value)) = pair {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(answer)
    }
}

/// Our pages write hidden fields in one way, with values that need no unescaping.
fn hidden_value(page: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("<input type=\"hidden\" name=\"{name}\" value=\""))?;
    rest.split_once('"').map(|(value, _)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_fields_are_found() {
        let page = r#"<form><input type="hidden" name="a" value="1"><input type="hidden" name="b" value="2"></form>"#;
        assert_eq!(hidden_value(page, "b").as_deref(), Some("2"));
        assert_eq!(hidden_value(page, "c"), None);
    }
}
