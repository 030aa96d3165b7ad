//! Cases as they are shown in tests.

use super::*;
use crate::pages::{
    HostName,
    admin::samples::{client, client_of, staff, staff_of, when},
    tests::{SITE, host, untrusted},
};

impl CasePage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        let open = Self {
            site: &SITE,
            staff: staff(false),
            id: "AAAAAAAAAAAAAAAAAAAAAA".into(),
            client: client("Reports"),
            resource: ResourceLine {
                name: "Notes".into(),
                host: host("as.example.org"),
                url: "https://as.example.org/mcp".into(),
            },
            recipient: Recipient::WebHost(host("app.example.org")),
            opened: when(0),
            standing: CaseStanding::Open,
            now: ClientNow::Seen(Box::new(seen())),
            asking: vec![asking("alice")],
            more: 0,
            earlier: vec![],
            approvals: vec![],
            form: Some(form()),
            problem: None,
        };
        let with_now = |now| Self { now, ..open.clone() };
        let suspicious = SeenClient {
            has_changed: true,
            warnings: vec![Warning::LoopbackOnly],
            look_alikes: look_alikes(),
            verdict: VerdictNow::Denied { why: "ban 3: It sends our notes elsewhere.".into() },
            claimed_name: None,
            claimed_developer: None,
            ..seen()
        };
        let problem = |problem| Self { problem: Some(problem), ..open.clone() };
        let refused = |approved, note| CaseStanding::Decided {
            decision: DecisionLine { approved, by: "carol".into(), at: when(900) },
            note,
        };
        let no_form = Some(DecisionForm { seen: None, ..form() });
        let let_in = SeenClient { verdict: VerdictNow::LetIn, ..seen() };
        vec![
            ("open", open.clone()),
            ("busy", busy(&open)),
            ("suspicious", with_now(ClientNow::Seen(Box::new(suspicious)))),
            ("let_in", with_now(ClientNow::Seen(Box::new(let_in)))),
            (
                "not_found",
                Self {
                    form: no_form.clone(),
                    ..with_now(ClientNow::NotFound { why: "Its host does not answer.".into() })
                },
            ),
            ("no_longer", Self { form: no_form, ..with_now(ClientNow::NoLonger) }),
            ("only_one", Self { standing: CaseStanding::OpenToOthers, form: None, ..open.clone() }),
            (
                "approved",
                Self {
                    standing: refused(true, None),
                    form: None,
                    approvals: vec![ApprovalLine::sample()],
                    ..open.clone()
                },
            ),
            (
                "refused",
                Self {
                    standing: refused(false, Some(untrusted("Use the other one."))),
                    form: None,
                    ..problem(DecisionFault::Meanwhile)
                },
            ),
            ("problem_changed", problem(DecisionFault::Changed)),
            ("problem_unseen", problem(DecisionFault::Unseen)),
            ("problem_days", problem(DecisionFault::Days)),
            ("problem_whom", problem(DecisionFault::Whom(WhomFault::Form))),
            ("problem_user", problem(DecisionFault::Whom(WhomFault::NoSuchUser))),
            ("problem_group", problem(DecisionFault::Whom(WhomFault::NoGroup))),
            ("problem_only_one", problem(DecisionFault::OnlyOneAsking)),
        ]
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        let decision = || DecisionLine { approved: true, by: text.into(), at: when(0) };
        let line = AskingLine {
            username: text.into(),
            groups: vec![text.into()],
            disabled: true,
            asked: when(0),
            reason: Some(untrusted(text)),
        };
        let seen = SeenClient {
            proof: Proof::Published { host: HostName::made_of(text), vouched: None, vetted: false },
            claimed_name: Some(untrusted(text)),
            claimed_developer: Some(untrusted(text)),
            warnings: vec![Warning::Operator { words: text.into() }],
            look_alikes: LookAlike::filled_with(text),
            redirect_uris: vec![untrusted(text)],
            authentication: "x",
            scopes: text.into(),
            verdict: VerdictNow::Review { rule: text.into(), sentence: text.into() },
            has_changed: true,
        };
        let form = DecisionForm {
            form_token: text.into(),
            seen: Some(text.into()),
            people: vec![text.into()],
            groups: vec![text.into()],
            whom: text.into(),
            days: text.into(),
            anywhere: true,
            note: text.into(),
        };
        Self {
            site,
            staff: staff_of(text),
            id: text.into(),
            client: client_of(text),
            resource: ResourceLine {
                name: text.into(),
                host: HostName::made_of(text),
                url: text.into(),
            },
            recipient: Recipient::AppScheme(untrusted(text)),
            opened: when(0),
            standing: CaseStanding::Decided { decision: decision(), note: Some(untrusted(text)) },
            now: ClientNow::Seen(Box::new(seen)),
            asking: vec![line],
            more: 2,
            earlier: vec![(text.into(), decision())],
            approvals: vec![ApprovalLine::filled_with(text)],
            form: Some(form),
            problem: Some(DecisionFault::Changed),
        }
    }
}

fn busy(open: &CasePage<'static>) -> CasePage<'static> {
    let decision = |approved| DecisionLine { approved, by: "ada".into(), at: when(-9_000) };
    let bob = AskingLine {
        groups: vec!["staff".into(), "guests".into()],
        disabled: true,
        reason: None,
        ..asking("bob")
    };
    CasePage {
        staff: staff(true),
        asking: vec![asking("alice"), bob],
        more: 48,
        earlier: vec![("B".into(), decision(false)), ("C".into(), decision(true))],
        approvals: vec![
            ApprovalLine::sample(),
            ApprovalLine { audience: Audience::Everybody, ..ApprovalLine::sample() },
        ],
        form: Some(DecisionForm {
            people: vec!["alice".into(), "bob".into()],
            whom: "group:staff".into(),
            days: "30".into(),
            anywhere: true,
            note: "For a month.".into(),
            ..form()
        }),
        ..open.clone()
    }
}

fn asking(username: &str) -> AskingLine {
    AskingLine {
        username: username.into(),
        groups: vec![],
        disabled: false,
        asked: when(60),
        reason: Some(untrusted("The weekly reports.")),
    }
}

fn seen() -> SeenClient {
    SeenClient {
        proof: Proof::Published { host: host("app.example.org"), vouched: None, vetted: false },
        claimed_name: Some(untrusted("Reports")),
        claimed_developer: Some(untrusted("https://example.org")),
        warnings: vec![],
        look_alikes: vec![],
        redirect_uris: vec![untrusted("https://app.example.org/callback")],
        authentication: "not at all",
        scopes: "notes:read".into(),
        verdict: VerdictNow::Review {
            rule: "others-wait".into(),
            sentence: "Others are looked at first.".into(),
        },
        has_changed: false,
    }
}

fn look_alikes() -> Vec<LookAlike> {
    use salver_policy::warning::Warning as Fact;
    let name = Fact::LooksLikeName {
        name: "Cl\u{430}ude".into(),
        owner: "claude.ai".into(),
        protected: "Claude".into(),
    };
    let host = Fact::LooksLikeHost { host: "c1aude.example".into(), protected: "claude.ai".into() };
    [name, host].iter().filter_map(LookAlike::of).collect()
}

fn form() -> DecisionForm {
    DecisionForm {
        form_token: "FORM-TOKEN".into(),
        seen: Some("SEEN".into()),
        people: vec!["alice".into()],
        groups: vec!["staff".into()],
        whom: String::new(),
        days: "90".into(),
        anywhere: false,
        note: String::new(),
    }
}
