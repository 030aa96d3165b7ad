//! What does it all mean together? Everything is resolved, so that everything that is wrong is told at once.

use std::{collections::BTreeSet, path::PathBuf};

use salver_oauth::Issuer;
use salver_server::{
    anchor::Anchor,
    settings::{Developers, PushedRequests, Registration},
};
use url::Url;

use super::{
    catalogue::{self, CatalogueSettings},
    check,
    clients::{self, Client},
    developers,
    development::{self, DevelopmentSettings},
    documents::{self, DocumentsSettings},
    egress::{self, EgressSettings},
    file::File,
    layers::{Environment, Layers},
    limits::LimitsSection,
    log::LogSection,
    platform,
    policy::{self, PolicySettings},
    problem::{Problem, Problems},
    pushed, registration,
    resources::{self, Resource},
    review::{self, ReviewSettings},
    schema,
    sections::Sections,
    server::{self, ServerSettings},
    statements,
    store::{self, StoreSettings},
    tls::{self, Tls},
    tokens::TokensSection,
};

/// Everything that can be set, understood.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Who and where.
    pub(crate) server: ServerSettings,
    /// How the listeners speak.
    pub(crate) tls: Tls,
    /// Where state is kept.
    pub(crate) store: StoreSettings,
    /// The MCP servers behind the gateway.
    pub(crate) resources: Vec<Resource>,
    /// Clients that are given an id here.
    pub(crate) clients: Vec<Client>,
    /// How clients may register themselves.
    pub(crate) registration: Registration,
    pub(crate) anchors: Vec<Anchor>,
    /// How requests are pushed.
    pub(crate) pushed_requests: PushedRequests,
    /// How applications are entered and reviewed.
    pub(crate) developers: Developers,
    /// Which clients may be let in.
    pub(crate) policy: PolicySettings,
    /// Who is told of clients that wait.
    pub(crate) review: ReviewSettings,
    /// How metadata documents are judged.
    pub(crate) documents: DocumentsSettings,
    /// Which clients are well known.
    pub(crate) catalogue: CatalogueSettings,
    /// What is issued.
    pub(crate) tokens: TokensSection,
    /// How requests leave.
    pub(crate) egress: EgressSettings,
    /// What one machine needs.
    pub(crate) development: DevelopmentSettings,
    /// How much visitors may take up.
    pub(crate) limits: LimitsSection,
    /// What is logged.
    pub(crate) log: LogSection,
    /// What each section said.
    pub(crate) sections: Sections,
}

impl Settings {
    /// Understands what was said, or says everything that is wrong with it.
    pub(crate) fn resolve(
        layers: &Layers,
        environment: &Environment,
    ) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::new(layers.origins.clone());
        let file = read(layers, &mut problems)?;
        let settings = put_together(&file, layers, environment, &mut problems);
        settings.filter(|_| problems.count() == 0).ok_or_else(|| problems.into_list())
    }
}

/// The typed file; unknown keys and wrong types end it here, since nothing sensible can be said after them.
fn read(layers: &Layers, problems: &mut Problems) -> Result<File, Vec<Problem>> {
    check::table("", &schema::keys(), &layers.table, problems);
    if problems.count() > 0 {
        return Err(std::mem::take(problems).into_list());
    }
    layers.table.clone().try_into().map_err(|error: toml::de::Error| {
        problems.refuse("the file", error.message(), "`salver config reference` lists every key");
        std::mem::take(problems).into_list()
    })
}

fn put_together(
    file: &File,
    layers: &Layers,
    environment: &Environment,
    problems: &mut Problems,
) -> Option<Settings> {
    let tls = tls::resolve(&file.tls, problems);
    let listen = server::listen(file.listen.as_deref(), problems);
    let data = data_directory(file, environment, problems);
    let store = data
        .as_ref()
        .and_then(|data| store::resolve(&file.store, data, layers.master_key.as_ref(), problems));
    let egress = egress::resolve(&file.egress, environment, problems);
    let catalogue = catalogue::resolve(&file.catalogue, problems);
    let loopback_only = listen.iter().all(|address| address.ip().is_loopback());
    let development = development::resolve(&file.development, loopback_only, problems);
    // Public addresses mean nothing without the issuer, which has been refused already.
    let issuer = tls.as_ref().and_then(|tls| server::issuer(file, &listen, tls, problems))?;
    let resources = match &layers.protect {
        Some(_) if !file.resources.is_empty() => {
            problems.refuse(
                "--protect",
                "cannot be added to the resources of a file",
                "add a [[resources]] entry to the file instead",
            );
            Vec::new()
        }
        Some(upstream) => resources::resolve(
            "--protect",
            &[resources::entry::protect(upstream)],
            &issuer,
            environment,
            problems,
        ),
        None => resources::resolve("resources", &file.resources, &issuer, environment, problems),
    };
    let origins = origins(&issuer, &resources);
    let scopes: BTreeSet<String> = resources
        .iter()
        .flat_map(|resource| &resource.scopes)
        .map(|scope| scope.name.clone())
        .collect();
    let policy = policy::resolve(&file.policy, &resources, problems);
    let registration = registration::resolve(&file.registration, problems);
    let anchors = statements::resolve(&file.statements, problems);
    let developers = developers::resolve(&file.developers, problems);
    let review = review::resolve(&file.review, environment, problems);
    let clients = clients::resolve(&file.clients, &origins, &scopes, problems);
    Some(Settings {
        server: ServerSettings {
            issuer,
            issuer_is_set: file.issuer.is_some(),
            listen,
            data: data?,
        },
        tls: tls?,
        store: store?,
        resources,
        clients,
        registration,
        anchors,
        pushed_requests: pushed::resolve(file.pushed_requests),
        developers,
        policy: policy?,
        review,
        documents: documents::resolve(file.documents, file.changes),
        catalogue,
        tokens: file.tokens,
        egress,
        development,
        limits: file.limits,
        log: file.log,
        sections: Sections::of(&layers.table),
    })
}

/// Those that no answer is ever sent to.
fn origins(issuer: &Issuer, resources: &[Resource]) -> Vec<String> {
    let urls = resources.iter().filter_map(|resource| Url::parse(resource.id.as_str()).ok());
    let of_resources = urls.map(|url| url.origin().ascii_serialization());
    std::iter::once(issuer.origin().to_owned()).chain(of_resources).collect()
}

fn data_directory(
    file: &File,
    environment: &Environment,
    problems: &mut Problems,
) -> Option<PathBuf> {
    if let Some(path) = &file.data {
        return Some(problems.origins().resolve("data", path));
    }
    let found = platform::data_directory(environment);
    if found.is_none() {
        problems.refuse(
            "data",
            "is missing, and the environment does not say where this platform keeps data",
            "name a directory with --data",
        );
    }
    found
}
