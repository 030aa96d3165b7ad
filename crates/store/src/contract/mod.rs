//! What does every engine promise? One case for each promise of the trait's documents, with its refused neighbour; the
//! races are cases too. An engine passes all of them unchanged:
//!
//! ```text
//! async fn make_store() -> salver_store::contract::Fixture { .. }
//! salver_store::engine_contract!(sqlite, crate::make_store);
//! ```
//!
//! Each case gets a store of its own, empty. Durability is not here: it needs a process that dies (`tests/durability.rs`).
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "the cases are tests")]

pub mod anchors;
pub mod api_tokens;
pub mod applications;
pub mod approvals;
pub mod assertions;
pub mod bans;
pub mod bindings;
pub mod client_secrets;
pub mod codes;
pub mod consents;
pub mod counts;
pub mod deletions;
pub mod domains;
pub mod feed;
pub mod holds;
pub mod hosted;
pub mod installations;
pub mod invitations;
pub mod keys;
pub mod live_grants;
pub mod pushed_requests;
pub mod recorded;
pub mod registration_tokens;
pub mod review;
pub mod revocations;
pub mod samples;
pub mod sessions;
pub mod sweep;
pub mod units;
pub mod users;
pub mod verdicts;
pub mod versions;

use std::{any::Any, future::Future, sync::Arc};

use tokio::task::JoinSet;

use crate::Store;

/// A store to test, and what must live as long as it (a directory, a server).
pub struct Fixture {
    /// Empty at first.
    pub store: Arc<dyn Store>,
    /// Dropped after the store.
    pub held: Box<dyn Any + Send>,
}

/// How many tasks race for one thing.
const RACERS: u8 = 50;

/// Lets all racers do the same at once; answers what each of them got.
async fn race<T, F>(racer: impl Fn(u8) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for number in 0..RACERS {
        tasks.spawn(racer(number));
    }
    tasks.join_all().await
}

