//! How are requests and the few things read from answers spelled?

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, LOCATION};
use http::request::Builder;
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;

use crate::fault::Fault;

/// A request to `authority`, to be finished with [`get`], [`form`] or [`json`].
pub(crate) fn to(authority: &str, path: &str) -> Builder {
    Request::builder().uri(path).header(HOST, authority)
}

pub(crate) fn get(builder: Builder) -> Result<Request<Full<Bytes>>, Fault> {
    builder.body(Full::default()).map_err(|_| Fault::Unreadable("an address"))
}

pub(crate) fn form(
    builder: Builder,
    pairs: &[(&str, &str)],
) -> Result<Request<Full<Bytes>>, Fault> {
    form_text(builder, &encode(pairs))
}

pub(crate) fn form_text(builder: Builder, form: &str) -> Result<Request<Full<Bytes>>, Fault> {
    let builder =
        builder.method(Method::POST).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    builder.body(Full::from(form.to_owned())).map_err(|_| Fault::Unreadable("an address"))
}

pub(crate) fn json(
    builder: Builder,
    body: impl Into<Bytes>,
) -> Result<Request<Full<Bytes>>, Fault> {
    let builder = builder.method(Method::POST).header(CONTENT_TYPE, "application/json");
    builder.body(Full::new(body.into())).map_err(|_| Fault::Unreadable("an address"))
}

pub(crate) fn encode(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The answer, if it has this status.
pub(crate) fn expect(
    what: &'static str,
    status: StatusCode,
    response: Response<Bytes>,
) -> Result<Response<Bytes>, Fault> {
    if response.status() == status {
        return Ok(response);
    }
    let text = String::from_utf8_lossy(response.body()).chars().take(300).collect();
    Err(Fault::Answer(what, response.status(), text))
}

/// A parameter in the query of the place that the answer points to.
pub(crate) fn redirected(response: &Response<Bytes>, name: &str) -> Result<String, Fault> {
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let location = location
        .and_then(|text| url::Url::parse(text).ok())
        .ok_or(Fault::Unreadable("a redirect"))?;
    let found = location.query_pairs().find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned()).ok_or(Fault::Unreadable("a parameter of a redirect"))
}

/// A text member of an answer in JSON.
pub(crate) fn member(response: &Response<Bytes>, name: &'static str) -> Result<String, Fault> {
    let value: serde_json::Value =
        serde_json::from_slice(response.body()).map_err(|_| Fault::Unreadable("an answer"))?;
    value.get(name).and_then(|value| value.as_str()).map(Into::into).ok_or(Fault::Unreadable(name))
}
