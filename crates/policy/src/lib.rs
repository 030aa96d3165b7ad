//! Who may come in, on what terms, and why? Pure: facts go in, a judgement comes out.
//!
//! The ladder of proof (DESIGN 4.2), the catalogue of well-known clients (DESIGN 4.6), what the person is warned of, and the rules of
//! the operator: [`judge`] asks bans and rules about a [`visit`], [`explain`] says why, [`simulate`] asks other rules about earlier
//! visits, [`check`] looks for rules that say nothing.

pub mod application;
pub mod approval;
pub mod assessment;
pub mod ban;
pub mod catalogue;
pub mod check;
pub mod consent;
pub mod evidence;
pub mod explain;
pub mod hosts;
pub mod impersonation;
pub mod judge;
pub mod redirects;
pub mod rules;
pub mod simulate;
pub mod visit;
pub mod vouching;
pub mod warning;
