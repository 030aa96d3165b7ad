//! The person's browser: fills in what pages ask for, over TLS, until the answer comes back or a page is the end.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use salver_egress::upstream::Upstream;
use salver_testkit::form::Form;
use url::Url;

/// How it ended.
#[derive(Debug)]
pub(super) enum Answer {
    /// With a code, at the program's redirect URI.
    Code(String),
    /// With this page.
    Page(String),
}

impl Answer {
    pub(super) fn code(self) -> String {
        match self {
            Self::Code(code) => code,
            Self::Page(page) => panic!("no code, but this page: {page}"),
        }
    }
}

pub(super) struct Browser {
    pub(super) upstream: Arc<Upstream>,
    pub(super) issuer: String,
    pub(super) password: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(super) fn new(upstream: Arc<Upstream>, issuer: String, password: String) -> Self {
        Self { upstream, issuer, password, cookies: BTreeMap::new() }
    }

    /// From the first request to its end. `allows`: whether the person says yes.
    pub(super) async fn follow(&mut self, start: &str, redirect_uri: &str, allows: bool) -> Answer {
        let (mut location, mut page) = self.send(Method::GET, start, String::new()).await;
        for _ in 0..8 {
            if let Some(next) = location {
                if next.starts_with(redirect_uri) {
                    return answered(&next);
                }
                let next = Url::parse(&self.issuer).unwrap().join(&next).unwrap();
                (location, page) = self.send(Method::GET, next.as_str(), String::new()).await;
            } else if page.contains("action=\"/account/sign-in\"") {
                let filled = Form::to(&page, "/account/sign-in");
                let filled = filled.with("username", "alice").with("password", &self.password);
                (location, page) = self.post("/account/sign-in", &filled).await;
            } else if page.contains("action=\"/authorize/consent\"") && allows {
                let allowed = Form::to(&page, "/authorize/consent").with("decision", "allow");
                (location, page) = self.post("/authorize/consent", &allowed).await;
            } else {
                return Answer::Page(page);
            }
        }
        panic!("no end: {page}");
    }

    async fn post(&mut self, path: &str, form: &Form) -> (Option<String>, String) {
        let url = format!("{}{path}", self.issuer);
        self.send(Method::POST, &url, form.body()).await
    }

    async fn send(&mut self, method: Method, url: &str, body: String) -> (Option<String>, String) {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder()
            .method(method)
            .uri(url)
            .header(header::COOKIE, cookies.join("; "))
            .header(header::ORIGIN, &self.issuer)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        let request = request.body(Full::new(Bytes::from(body))).unwrap();
        let response = self.upstream.send(request).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = response.headers().get(header::LOCATION);
        let location = location.map(|value| value.to_str().unwrap().to_owned());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (location, String::from_utf8_lossy(&body).into_owned())
    }
}

/// The code in an answer, or the error in it as a page would say it.
fn answered(location: &str) -> Answer {
    let url = Url::parse(location).unwrap();
    let find = |name: &str| {
        url.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
    };
    match find("code") {
        Some(code) => Answer::Code(code),
        None => Answer::Page(location.to_owned()),
    }
}
