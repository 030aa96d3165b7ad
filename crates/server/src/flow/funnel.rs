//! Which step did a client take, and as which application is it counted? Known applications one by one, all others as one: registering costs nothing,
//! so strangers must not be able to make rows. The steps are those of clients that people let in: a service is entered, and asks for tokens as often as it likes.

use salver_policy::{
    application::{entry_in_key, method_of},
    visit::Method,
};
pub use salver_store::record::FunnelStep;

use super::application::Bindings;
use crate::deps::Deps;

/// Notes that the client with this fingerprint took a step.
pub fn note(deps: &Deps, step: FunnelStep, fingerprint: &str) {
    let bans = deps.bans.get();
    let bound_to = bans.bindings.of(fingerprint, &deps.policy.get().catalogue);
    note_bound(deps, step, (fingerprint, bound_to.as_deref()), &bans.bindings);
}

/// The same where it is known what these bindings bind it to.
pub fn note_bound(
    deps: &Deps,
    step: FunnelStep,
    (fingerprint, bound_to): (&str, Option<&str>),
    bindings: &Bindings,
) {
    let Some(method) = method_of(fingerprint) else { return };
    let by_administrator = bindings.by_administrator(fingerprint).is_some();
    let known = match bound_to {
        Some(key) if by_administrator || entry_in_key(key).is_some() => Some(key),
        Some(_) | None => (method == Method::Preregistered).then_some(fingerprint),
    };
    deps.counters.note(step, method, known, deps.now());
}
