//! The safe answer (DESIGN 4.8), for each way in which a client can be no client here, with a product that can be told and without.

use salver_oauth::client::document::DocumentError;
use salver_policy::catalogue::Catalogue;

use salver_egress::Category;

use super::*;
use crate::{
    flow::refusal::{ClientRefusal, NotInForce, PushedRefusal},
    pages::{HostName, Site},
};

fn client(why: ClientRefusal) -> Refusal {
    Refusal::Client { client_id: "slv_AQABc29tZXRoaW5n".into(), why }
}

fn banned() -> Refusal {
    Refusal::Policy(Box::new(Denied {
        client_id: "slv_AQABc29tZXRoaW5n".into(),
        label: "Cursor".into(),
        rule: None,
        sentence: None,
        why: DeniedFor::Verdict(Reason::Ban {
            number: 7,
            reason: "It sends our notes elsewhere.".into(),
        }),
        unattested: None,
    }))
}

fn unattested(unattested: Unattested) -> Refusal {
    Refusal::Policy(Box::new(Denied {
        client_id: "https://app.example/client.json".into(),
        label: "App".into(),
        rule: Some("loopback-attested".into()),
        sentence: Some("Programs on a computer have to be attested by their makers.".into()),
        why: DeniedFor::Verdict(Reason::Rule),
        unattested: Some(unattested),
    }))
}

fn broken() -> Refusal {
    Refusal::Request(RequestError::ClientId(ClientIdError::Sealed))
}

fn products(names: &[&str]) -> Vec<Product> {
    let product = |name: &&str| {
        let client = Catalogue::embedded().client(name).unwrap();
        Product { name: client.name.clone(), recovery: client.recovery.clone() }
    };
    names.iter().map(product).collect()
}

fn shown(refusal: &Refusal, names: &[&str]) -> String {
    let site = Site {
        host: HostName::of_text("as.example.org"),
        name: "as.example.org".into(),
        base: String::new(),
        css: "/salver.css".into(),
        icon: "/salver.svg".into(),
    };
    let (status, page) = refused(&site, refusal, products(names), "K7QF-2M9D-WX3T".into());
    let html = page.to_string();
    let (_, main) = html.split_once("<main>").unwrap();
    format!("{status}\n{}", main.split_once("</main>").unwrap().0.trim())
}

#[test]
fn design_4_8_every_safe_answer() {
    let document = || client(ClientRefusal::Document(DocumentError::NotAnObject));
    let unfetchable = || {
        client(ClientRefusal::Unfetchable {
            category: Category::BotChallenge,
            log: "403 from 203.0.113.9".into(),
        })
    };
    for (name, refusal, products) in [
        ("waiting", client(ClientRefusal::NotInForce(NotInForce::Waiting)), &[][..]),
        ("refused", client(ClientRefusal::NotInForce(NotInForce::Refused)), &[]),
        ("suspended", client(ClientRefusal::NotInForce(NotInForce::Suspended)), &[]),
        ("expired", client(ClientRefusal::NotInForce(NotInForce::Expired)), &[]),
        ("unknown_of_a_product", client(ClientRefusal::Unknown), &["Cursor"][..]),
        ("unknown_of_several", client(ClientRefusal::Unknown), &["Claude Code", "Codex", "Notion"]),
        ("unknown_of_one_without_steps", client(ClientRefusal::Unknown), &["Notion"]),
        ("unknown_of_nobody", client(ClientRefusal::Unknown), &[]),
        ("deleted_of_a_product", client(ClientRefusal::Deleted), &["Cursor"]),
        ("deleted_of_nobody", client(ClientRefusal::Deleted), &[]),
        ("broken_of_a_product", broken(), &["Cursor"]),
        ("broken_of_nobody", broken(), &[]),
        ("banned_of_a_product", banned(), &["Cursor"]),
        ("banned_of_several", banned(), &["Claude Code", "Codex"]),
        ("banned_of_nobody", banned(), &[]),
        ("unfetchable_of_a_product", unfetchable(), &["Claude Code"]),
        ("unfetchable_of_several", unfetchable(), &["Claude Code", "Codex"]),
        ("wrong_document_of_a_product", document(), &["Zed"]),
    ] {
        insta::assert_snapshot!(name, shown(&refusal, products));
    }
}

#[test]
fn par_2_what_was_pushed_and_cannot_be_gone_on_with() {
    for (name, why) in [
        ("pushed_not_ours", PushedRefusal::NotOurs),
        ("pushed_expired", PushedRefusal::Expired),
        ("pushed_spent", PushedRefusal::Spent),
    ] {
        let client_id = "https://claude.ai/oauth/mcp-oauth-client-metadata".into();
        insta::assert_snapshot!(name, shown(&Refusal::Pushed { client_id, why }, &[]));
    }
}

#[test]
fn design_4_2_who_would_come_in_attested() {
    for (name, shown_instead) in [
        ("unattested", Unattested::Nothing),
        ("unattested_but_for_the_person", Unattested::UserAlone),
    ] {
        insta::assert_snapshot!(name, shown(&unattested(shown_instead), &[]));
    }
}

#[test]
fn what_is_not_about_the_client_names_no_product() {
    for refusal in [
        Refusal::ForeignForm,
        Refusal::Answered,
        Refusal::Request(RequestError::NoClientId),
        Refusal::SilentStranger { client_id: "x".into() },
        Refusal::ReturnAddress { client_id: "x".into(), why: ReturnAddressError::OurOwn },
    ] {
        assert!(!shown(&refusal, &["Cursor"]).contains("Cursor"), "{refusal}");
    }
}
