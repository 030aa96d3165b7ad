//! Which clients have been let in, and under which application do people see them? (DESIGN 4.4) An application is a label: nothing that a client may do depends on it.

use salver_oauth::{ApplicationId, Timestamp};

use super::{Grant, Installation};

/// The application that a client belongs to as long as no administrator binds it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Home {
    /// What makes it one application: a fingerprint, or what the catalogue binds fingerprints to.
    pub key: String,
    /// Its name for people.
    pub label: String,
}

/// A client's home that has become another one.
#[derive(Clone, Debug)]
pub struct NewHome {
    /// The client.
    pub fingerprint: String,
    /// Its home now.
    pub home: Home,
    /// The id of that application, if there is none yet.
    pub proposed: ApplicationId,
}

/// A client that was let in by somebody; several `client_id`s may have one fingerprint.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MetClient {
    /// What makes it one client.
    pub fingerprint: String,
    /// What it last called itself.
    pub name: String,
    /// The key of its home.
    pub home: String,
    /// The application under which people see it.
    pub application: ApplicationId,
}

/// An application that somebody met, or that something was bound to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MetApplication {
    /// Its id.
    pub id: ApplicationId,
    /// Its key.
    pub key: String,
    /// Its name for people.
    pub label: String,
    /// The name that it has without an administrator's.
    pub own_label: String,
    /// When it came to be known.
    pub created_at: Timestamp,
}

/// A client to bind to an application.
#[derive(Clone, Debug)]
pub struct NewBinding {
    /// The client.
    pub fingerprint: String,
    /// The application.
    pub application: Home,
    /// The id of that application, if there is none yet.
    pub proposed: ApplicationId,
    /// Who binds it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A client that an administrator has bound to an application.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Binding {
    /// The client.
    pub fingerprint: String,
    /// The application's id.
    pub application: ApplicationId,
    /// The application's key.
    pub key: String,
    /// Who bound it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// An application on a user's Connected apps page.
#[derive(Clone, Debug)]
pub struct ApplicationOverview {
    /// Its id.
    pub id: ApplicationId,
    /// Its key.
    pub key: String,
    /// Its name for people.
    pub label: String,
    /// Its live grants with their live installations.
    pub grants: Vec<(Grant, Vec<Installation>)>,
}
