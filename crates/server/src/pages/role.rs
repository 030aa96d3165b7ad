//! What may an account do? Roles in words.

use salver_store::record::Role;

/// A role, as the person who has it reads it.
#[must_use]
pub fn role_words(role: Role) -> &'static str {
    match role {
        Role::User => "user, who connects applications",
        Role::Developer => "developer, who also registers applications",
        Role::Reviewer => "reviewer, who also decides on applications that wait for approval",
        Role::Administrator => "administrator, who also runs this server",
    }
}