/// Makes a module `$engine` with one test per case. `$make` is the path of an async function without arguments that answers
/// a [`Fixture`].
#[macro_export]
macro_rules! engine_contract {
    ($engine:ident, $make:path) => {
        mod $engine {
            $crate::contract_cases! { $make;
                users {
                    a_user_is_found_by_id_and_by_name_in_any_letter_case
                    a_name_is_given_once_whatever_its_letter_case
                    of_many_who_want_one_name_one_gets_it
                    users_are_listed_by_name
                    a_password_hash_is_replaced
                    a_person_is_in_the_groups_that_were_set_last
                    groups_that_break_the_rules_are_refused
                    disabling_ends_sessions_and_grants_and_enters_the_feed
                    disabling_happens_once
                    enabling_gives_nothing_back
                    a_session_that_comes_after_disabling_is_none
                    a_consent_that_comes_after_disabling_is_refused
                }
                invitations {
                    an_invitation_works_until_its_time
                    an_invitation_is_spent_once
                    of_many_who_spend_one_invitation_one_gets_in
                    a_taken_name_leaves_the_invitation_unspent
                    an_invitation_past_its_time_or_unknown_lets_nobody_in
                }
                sessions {
                    a_session_lasts_until_its_time
                    an_ended_session_is_gone_and_no_other
                }
                consents {
                    a_consent_makes_a_grant_and_its_code
                    a_second_consent_widens_the_grant
                    what_makes_another_grant
                    of_many_consents_for_one_purpose_one_makes_the_grant
                    a_revoked_grant_is_not_widened
                    a_ticket_is_spent_once
                    of_many_who_answer_one_page_one_is_heard
                    a_ticket_stays_spent_when_its_code_is_gone
                    one_fingerprint_is_one_application
                    grants_are_found_by_the_exact_client_oldest_first
                    when_a_client_was_first_let_in_is_never_forgotten
                    a_standing_is_what_the_single_questions_say
                }
                codes {
                    a_code_comes_back_as_it_was
                    a_code_needs_a_live_grant
                    a_code_is_redeemed_once
                    of_many_who_redeem_one_code_one_succeeds
                    a_code_under_a_revoked_grant_is_lost
                    a_code_gives_only_under_its_own_grant
                    redeeming_against_revoking_leaves_nothing_alive
                }
                assertions {
                    an_assertion_is_spent_until_its_time
                    of_many_who_spend_one_assertion_one_is_believed
                    a_sweep_leaves_what_is_still_spent
                }
                pushed_requests {
                    a_pushed_request_is_spent_with_its_code_and_once
                    what_did_not_happen_spends_nothing
                    of_many_answers_to_one_pushed_request_one_has_a_code
                    a_sweep_leaves_requests_that_could_still_be_answered
                }
                installations {
                    an_installation_comes_back_as_it_was
                    rotation_moves_one_generation
                    the_key_of_an_installation_moves_along
                    rotation_needs_the_expected_generation
                    rotation_needs_a_live_installation
                    of_many_who_rotate_one_generation_one_succeeds
                    rotating_against_revoking_leaves_nothing_alive
                    late_facts_of_use_are_merged
                }
                revocations {
                    a_revoked_grant_takes_its_installations_along
                    a_revoked_installation_leaves_its_siblings
                    a_revoked_token_is_only_in_the_feed
                    naming_it_again_changes_nothing
                    what_does_not_exist_is_not_revoked
                    an_application_is_revoked_for_one_user
                    of_many_who_revoke_one_grant_one_line_remains
                }
                feed {
                    the_feed_is_read_from_where_one_stands
                    a_poller_misses_nothing
                    a_number_is_never_given_twice
                }
                applications {
                    applications_are_listed_last_used_first
                    what_has_ended_is_not_listed
                }
                api_tokens {
                    a_token_is_found_by_its_digest_and_ended_once
                    the_use_of_a_token_is_noted
                    an_ended_token_stays_a_while
                }
                bans {
                    bans_are_listed_oldest_first
                    a_ban_is_of_a_known_kind
                    a_ban_is_lifted_once
                    the_number_of_bans_rises_with_every_change
                    what_was_judged_under_other_bans_is_judged_anew
                    consenting_against_banning_lets_nothing_slip_through
                }
                bindings {
                    a_binding_moves_all_grants_and_undoing_it_brings_them_back
                    what_is_bound_is_revoked_together
                    a_binding_is_one_and_may_come_first
                    a_binding_is_a_change_of_who_is_shut_out
                    a_client_gets_another_home
                    an_administrators_name_of_an_application_stays
                    fingerprints_are_read_from_where_one_stands
                    consenting_against_binding_leaves_nothing_behind
                }
                counts {
                    numbers_are_added_to_those_that_are_there
                    a_count_is_of_a_known_method
                    a_count_stays_ninety_days
                }
                registration_tokens {
                    a_registration_token_comes_back_as_it_was
                    a_registration_token_is_revoked_once_and_while_it_is_in_force
                    uses_of_registration_tokens_are_added
                    an_ended_registration_token_stays_ninety_days
                }
                deletions {
                    deleting_a_registration_ends_what_was_let_in
                    a_registration_that_nobody_let_in_leaves_no_row
                    deletions_are_read_from_where_one_stands
                    a_deletion_is_remembered_as_long_as_its_key_lives
                    consenting_against_deleting_leaves_nothing_alive
                }
                live_grants {
                    live_grants_are_listed_with_what_is_below_them
                    live_grants_are_read_in_pages
                    grants_are_revoked_together
                }
                keys {
                    keys_are_listed_oldest_first
                    a_new_key_retires_the_others_of_its_use
                    a_key_is_killed_once_and_stays
                }
                versions {
                    the_first_consent_keeps_the_document
                    a_consent_decided_on_another_newest_version_is_outdated
                    a_copy_that_is_not_the_newest_is_kept_beside_it
                    a_version_seen_before_becomes_the_newest_again
                    a_version_is_noted_after_the_expected_one_only
                    of_many_who_note_one_version_one_does
                    a_version_carries_grants_along
                    versions_are_thinned
                }
                holds {
                    a_version_holds_the_grants_it_names
                    a_held_grant_gives_no_codes_and_no_rotations
                    a_consent_lets_a_held_grant_go_on
                    a_version_ends_what_it_names
                    an_administrator_lets_held_grants_go_on
                    installations_of_lost_keys_end
                    a_grant_whose_version_is_forgotten_is_held
                    consenting_against_noting_lets_nothing_slip_through
                    rotating_against_holding_lets_nothing_slip_through
                }
                recorded {
                    a_client_is_found_as_it_was_entered_and_listed_by_its_owner
                    a_document_is_held_by_one_and_what_changes_of_it_counts
                    who_is_disabled_unknown_or_has_too_many_enters_none
                    a_change_needs_the_revision_that_it_was_decided_on
                    what_ends_with_a_change_is_in_the_feed
                    who_has_let_a_client_in_is_counted
                    a_stem_is_exchanged_once_and_is_in_the_feed
                    a_client_is_shared_with_a_group_or_everybody_and_with_nobody_else
                    who_is_shared_with_no_longer_loses_what_they_have
                    a_deleted_client_never_changes_and_is_swept
                    of_many_changes_at_once_one_is_made
                }
                domains {
                    a_domain_is_proven_for_one_client_and_looked_at_again
                    proofs_go_with_their_client
                }
                client_secrets {
                    a_secret_is_found_by_its_digest_alone
                    a_key_is_found_by_its_name_or_by_its_holder
                    keys_are_counted_beside_secrets
                    so_many_secrets_live_for_one_holder_and_no_more
                    ending_a_secret_ends_what_was_begun_with_it
                    a_secret_is_made_for_its_owner_or_whom_it_is_shared_with
                    the_end_of_a_secret_can_be_moved_while_it_lives
                    the_newest_use_of_a_secret_stands
                    of_many_secrets_at_once_no_more_than_allowed_live
                }
                anchors {
                    an_anchor_comes_back_as_it_was
                    of_two_statements_the_newer_one_holds
                    an_anchor_has_no_more_softwares_than_allowed
                    of_many_statements_at_once_the_newest_holds
                }
                hosted {
                    a_hosted_document_is_found_by_its_name
                    a_name_stays_its_owners
                    a_person_hosts_so_many_documents_and_no_more
                    a_disabled_person_hosts_nothing
                    of_many_who_want_one_hosted_name_one_gets_it
                    of_many_documents_at_once_no_more_than_allowed_are_hosted
                }
                review {
                    asking_opens_a_case
                    what_opens_another_case
                    asking_again_replaces_ones_own_wish
                    a_decided_case_is_not_joined
                    a_person_waits_for_so_much_and_no_more
                    a_disabled_person_asks_for_nothing
                    a_case_is_decided_once
                    cases_are_listed_newest_activity_last
                    a_decision_is_seen_by_who_asked
                    of_many_who_ask_one_opens_the_case
                    of_many_who_decide_one_case_one_is_heard
                    a_case_stays_until_nobody_waits
                }
                approvals {
                    an_approval_comes_back_as_it_was
                    an_approval_lasts_until_its_time
                    an_approval_is_ended_once
                    an_ended_approval_stays_half_a_year
                }
                verdicts {
                    verdicts_are_read_in_pages
                    a_consent_and_a_code_bring_their_verdicts
                    what_did_not_happen_leaves_no_verdict
                    a_verdict_stays_thirty_days
                }
                sweep {
                    a_sweep_deletes_what_time_has_ended
                    a_rotated_installation_outlives_its_first_end
                    an_ended_installation_stays_a_day
                    a_revoked_grant_stays_thirty_days_a_live_one_for_good
                    a_sweep_takes_everything_however_much
                }
                units {
                    a_unit_that_fails_leaves_no_trace
                    a_unit_that_fails_fails_alone
                    the_store_says_that_it_works
                }
            }
        }
    };
}

