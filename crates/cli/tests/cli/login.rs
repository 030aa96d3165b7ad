//! A login as a client and a browser make it: pages filled in, redirects followed, until the client has its code.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a login that does not work fails the test")]

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use salver_testkit::form::Form;
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::http::{Browser, Reply, send};

const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0123456789";

/// Who logs in where.
pub(crate) struct Login {
    pub(crate) issuer: String,
    pub(crate) resource: String,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) username: String,
    pub(crate) password: String,
}

/// Pairs as a form body.
pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

impl Login {
    /// The URL with which the client sends its person here.
    pub(crate) fn request(&self, scope: &str) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
        let query = form(&[
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("state", "kept"),
            ("resource", &self.resource),
            ("scope", scope),
        ]);
        format!("{}/authorize?{query}", self.issuer)
    }

    /// From the first request to the code, whatever pages come between.
    pub(crate) fn code(&self, browser: &mut Browser, scope: &str) -> String {
        let mut reply = browser.get(&self.request(scope));
        for _ in 0..6 {
            reply = match reply.header("location") {
                Some(back) if back.starts_with(&self.redirect_uri) => return self.answered(back),
                Some(next) => browser.get(&format!("{}{next}", self.issuer)),
                None => self.fill_in(browser, &reply),
            };
        }
        panic!("no code: {reply:?}");
    }

    /// The code in an answer; `state` and `iss` are what they must be (MCP-AS-6).
    fn answered(&self, back: &str) -> String {
        let url = Url::parse(back).unwrap();
        let answer = |name: &str| {
            url.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
        };
        assert_eq!(
            (answer("state").as_deref(), answer("iss")),
            (Some("kept"), Some(self.issuer.clone()))
        );
        answer("code").unwrap()
    }

    /// Signs in where the server asks for that, and answers the page behind.
    pub(crate) fn sign_in(&self, browser: &mut Browser, url: &str) -> Reply {
        let mut reply = browser.get(url);
        for _ in 0..6 {
            reply = match reply.header("location") {
                Some(next) => browser.get(&format!("{}{next}", self.issuer)),
                None if reply.body.contains("action=\"/account/sign-in\"") => {
                    self.fill_in(browser, &reply)
                }
                None => return reply,
            };
        }
        panic!("no end: {reply:?}");
    }

    /// Does what the page asks of a person.
    fn fill_in(&self, browser: &mut Browser, page: &Reply) -> Reply {
        assert_eq!(page.status, 200, "{page:?}");
        if page.body.contains("action=\"/account/sign-in\"") {
            let filled = Form::to(&page.body, "/account/sign-in");
            let filled = filled.with("username", &self.username).with("password", &self.password);
            return browser.post(&format!("{}/account/sign-in", self.issuer), &filled.body());
        }
        let allowed = Form::to(&page.body, "/authorize/consent").with("decision", "allow");
        browser.post(&format!("{}/authorize/consent", self.issuer), &allowed.body())
    }

    /// Tokens for a code.
    pub(crate) fn redeem(&self, code: &str) -> Value {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", VERIFIER),
        ])
    }

    /// Tokens for a refresh token.
    pub(crate) fn refresh(&self, tokens: &Value) -> Value {
        self.token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
        ])
    }

    fn token(&self, pairs: &[(&str, &str)]) -> Value {
        let body = form(
            &[pairs, &[("client_id", &self.client_id), ("resource", &self.resource)]].concat(),
        );
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        let reply = send("POST", &format!("{}/token", self.issuer), &headers, &body);
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    }
}
