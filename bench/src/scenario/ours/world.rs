//! What must be there before our server can be measured? A configuration, an account, a session, a yes on record, and tokens.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use http::StatusCode;
use http::header::COOKIE;
use serde::Deserialize;

use super::super::request;
use super::browser::Browser;
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
    pub(crate) address: SocketAddr,
    pub(crate) resource: String,
    pub(crate) session: String,
    pub(crate) access_token: String,
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
    /// Makes the account, signs in, says yes, and takes the first tokens.
    pub(crate) async fn set_up(line: &Line) -> Result<Self, Fault> {
        let (authority, address) = line.place()?;
        let mut browser = Browser::new(Connection::open(address).await?, &authority);
        let setup = line.setup_url.as_ref().ok_or(Fault::Unreadable("the setup link"))?;
        let setup = setup.strip_prefix(&line.issuer).ok_or(Fault::Unreadable("the setup link"))?;
        let page = request::expect("the setup page", StatusCode::OK, browser.get(setup).await?)?;
        let account = [("username", "bench"), ("password", "correct horse battery staple")];
        browser.submit(&page, (setup, "form_token"), &account).await?;
        let mut world = Self {
            authority,
            address,
            resource: line.mcp_url.clone(),
            session: browser.cookies(),
            access_token: String::new(),
        };
        let path = world.authorize_path(document::KNOWN);
        let page = request::expect("the consent page", StatusCode::OK, browser.get(&path).await?)?;
        browser.submit(&page, ("/authorize/consent", "ticket"), &[("decision", "allow")]).await?;
        let mut connection = Connection::open(address).await?;
        world.access_token = world.log_in(&mut connection).await?.access;
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
    pub(crate) async fn log_in(&self, connection: &mut Connection) -> Result<Tokens, Fault> {
        let path = self.authorize_path(document::KNOWN);
        let asked =
            request::get(request::to(&self.authority, &path).header(COOKIE, &self.session))?;
        let answer =
            request::expect("authorize", StatusCode::SEE_OTHER, connection.ask(asked).await?)?;
        let code = request::redirected(&answer, "code")?;
        let redirect = document::redirect_uri(document::KNOWN);
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", redirect.as_str()),
            ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            ("resource", self.resource.as_str()),
        ];
        self.redeem(connection, &pairs).await
    }

    /// Rotates a refresh token.
    pub(crate) async fn refresh(
        &self,
        connection: &mut Connection,
        token: &str,
    ) -> Result<Tokens, Fault> {
        self.redeem(connection, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    async fn redeem(
        &self,
        connection: &mut Connection,
        pairs: &[(&str, &str)],
    ) -> Result<Tokens, Fault> {
        let client = document::client_id(document::KNOWN);
        let pairs = [pairs, &[("client_id", client.as_str())]].concat();
        let asked = request::form(request::to(&self.authority, "/token"), &pairs)?;
        let answer = request::expect("token", StatusCode::OK, connection.ask(asked).await?)?;
        Ok(Tokens {
            access: request::member(&answer, "access_token")?,
            refresh: request::member(&answer, "refresh_token")?,
        })
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
