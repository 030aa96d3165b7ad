//! What must be there before our server can be measured? A configuration, an account, a session, a yes on record, and tokens.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::StatusCode;
use http::header::{AUTHORIZATION, COOKIE};
use serde::Deserialize;

use super::super::assertion::{self, Key};
use super::super::request;
use super::browser::Browser;
use super::entered::{Desk, Entered};
use crate::attested::Attested;
use crate::document::{self, Documents};
use crate::fault::Fault;
use crate::load::Connection;

/// The line with which the server says that it answers.
#[derive(Debug, Deserialize)]
pub(crate) struct Line {
    pub(crate) issuer: String,
    pub(crate) mcp_url: String,
    pub(crate) setup_url: Option<String>,
}

/// Everything that the operations need to know.
pub(crate) struct World {
    pub(crate) authority: String,
    issuer: String,
    pub(crate) address: SocketAddr,
    pub(crate) resource: String,
    pub(crate) session: String,
    pub(crate) access_token: String,
    /// The client of a document, whose person has said yes.
    pub(crate) known: Visitor,
    /// The same two on record here: one with a secret, one without.
    pub(crate) with_secret: Visitor,
    pub(crate) without_secret: Visitor,
    pub(crate) service_by_secret: Entered,
    pub(crate) service_by_key: Entered,
    pub(crate) key: Arc<Key>,
}

/// A client that people log in with.
pub(crate) struct Visitor {
    client_id: String,
    redirect_uri: String,
    /// Its secret, as it is sent.
    basic: Option<String>,
}

/// What `/token` gives.
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

/// Writes the configuration of a server whose state is in `folder`.
pub(crate) fn configure(
    folder: &Path,
    upstream: SocketAddr,
    documents: &Documents,
    attested: &Attested,
) -> Result<PathBuf, Fault> {
    let keep = |name: &str, text: &str| {
        let file = folder.join(name);
        std::fs::write(&file, text).map_err(|error| Fault::Io("write the configuration", error))?;
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&file, mode)
            .map_err(|error| Fault::Io("write the configuration", error))?;
        Ok::<_, Fault>(file)
    };
    keep("authority.pem", &documents.authority_pem)?;
    keep("secret", SECRET)?;
    let mut text = format!(
        "data = \"state\"\nlisten = [\"127.0.0.1:0\"]\n[log]\nlevel = \"error\"\n[registration]\nnew_per_minute = 1000\nnew_per_second = 10000\n[tokens]\naccess_token_seconds = 3600\n\
         [[resources]]\nname = \"{NAME}\"\npath = \"/mcp\"\nupstream = \"http://{upstream}/mcp\"\n\
         introspection_secret_file = \"secret\"\n{EGRESS}[development]\nextra_ca = \"authority.pem\"\n[development.connect]\n"
    );
    for host in [document::KNOWN, document::NEW, document::COLD, document::ATTESTED] {
        writeln!(text, "\"{host}:443\" = \"{}\"", documents.address)
            .map_err(|_| Fault::Unreadable("an address"))?;
    }
    text.push_str(&attested.anchor(&document::client_id(document::ATTESTED)));
    keep("salver.toml", &text)
}

impl Line {
    /// Where it answers, as `Host` and as an address.
    pub(crate) fn place(&self) -> Result<(String, SocketAddr), Fault> {
        let unreadable = || Fault::Unreadable("the issuer");
        let authority = self.issuer.strip_prefix("http://").ok_or_else(unreadable)?;
        let port = authority.rsplit(':').next().and_then(|port| port.parse().ok());
        let address = SocketAddr::from(([127, 0, 0, 1], port.ok_or_else(unreadable)?));
        Ok((authority.to_owned(), address))
    }
}

impl World {
    /// Makes the account, signs in, says yes to each client, and takes the first tokens.
    pub(crate) async fn set_up(
        line: &Line,
        desk: &Desk<'_>,
        key: &Arc<Key>,
    ) -> Result<Self, Fault> {
        let (authority, address) = line.place()?;
        let mut browser = Browser::new(Connection::open(address).await?, &authority);
        let setup = line.setup_url.as_ref().ok_or(Fault::Unreadable("the setup link"))?;
        let setup = setup.strip_prefix(&line.issuer).ok_or(Fault::Unreadable("the setup link"))?;
        let page = request::expect("the setup page", StatusCode::OK, browser.get(setup).await?)?;
        let account = [("username", "bench"), ("password", "correct horse battery staple")];
        browser.submit(&page, (setup, "form_token"), &account).await?;
        let resource = line.mcp_url.clone();
        let mut world = Self {
            authority,
            issuer: line.issuer.clone(),
            address,
            session: browser.cookies(),
            access_token: String::new(),
            known: Visitor {
                client_id: document::client_id(document::KNOWN),
                redirect_uri: document::redirect_uri(document::KNOWN),
                basic: None,
            },
            with_secret: Visitor::enter(desk, "client_secret_basic")?,
            without_secret: Visitor::enter(desk, "none")?,
            service_by_secret: desk.service(&resource)?,
            service_by_key: desk.service_with_keys(&resource)?,
            key: Arc::clone(key),
            resource,
        };
        for client in [&world.known, &world.with_secret, &world.without_secret] {
            let path = world.authorization(&client.client_id, &client.redirect_uri);
            let page = browser.get(&path).await?;
            let page = request::expect("the consent page", StatusCode::OK, page)?;
            let yes = [("decision", "allow")];
            browser.submit(&page, ("/authorize/consent", "ticket"), &yes).await?;
        }
        let mut connection = Connection::open(address).await?;
        world.access_token = world.log_in(&mut connection, &world.known).await?.access;
        Ok(world)
    }

