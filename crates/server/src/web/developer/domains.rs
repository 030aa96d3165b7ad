//! `GET` and `POST /developer/{id}/domains`.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use http::StatusCode;
use salver_egress::Category;
use salver_oauth::Timestamp;
use serde::Deserialize;

use super::{gate::AsDeveloper, shown};
use crate::{
    flow::{
        account::AccountDeps,
        developer::{Developer, list},
        domain::{self, DomainProof, ProofMethod, ProofRefusal, RecordedClient},
    },
    form_token::{Holder, Purpose},
    pages::{
        FormAction, HostName, Opener, Untrusted, When,
        developer::{DomainLine, DomainStanding, DomainsPage, WantedProof},
        page, see_other,
    },
    web::{
        account::{OwnForm, refusal},
        admin::no_such_page,
    },
};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    domain: String,
}

pub(super) async fn get(
    State(account): State<AccountDeps>,
    AsDeveloper(developer): AsDeveloper,
    Path(id): Path<String>,
    Query(typed): Query<Typed>,
) -> Response {
    match developer.find(&account.deps, &id).await {
        Ok(Some(client)) => again(&account, &developer, &client, (&typed.domain, None)).await,
        Ok(None) => no_such_page(&account),
        Err(error) => refusal::unavailable(&account, &error),
    }
}

pub(super) async fn post(
    State(account): State<AccountDeps>,
    AsDeveloper(developer): AsDeveloper,
    Path(id): Path<String>,
    form: OwnForm,
) -> Response {
    let holder = Holder::Session(developer.person().session.token);
    if !account.accepts(&form.field("form_token"), Purpose::ApplicationDomain, &holder) {
        return refusal::stale_form(&account);
    }
    let client = match developer.find(&account.deps, &id).await {
        Ok(Some(client)) => client,
        Ok(None) => return no_such_page(&account),
        Err(error) => return refusal::unavailable(&account, &error),
    };
    let typed = form.field("domain");
    let method = match &*form.field("deed") {
        "file" => Some(ProofMethod::File),
        "dns" => Some(ProofMethod::Dns),
        "document" => Some(ProofMethod::Document),
        "remove" => None,
        _ => return refusal::unreadable_form(&account),
    };
    let done = match method {
        Some(method) => prove(&account, &client, (&typed, method)).await,
        None => domain::forget(&account.deps, &client, &typed).await,
    };
    match done {
        Ok(()) => see_other(&format!("{}/developer/{id}/domains", account.site.base)),
        Err(ProofRefusal::Gone) => no_such_page(&account),
        Err(ProofRefusal::Store(error)) => refusal::unavailable(&account, &error),
        Err(refusal) => again(&account, &developer, &client, (&typed, Some(refusal))).await,
    }
}

async fn prove(
    account: &AccountDeps,
    client: &RecordedClient,
    (typed, method): (&str, ProofMethod),
) -> Result<(), ProofRefusal> {
    let domain = domain::domain(typed)?;
    domain::prove(&account.deps, client, (&domain, method)).await
}

/// The page, with what has to be published for what was typed, and why that is not proven.
async fn again(
    account: &AccountDeps,
    developer: &Developer,
    client: &RecordedClient,
    (typed, refusal): (&str, Option<ProofRefusal>),
) -> Response {
    let read = (!typed.is_empty()).then(|| domain::domain(typed));
    let (domain, refusal) = match read {
        None => (None, refusal),
        Some(Ok(domain)) => (Some(domain), refusal),
        Some(Err(fault)) => (None, Some(fault)),
    };
    let proofs = match domain::list(&account.deps, client).await {
        Ok(proofs) => proofs,
        Err(error) => return refusal::unavailable(account, &error),
    };
    let Some(name) = Untrusted::name(&list::name(client)) else { return no_such_page(account) };
    let now = account.deps.now();
    let holder = Holder::Session(developer.person().session.token);
    let shown = DomainsPage {
        site: &account.site,
        account: shown(account, developer),
        id: client.client_id.clone(),
        name,
        proofs: proofs.into_iter().map(|proof| line(proof, now)).collect(),
        wanted: domain.as_deref().map(|domain| wanted(account, developer, client, domain)),
        typed: domain.unwrap_or_else(|| typed.to_owned()),
        form_token: account.issue(Purpose::ApplicationDomain, &holder),
        problem: refusal.as_ref().map(told),
    };
    let status = if refusal.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    page(status, &shown, &FormAction::Own, Opener::Severed)
}

fn line(proof: DomainProof, now: Timestamp) -> DomainLine {
    DomainLine {
        domain: HostName::of_text(&proof.domain),
        how: match proof.method {
            ProofMethod::File => "a file",
            ProofMethod::Dns => "a TXT record",
            ProofMethod::Document => "its document",
        },
        proven: When::at(proof.proven_at),
        standing: match proof.failing_since {
            None => DomainStanding::Proven,
            Some(_) if domain::counts(&proof, now) => DomainStanding::Missing,
            Some(_) => DomainStanding::Lost,
        },
        domain_text: proof.domain,
    }
}

fn wanted(
    account: &AccountDeps,
    developer: &Developer,
    client: &RecordedClient,
    domain: &str,
) -> WantedProof {
    let owner = developer.person().user.id;
    let places = domain::places(&account.deps.secrets, &client.client_id, owner, domain);
    WantedProof {
        domain: HostName::of_text(domain),
        value: places.value,
        file: places.file,
        record: places.record,
        document: domain::document_at(client, domain).map(str::to_owned),
        member: domain::MEMBER,
    }
}

const fn unreached(category: Category) -> &'static str {
    match category {
        Category::UrlNotAllowed => "This server does not go to that domain. Name another one.",
        Category::Unreachable | Category::TooSlow => {
            "The domain did not answer in time. Look whether it can be reached, and try again in a minute."
        }
        Category::BadAnswer | Category::BotChallenge => {
            "The domain answered with something else than the file. Serve it as plain text to everybody, or use the DNS."
        }
        Category::NotNow => "That domain was asked often just now. Try again in a minute.",
    }
}

/// What a developer can do about it. What the network said is for the log.
fn told(refusal: &ProofRefusal) -> String {
    match refusal {
        ProofRefusal::NoDomain => {
            "That is no domain name that others can reach. Write it like example.com, without https:// or a path.".into()
        }
        ProofRefusal::PublicSuffix => {
            "Anybody may have a name below that one. Name a domain that is yours alone.".into()
        }
        ProofRefusal::TooMany => {
            "This application has as many domains as one may have. Take another one off first.".into()
        }
        ProofRefusal::NoDocument => {
            "The application is registered by no document at that very domain. Use the file or the DNS.".into()
        }
        ProofRefusal::SharedHost => {
            "Anybody may put files on that host, so a document there proves nothing of it. Use a host that is yours alone.".into()
        }
        ProofRefusal::Taken => {
            "Somebody else has proven that the document is theirs, or it was changed at this moment. Ask whoever runs this server.".into()
        }
        ProofRefusal::NotThere => {
            "The value does not stand there. Publish it exactly as it is shown; a change of the DNS can take an hour to be seen.".into()
        }
        ProofRefusal::Unreached(error) => {
            tracing::info!(%error, "a proof of a domain could not be looked at");
            unreached(error.category()).into()
        }
        ProofRefusal::NoOwner | ProofRefusal::Gone | ProofRefusal::Store(_) => {
            "Nothing was done.".into()
        }
    }
}
