//! Who may come in, on what terms, and why? Pure: facts go in, a judgement comes out.
//!
//! So far: the ladder of proof (DESIGN 4.2) for metadata documents and pre-registered clients, the catalogue of well-known clients
//! (DESIGN 4.6), names and hosts that look like somebody else's, and what the person is warned of. Rules of operators are not here yet.

pub mod assessment;
pub mod catalogue;
pub mod consent;
pub mod impersonation;
pub mod warning;