    /// An authorization request of the client on this host.
    pub(crate) fn authorize_path(&self, host: &str) -> String {
        self.authorization(&document::client_id(host), &document::redirect_uri(host))
    }

    /// An authorization request of this client.
    pub(crate) fn authorization(&self, client: &str, redirect: &str) -> String {
        let query = request::encode(&[
            ("response_type", "code"),
            ("client_id", client),
            ("redirect_uri", redirect),
            ("scope", "mcp"),
            ("state", "af0ifjsldkj"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
            ("resource", self.resource.as_str()),
        ]);
        format!("/authorize?{query}")
    }

    /// Authorize with the live session and the yes on record, and redeem the code.
    pub(crate) async fn log_in(
        &self,
        connection: &mut Connection,
        client: &Visitor,
    ) -> Result<Tokens, Fault> {
        let path = self.authorization(&client.client_id, &client.redirect_uri);
        let asked =
            request::get(request::to(&self.authority, &path).header(COOKIE, &self.session))?;
        let answer =
            request::expect("authorize", StatusCode::SEE_OTHER, connection.ask(asked).await?)?;
        let code = request::redirected(&answer, "code")?;
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", client.redirect_uri.as_str()),
            ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            ("resource", self.resource.as_str()),
        ];
        self.redeem(connection, client, &pairs).await
    }

    /// Rotates a refresh token.
    pub(crate) async fn refresh(
        &self,
        connection: &mut Connection,
        client: &Visitor,
        token: &str,
    ) -> Result<Tokens, Fault> {
        let pairs = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.redeem(connection, client, &pairs).await
    }

    async fn redeem(
        &self,
        connection: &mut Connection,
        client: &Visitor,
        pairs: &[(&str, &str)],
    ) -> Result<Tokens, Fault> {
        let mut builder = request::to(&self.authority, "/token");
        let mut pairs = pairs.to_vec();
        match &client.basic {
            Some(basic) => builder = builder.header(AUTHORIZATION, basic),
            None => pairs.push(("client_id", client.client_id.as_str())),
        }
        let asked = request::form(builder, &pairs)?;
        let answer = request::expect("token", StatusCode::OK, connection.ask(asked).await?)?;
        Ok(Tokens {
            access: request::member(&answer, "access_token")?,
            refresh: request::member(&answer, "refresh_token")?,
        })
    }

    /// A token of a service.
    pub(crate) async fn serve(
        &self,
        connection: &mut Connection,
        service: &Entered,
    ) -> Result<(), Fault> {
        let mut builder = request::to(&self.authority, "/token");
        let mut assertion = None;
        match service.basic() {
            Some(basic) => builder = builder.header(AUTHORIZATION, basic),
            None => assertion = Some(self.key.assert(&service.client_id, &self.issuer)?),
        }
        let fields = assertion::fields(&self.resource, assertion.as_deref());
        let asked = request::form(builder, &fields)?;
        let answer = request::expect("token", StatusCode::OK, connection.ask(asked).await?)?;
        request::member(&answer, "access_token").map(drop)
    }
}

impl Visitor {
    /// An application on record, whose redirect URI is on a host of its own.
    fn enter(desk: &Desk<'_>, method: &str) -> Result<Self, Fault> {
        let redirect_uri = document::redirect_uri("entered.example");
        let entered = desk.application(&redirect_uri, method)?;
        Ok(Self { basic: entered.basic(), client_id: entered.client_id, redirect_uri })
    }
}

/// The resource's name, which is also its name at `/introspect`.
pub(crate) const NAME: &str = "bench";

/// Its secret there.
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// One person on one host fetches thousands of documents, and pushes as many requests, and a counter makes all of it slow.
const EGRESS: &str = "[pushed_requests]
new_per_minute = 10000
new_per_second = 10000
[egress.bounds]
connect_milliseconds = 60000
head_milliseconds = 60000
tls_milliseconds = 60000
total_milliseconds = 60000
[egress.budgets]
in_flight = 10000
in_flight_per_host = 1000
overall = 100000
per_domain = 100000
per_host = 100000
per_network = 100000
";
