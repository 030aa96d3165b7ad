//! What do people see? One typed page per file, rendered on the server, complete without script (DESIGN §8).
//!
//! Text that strangers chose enters a page only as [`Untrusted`], hosts only as [`HostName`]; both render themselves through one
//! template each, so no page can forget the quotes (DESIGN §7.5, UI-1, UI-6). Sending a page, with its headers, is
//! `response.rs`. Pages decide nothing: they are given facts and choose the words.

pub mod admin;
mod apps;
mod asset;
mod badge;
pub mod consent;
pub mod developer;
mod home;
mod host_name;
mod icon;
mod message;
pub mod own_clients;
mod refusal;
mod requests;
mod response;
mod role;
mod setup;
mod sign_in;
mod site;
mod tile;
mod untrusted;
mod wait;
mod when;

pub use apps::{Application, AppsPage, Connection, InstallationLine, Receipt};
pub use asset::{Asset, ICON, STYLESHEET};
pub use badge::{MethodBadge, Proven};
pub use consent::{Changed, ConsentPage, Permission, Proof, Recipient, ResourceLine, Warning};
pub use home::HomePage;
pub use host_name::HostName;
pub use message::{MessageLink, MessagePage};
pub use refusal::{Fact, ProductLine, RefusalPage, WaysOut, WhoseMove};
pub use requests::{RequestLine, RequestStanding, RequestsPage};
pub use response::{FormAction, Opener, page, see_other};
pub use role::role_words;
pub use setup::SetupPage;
pub use sign_in::{SignInPage, SignInProblem};
pub use site::{Account, Site};
pub use tile::Tile;
pub use untrusted::Untrusted;
pub use wait::{WaitPage, WaitStanding};
pub use when::When;

#[cfg(test)]
mod tests;
