//! Which clients are well known, what belongs to them, and which places are not what they seem? DESIGN 4.6.
//!
//! A catalogue is a file; docs/catalogue.md describes it. Nothing in it makes a login more trusted than its proofs do, but for one
//! thing: a host that it names for a client counts as the publisher's (DESIGN 4.2). Look-ups compare raw texts. Fetching a file and
//! checking the signature over an update are not done here; what an update may change at once is [`update`].

mod content;
mod date;
mod entry;
mod extend;
mod file;
mod hosts;
mod index;
mod name;
mod parse;
mod pattern;
mod problem;
mod relays;
mod saved;
mod software;
pub mod update;

use std::{collections::BTreeSet, sync::LazyLock};

use salver_oauth::{
    Timestamp,
    client::{id::ClientId, redirect_uri::RedirectUri},
};
use url::Url;

use self::{
    content::{Content, Removed},
    index::Index,
};
pub use self::{
    date::{Date, DateError},
    entry::{Client, OLD_PIN_DAYS, Pin},
    pattern::{Pattern, PatternError},
    problem::{CatalogueError, FORMAT, PinFault, Problem, Rule},
    saved::{SaveError, pin_block},
    software::Software,
};
pub(crate) use self::{
    hosts::{HostSet, is_domain_name},
    name::folded,
    pattern::open_forms,
};

/// A catalogue, read and found sound, with its indexes.
#[derive(Clone, Debug)]
pub struct Catalogue {
    content: Content,
    index: Index,
}

impl Catalogue {
    /// Reads a catalogue.
    ///
    /// # Errors
    /// [`CatalogueError`] lists everything that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        parse::read(text).map(Self::of)
    }

    /// The catalogue that came with this program.
    #[must_use]
    pub fn embedded() -> &'static Self {
        #[expect(clippy::expect_used, reason = "a test reads the same text")]
        static EMBEDDED: LazyLock<Catalogue> = LazyLock::new(|| {
            Catalogue::parse(EMBEDDED_TEXT).expect("the embedded catalogue is sound")
        });
        &EMBEDDED
    }

    /// What a source that extends another one has said before its first catalogue: nothing, under number 0.
    #[must_use]
    pub fn empty() -> Self {
        Self::of(Content {
            number: 0,
            issued: Date::of(Timestamp::from_unix(0)),
            expires: None,
            clients: Vec::new(),
            pins: Vec::new(),
            relays: Vec::new(),
            shared_hosts: Vec::new(),
            removed: Removed::default(),
        })
    }

    fn of(content: Content) -> Self {
        let index = Index::of(&content);
        Self { content, index }
    }

    /// Its number: a later one of the same source has a greater one.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.content.number
    }

    /// When it was issued.
    #[must_use]
    pub const fn issued(&self) -> Date {
        self.content.issued
    }

    /// The last day on which it may be taken over, if it says.
    #[must_use]
    pub const fn expires(&self) -> Option<Date> {
        self.content.expires
    }

    /// All clients, in the order of the file.
    #[must_use]
    pub fn clients(&self) -> &[Client] {
        &self.content.clients
    }

    /// All pins, in the order of the file.
    #[must_use]
    pub fn pins(&self) -> &[Pin] {
        &self.content.pins
    }

    /// The redirect URIs that hand answers on.
    #[must_use]
    pub fn relays(&self) -> &[Pattern] {
        &self.content.relays
    }

    /// The hosts where anybody may put a file; a leading dot means every name below. Hosts of clients whose entries say so come on
    /// top.
    #[must_use]
    pub fn shared_hosts(&self) -> &[Box<str>] {
        &self.content.shared_hosts
    }

    /// The entry of this name; letter case does not matter.
    #[must_use]
    pub fn client(&self, name: &str) -> Option<&Client> {
        self.at(*self.index.entries.get(folded(name).as_str())?)
    }

    /// The client whose metadata document has this URL. An open pattern counts for less than an exact one, and on a shared host for
    /// nothing.
    #[must_use]
    pub fn client_of_document(&self, url: &str) -> Option<&Client> {
        if !self.index.documents.know_origin_of(url) {
            return None;
        }
        if let Some(number) = self.index.documents.exactly(url).first() {
            return self.at(*number);
        }
        let open = self.index.documents.openly(url);
        let client = self.at(*open.first()?)?;
        let pattern = client.documents.iter().find(|pattern| pattern.matches(url))?;
        let is_own = pattern.host().is_some_and(|host| !self.is_shared_host(host));
        is_own.then_some(client)
    }

    /// The client that statements speak for which give this `client_id`. That such a statement was verified is for whoever asks to know.
    #[must_use]
    pub fn client_of_statement(&self, client_id: &str) -> Option<&Client> {
        self.at(*self.index.statements.get(client_id)?)
    }

    /// The clients that use every one of these redirect URIs, in the order of the file; none for no URIs. Programs on the user's
    /// computer share addresses, so there may be many.
    pub fn clients_of_redirect_uris<'u>(
        &self,
        redirect_uris: impl IntoIterator<Item = &'u str>,
    ) -> Vec<&Client> {
        let mut common: Option<BTreeSet<usize>> = None;
        for uri in redirect_uris {
            let uses: BTreeSet<usize> = self
                .index
                .redirect_uris
                .exactly(uri)
                .iter()
                .copied()
                .chain(self.index.redirect_uris.openly(uri))
                .collect();
            common = Some(match common {
                Some(before) => before.intersection(&uses).copied().collect(),
                None => uses,
            });
        }
        common.into_iter().flatten().filter_map(|number| self.at(number)).collect()
    }

    /// The client that the name belongs to, if it belongs to one; letter case and outer space do not matter.
    #[must_use]
    pub fn owner_of_name(&self, name: &str) -> Option<&Client> {
        self.at(*self.index.names.get(folded(name).as_str())?)
    }

    /// Whether a redirect URI hands the answer on to somewhere else.
    #[must_use]
    pub fn is_relay(&self, redirect_uri: &Url) -> bool {
        self.index.relays.contains(redirect_uri)
    }

    /// Whether anybody may put a file on this host.
    #[must_use]
    pub fn is_shared_host(&self, host: &str) -> bool {
        self.index.shared_hosts.contains(host)
    }

    /// The pinned copy of the document at this URL.
    #[must_use]
    pub fn pin(&self, url: &str) -> Option<&Pin> {
        self.content.pins.get(*self.index.pins.get(url)?)
    }

    /// The clients that a broken login may be one of, so that their makers' way out of it can be told (DESIGN 4.8): the one whose document or software is named,
    /// else all that use the redirect URI. Nothing of it is proven.
    #[must_use]
    pub fn candidates(
        &self,
        client_id: Option<&ClientId>,
        redirect_uri: Option<&str>,
    ) -> Vec<&Client> {
        let named = match client_id {
            Some(ClientId::Document(url)) => self.client_of_document(url.as_str()),
            Some(ClientId::Stated(id)) => self.client_of_statement(id.as_str()),
            _ => None,
        };
        let uri = redirect_uri.filter(|uri| RedirectUri::parse(uri).is_ok());
        match (named, uri) {
            (Some(client), _) => vec![client],
            (None, Some(uri)) => self.clients_of_redirect_uris([uri]),
            (None, None) => Vec::new(),
        }
    }

    fn at(&self, number: usize) -> Option<&Client> {
        self.content.clients.get(number)
    }
}

/// The file in the binary.
const EMBEDDED_TEXT: &str = include_str!("../../catalogue.toml");

#[cfg(test)]
mod tests;
