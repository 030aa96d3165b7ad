//! Every page with every sample, and every page with hostile text in every field.

use std::sync::LazyLock;

use super::{
    admin::{
        AdminHomePage, AnchorPage, AnchorStepPage, AnchorsPage, ApprovalsPage, BansPage, CasePage,
        DossierPage, ExplainPage, QueuePage,
    },
    developer::{
        ApplicationFormPage, ApplicationPage, ApplicationsPage, DeleteApplicationPage, DomainsPage,
        NewSecretPage, TryOutPage,
    },
    own_clients::{
        CredentialsPage, DeleteClientPage, NewClientPage, OwnClientPage, OwnClientsPage,
    },
    *,
};
use salver_names::Host;

pub(super) static SITE: LazyLock<Site> = LazyLock::new(|| Site {
    host: host("as.example.org"),
    name: "as.example.org".into(),
    base: String::new(),
    css: "/assets/salver.css".into(),
    icon: "/assets/salver.svg".into(),
});

pub(super) fn host(text: &str) -> HostName {
    HostName::new(&Host::parse(text).unwrap())
}

pub(super) fn untrusted(text: &str) -> Untrusted {
    Untrusted::identifier(text).unwrap()
}

macro_rules! every_page {
    ($($page:ident),*) => {
        #[test]
        fn every_page_renders_every_sample() {
            $(for (name, page) in $page::samples() {
                insta::assert_snapshot!(format!("{}__{name}", stringify!($page)), page.to_string());
            })*
        }

        #[test]
        fn design_7_5_hostile_text_in_any_field_changes_no_mark_up() {
            let hostile_site = site_of(HOSTILE);
            let harmless_site = site_of("x");
            $(
                let hostile = $page::filled_with(hostile_site, HOSTILE).to_string();
                let harmless = $page::filled_with(harmless_site, "x").to_string();
                assert_eq!(skeleton(&hostile), skeleton(&harmless), "{}", stringify!($page));
                assert!(!hostile.contains("<script"), "{}", stringify!($page));
                assert!(hostile.contains("&#60;script"), "{} shows none of its fields", stringify!($page));
            )*
        }

        #[test]
        fn no_page_has_script_style_or_remote_parts() {
            $(for (name, page) in $page::samples() {
                let html = page.to_string();
                for forbidden in ["<script", " style=", "<style", " on", "<iframe", "<object", "<link rel=\"preload", "src=\"http", "href=\"http", "action=\"http"] {
                    let tags: String = skeleton(&html).join("\n");
                    let searched = if forbidden == " on" { &tags } else { &html };
                    assert!(!searched.contains(forbidden), "{} {name} has {forbidden}", stringify!($page));
                }
                let pictures: Vec<_> = html.split("<img ").skip(1).collect();
                let ours = |rest: &&str| rest.starts_with("class=\"tile tile-logo\" src=\"/logo/");
                assert!(pictures.iter().all(ours), "{} {name} has a picture", stringify!($page));
            })*
        }
    };
}

every_page!(
    SignInPage,
    SetupPage,
    ConsentPage,
    AppsPage,
    HomePage,
    RefusalPage,
    MessagePage,
    WaitPage,
    RequestsPage,
    OwnClientsPage,
    NewClientPage,
    CredentialsPage,
    OwnClientPage,
    DeleteClientPage,
    AdminHomePage,
    QueuePage,
    CasePage,
    ApprovalsPage,
    BansPage,
    AnchorsPage,
    AnchorPage,
    AnchorStepPage,
    ExplainPage,
    ApplicationsPage,
    ApplicationFormPage,
    ApplicationPage,
    NewSecretPage,
    DeleteApplicationPage,
    DomainsPage,
    TryOutPage,
    DossierPage
);

const HOSTILE: &str =
    "\"'><script>alert(1)</script><b onload=x x='&amp;{{7*7}}--></title></textarea>";

fn site_of(text: &str) -> &'static Site {
    Box::leak(Box::new(Site {
        host: HostName::made_of(text),
        name: text.into(),
        base: text.into(),
        css: text.into(),
        icon: text.into(),
    }))
}

/// The tags of a page with the names of their attributes, without text and values.
fn skeleton(html: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').unwrap();
        let outside_quotes = tag.split('"').step_by(2).collect::<Vec<_>>().join("\"\"");
        tags.push(outside_quotes);
        rest = after;
    }
    tags
}

#[test]
fn the_path_of_an_asset_carries_its_hash() {
    for (asset, ending) in [(&*STYLESHEET, ".css"), (&*ICON, ".svg")] {
        let hash = asset.path().strip_prefix("/assets/salver-").unwrap();
        let hash = hash.strip_suffix(ending).unwrap();
        assert!(hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}

#[test]
fn the_stylesheet_loads_nothing() {
    for forbidden in ["url(", "@import", "http:", "https:"] {
        assert!(!STYLESHEET.text.contains(forbidden), "{forbidden}");
    }
}
