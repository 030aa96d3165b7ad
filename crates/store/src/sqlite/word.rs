//! Which word stands in the database for which choice? Words rather than numbers, so that a person can read the tables.

use crate::record::{
    CaseKind, CaseState, ClientState, FunnelStep, KeyUse, ProofMethod, RevocationReason, Role,
    VerdictOutcome,
};

/// The word for a role.
pub(super) fn role(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Developer => "developer",
        Role::Reviewer => "reviewer",
        Role::Administrator => "administrator",
    }
}

/// The role that a word stands for.
pub(super) fn role_of(word: &str) -> Option<Role> {
    Some(match word {
        "user" => Role::User,
        "developer" => Role::Developer,
        "reviewer" => Role::Reviewer,
        "administrator" => Role::Administrator,
        _ => return None,
    })
}

/// The word for what a key is for.
pub(super) fn key_use(key_use: KeyUse) -> &'static str {
    match key_use {
        KeyUse::AccessToken => "access_token",
        KeyUse::Identity => "identity",
        KeyUse::Registration => "registration",
    }
}

/// What the key is for that a word stands for.
pub(super) fn key_use_of(word: &str) -> Option<KeyUse> {
    Some(match word {
        "access_token" => KeyUse::AccessToken,
        "identity" => KeyUse::Identity,
        "registration" => KeyUse::Registration,
        _ => return None,
    })
}

/// The word for what came of a login.
pub(super) fn verdict_outcome(outcome: VerdictOutcome) -> &'static str {
    match outcome {
        VerdictOutcome::Allow => "allow",
        VerdictOutcome::Warn => "warn",
        VerdictOutcome::Review => "review",
        VerdictOutcome::Deny => "deny",
    }
}

/// What came of the login that a word stands for.
pub(super) fn verdict_outcome_of(word: &str) -> Option<VerdictOutcome> {
    Some(match word {
        "allow" => VerdictOutcome::Allow,
        "warn" => VerdictOutcome::Warn,
        "review" => VerdictOutcome::Review,
        "deny" => VerdictOutcome::Deny,
        _ => return None,
    })
}

/// The word for what a case is about.
pub(super) fn case_kind(kind: CaseKind) -> &'static str {
    match kind {
        CaseKind::Access => "access",
    }
}

/// What the case is about that a word stands for.
pub(super) fn case_kind_of(word: &str) -> Option<CaseKind> {
    Some(match word {
        "access" => CaseKind::Access,
        _ => return None,
    })
}

/// The word for how a case stands.
pub(super) fn case_state(state: CaseState) -> &'static str {
    match state {
        CaseState::Open => "open",
        CaseState::Approved => "approved",
        CaseState::Refused => "refused",
    }
}

/// How the case stands that a word stands for.
pub(super) fn case_state_of(word: &str) -> Option<CaseState> {
    Some(match word {
        "open" => CaseState::Open,
        "approved" => CaseState::Approved,
        "refused" => CaseState::Refused,
        _ => return None,
    })
}

/// The word for a step.
pub(super) fn step(step: FunnelStep) -> &'static str {
    match step {
        FunnelStep::Registered => "registered",
        FunnelStep::Approved => "approved",
        FunnelStep::Used => "used",
    }
}

/// The step that a word stands for.
pub(super) fn step_of(word: &str) -> Option<FunnelStep> {
    Some(match word {
        "registered" => FunnelStep::Registered,
        "approved" => FunnelStep::Approved,
        "used" => FunnelStep::Used,
        _ => return None,
    })
}

/// The word for why something was ended.
pub(super) fn reason(reason: RevocationReason) -> &'static str {
    match reason {
        RevocationReason::User => "user",
        RevocationReason::Administrator => "administrator",
        RevocationReason::Client => "client",
        RevocationReason::Replay => "replay",
        RevocationReason::Change => "change",
        RevocationReason::Ban => "ban",
    }
}

/// The word for where a client on record stands.
pub(super) const fn client_state(state: ClientState) -> &'static str {
    state.word()
}

/// Where the client on record stands that a word stands for.
pub(super) fn client_state_of(word: &str) -> Option<ClientState> {
    Some(match word {
        "draft" => ClientState::Draft,
        "submitted" => ClientState::Submitted,
        "in_review" => ClientState::InReview,
        "approved" => ClientState::Approved,
        "returned" => ClientState::Returned,
        "refused" => ClientState::Refused,
        "suspended" => ClientState::Suspended,
        "deleted" => ClientState::Deleted,
        _ => return None,
    })
}

/// The word for how a domain is proven.
pub(super) fn proof_method(method: ProofMethod) -> &'static str {
    match method {
        ProofMethod::File => "file",
        ProofMethod::Dns => "dns",
        ProofMethod::Document => "document",
    }
}

/// How a domain is proven that a word stands for.
pub(super) fn proof_method_of(word: &str) -> Option<ProofMethod> {
    Some(match word {
        "file" => ProofMethod::File,
        "dns" => ProofMethod::Dns,
        "document" => ProofMethod::Document,
        _ => return None,
    })
}