/// Part of [`engine_contract!`].
#[doc(hidden)]
#[macro_export]
macro_rules! contract_cases {
    ($make:path; $($group:ident { $($case:ident)* })*) => {$(
        mod $group {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let $crate::contract::Fixture { store, held } = $make().await;
                $crate::contract::$group::$case(store).await;
                drop(held);
            }
        )*}
    )*};
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_case_is_in_the_list() {
        const LIST: &str = include_str!("mod.rs");
        const GROUPS: &[&str] = &[
            include_str!("api_tokens.rs"),
            include_str!("applications.rs"),
            include_str!("approvals.rs"),
            include_str!("assertions.rs"),
            include_str!("anchors.rs"),
            include_str!("bans.rs"),
            include_str!("bindings.rs"),
            include_str!("client_secrets.rs"),
            include_str!("codes.rs"),
            include_str!("consents.rs"),
            include_str!("domains.rs"),
            include_str!("counts.rs"),
            include_str!("deletions.rs"),
            include_str!("feed.rs"),
            include_str!("holds.rs"),
            include_str!("hosted.rs"),
            include_str!("installations.rs"),
            include_str!("invitations.rs"),
            include_str!("keys.rs"),
            include_str!("live_grants.rs"),
            include_str!("pushed_requests.rs"),
            include_str!("registration_tokens.rs"),
            include_str!("recorded.rs"),
            include_str!("review.rs"),
            include_str!("revocations.rs"),
            include_str!("sessions.rs"),
            include_str!("sweep.rs"),
            include_str!("units.rs"),
            include_str!("users.rs"),
            include_str!("verdicts.rs"),
            include_str!("versions.rs"),
        ];
        for group in GROUPS {
            for rest in group.split("pub async fn ").skip(1) {
                let name = rest.split('(').next().unwrap();
                assert!(LIST.lines().any(|line| line.trim() == name), "{name} is not run");
            }
        }
    }
}
