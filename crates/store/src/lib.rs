//! What is remembered, and how: one trait, one engine so far, one contract suite that every engine passes.
//!
//! # Conventions of the trait
//!
//! - Every writing method is one **unit of work**: all of it happens, durably, or none. It takes its facts as one value and
//!   is answered after the commit.
//! - Deciding is not done here. Where two requests can race for one thing, the unit names the state that its decision was
//!   made on, and answers [`Outcome::Lost`] if that state is gone; the caller gathers and decides again.
//! - `find_*` answers `Option`, `list_*` a `Vec`, oldest first unless its document says otherwise.
//! - Nothing here is a secret in the clear: tokens, codes, sessions and invitations arrive as [`Digest`]s, private keys sealed.
//! - Times come in as arguments; an engine never reads a clock.
//!
//! - Something with an `expires_at` works while now is before that time.
//!
//! To add a method: write it here with its document, add its cases to `contract/`, then make each engine pass.

mod answer;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
pub mod group;
pub mod record;
pub mod retention;
#[cfg(feature = "sqlite")]
pub mod sqlite;
pub mod username;

use salver_oauth::{ApplicationId, CaseId, GrantId, InstallationId, Timestamp, UserId};

pub use answer::{Answer, Outcome, StoreError};

use record::{
    AccessRequest, AddCode, AdvanceInstallation, Anchor, ApiToken, ApplicationOverview, Approval,
    Asked, Ban, Binding, CaseDecision, ChangeClient, ClientEvent, ClientSecret, ClientStanding,
    ClientUse, ClientUser, Code, Consent, Counted, Deletion, Digest, DomainProof, Grant,
    HostedAdded, HostedDocument, Installation, Invitation, KeptVerdict, LiveGrant, MetApplication,
    MetClient, NewAccessRequest, NewApiToken, NewApproval, NewBan, NewBinding, NewClientSecret,
    NewDeletion, NewHome, NewRecordedClient, NewRegistrationToken, NewUser, NewVerdict, NewVersion,
    Noted, Recorded, RecordedClient, RedeemCode, RegistrationToken, RenewStem, ReviewCase,
    Revocation, RevocationReason, Session, StatedClient, StatedNoted, StoredKey, Subject,
    UsedInstallation, UsedRegistrationToken, User, UserAdded, Version,
};

/// The memory of an authorization server.
pub trait Store: Send + Sync + 'static {
    // ── People ──

    /// The user of this name, compared without regard to letter case ([`username::key`]).
    fn find_user_by_name<'a>(&'a self, username: &'a str) -> Answer<'a, Option<User>>;
    /// The user of this id.
    fn find_user(&self, id: UserId) -> Answer<'_, Option<User>>;
    /// All users, by name.
    fn list_users(&self) -> Answer<'_, Vec<User>>;
    /// Adds a user; if an invitation is named, spends it in the same unit, at the time of the user's `created_at`. An invitation is
    /// spent only by a user that was added.
    fn add_user(&self, user: NewUser) -> Answer<'_, UserAdded>;
    /// Replaces a user's password hash. `Lost` if there is no such user.
    fn set_password_hash(&self, id: UserId, password_hash: String) -> Answer<'_, Outcome>;
    /// Replaces the groups that a user is in; they come back sorted, each once. Fails if they break the rules of [`group::check`]. `Lost`
    /// if there is no such user.
    fn set_groups(&self, id: UserId, groups: Vec<Box<str>>) -> Answer<'_, Outcome>;
    /// Disables a user: no more sign-in, all sessions end, all grants are revoked. `Lost` if there is none, or already disabled.
    fn disable_user(&self, id: UserId, now: Timestamp) -> Answer<'_, Outcome>;
    /// Lets a disabled user sign in again. What was revoked stays revoked. `Lost` if there is none, or not disabled.
    fn enable_user(&self, id: UserId) -> Answer<'_, Outcome>;

    // ── Invitations (setup links among them) ──

    /// Adds an invitation.
    fn add_invitation(&self, invitation: Invitation) -> Answer<'_, ()>;
    /// An invitation that is neither spent nor past its time.
    fn find_invitation(&self, token: Digest, now: Timestamp) -> Answer<'_, Option<Invitation>>;

    // ── Sessions ──

    /// Adds a session; none is added for a user who has been disabled meanwhile (or is unknown), and `find_session` tells so.
    fn add_session(&self, session: Session) -> Answer<'_, ()>;
    /// A session that has not ended, with its user, unless that user is disabled.
    fn find_session(&self, token: Digest, now: Timestamp) -> Answer<'_, Option<(Session, User)>>;
    /// Ends a session; nothing happens if there is none.
    fn end_session(&self, token: Digest) -> Answer<'_, ()>;

    // ── Grants and codes ──

    /// All that a login asks about one person and one client, as of one moment.
    fn find_standing<'a>(
        &'a self,
        user: UserId,
        client_id: &'a str,
        now: Timestamp,
    ) -> Answer<'a, ClientStanding>;
    /// The live grants that a user has given to one `client_id`.
    fn find_grants<'a>(&'a self, user: UserId, client_id: &'a str) -> Answer<'a, Vec<Grant>>;
    /// When the first grant for a `client_id` was made, by anybody; it is known for good.
    fn find_first_seen<'a>(&'a self, client_id: &'a str) -> Answer<'a, Option<Timestamp>>;
    /// Records a consent and its code, and keeps the verdict. The grant with the same user, client, recipient, resource and attested installation, if it is for one
    /// alone, is widened if there is a live one, else made; the client with the same fingerprint is used, else made, and so
    /// is its home, which bears the newest label.
    /// The grant is held no longer. The document is kept as a version if it is new; the client's first one is its newest.
    /// [`Recorded::TicketSpent`] if the ticket was answered before, [`Recorded::UserDisabled`] if the user was disabled meanwhile,
    /// [`Recorded::JudgedAnew`] if bans have changed since it was decided, [`Recorded::Outdated`] if another version became the newest,
    /// [`Recorded::RequestSpent`] if another code was given for the pushed request: then nothing happens. A pushed request is spent with it. Tickets stay spent for [`retention::TICKET`], so a page must not be answerable for longer.
    fn record_consent(&self, consent: Consent) -> Answer<'_, Recorded>;
    /// Adds a code under a grant on record. `Lost` if the grant is revoked or held meanwhile (or unknown), or if bans have changed since it
    /// was decided, or another code was given for the pushed request. Spends no ticket, but the pushed request. Keeps the verdict, if the code is added.
    fn add_code(&self, add: AddCode) -> Answer<'_, Outcome>;
    /// A code by its digest, spent or not, until it is swept; with its grant.
    fn find_code(&self, code: Digest) -> Answer<'_, Option<(Code, Grant)>>;
    /// Until when it is known that a code was given for this pushed request; nothing, if none was.
    fn find_spent_request(&self, number: [u8; 16]) -> Answer<'_, Option<Timestamp>>;
    /// Spends a code, starts its installation and marks the grant as used. `Lost` if the code is spent (or unknown, or not of the
    /// installation's grant), or its grant revoked. A held grant is no matter: a login keeps the metadata that it began with. Whether the code is still in
    /// time was decided before.
    fn redeem_code(&self, redeem: RedeemCode) -> Answer<'_, Outcome>;

    // ── Metadata documents ──

    /// What a client's document said last.
    fn find_newest_version<'a>(&'a self, client_id: &'a str) -> Answer<'a, Option<Version>>;
    /// A version by its digest.
    fn find_version<'a>(
        &'a self,
        client_id: &'a str,
        digest: Digest,
    ) -> Answer<'a, Option<Version>>;
    /// All versions that are kept, the newest last. A client whom nobody has let in has none.
    fn list_versions<'a>(&'a self, client_id: &'a str) -> Answer<'a, Vec<Version>>;
    /// Makes a version the newest, one that was seen before included, and does what it does to the client's live grants; what ends has
    /// lines in the feed. [`Noted::Lost`] unless the newest version is the expected one: a client's first version comes with a
    /// consent. Versions beyond [`retention::VERSIONS`] are forgotten, the oldest but one first and those that live grants were consented
    /// to on last; such grants are held.
    fn note_version(&self, version: NewVersion) -> Answer<'_, Noted>;
    /// An administrator approves of the newest version for everybody: held grants go on. Answers how many; none if the newest version is
    /// another one.
    fn release_grants<'a>(&'a self, client_id: &'a str, newest: Digest) -> Answer<'a, u64>;
    /// Ends the installations of a client's live grants whose key is not among the thumbprints that its key set now has; answers how
    /// many. Those of public clients have no key and stay.
    fn end_lost_keys<'a>(
        &'a self,
        client_id: &'a str,
        kept: Vec<String>,
        now: Timestamp,
    ) -> Answer<'a, u64>;

    // ── Documents that this server hosts for developers ──

    /// Hosts a document under a name that is free, or that its owner used before. A name never passes to somebody else: it is part of a
    /// `client_id` that people have let in.
    fn add_hosted_document(&self, document: HostedDocument) -> Answer<'_, HostedAdded>;
    /// Replaces a document. `Lost` unless its owner hosts one under this name.
    fn replace_hosted_document(&self, document: HostedDocument) -> Answer<'_, Outcome>;
    /// A hosted document by its name, byte for byte, unless its owner is disabled.
    fn find_hosted_document<'a>(&'a self, name: &'a str) -> Answer<'a, Option<HostedDocument>>;
    /// What a person hosts, by name.
    fn list_hosted_documents(&self, owner: UserId) -> Answer<'_, Vec<HostedDocument>>;
    /// Hosts a document no longer. `Lost` unless its owner hosts one under this name.
    fn remove_hosted_document<'a>(&'a self, owner: UserId, name: &'a str) -> Answer<'a, Outcome>;

    // ── Whose software statements are trusted, and what they have signed ──

    /// Puts an anchor in the place of whatever was known under its issuer.
    fn set_anchor(&self, anchor: Anchor) -> Answer<'_, ()>;
    /// Forgets an anchor. `Lost` if there is none.
    fn remove_anchor<'a>(&'a self, issuer: &'a str) -> Answer<'a, Outcome>;
    /// All anchors that administrators manage or have said something of, by issuer.
    fn list_anchors(&self) -> Answer<'_, Vec<Anchor>>;
    /// Notes what a verified statement signs: at most [`retention::STATED_CLIENTS`] softwares for one issuer, and of two statements for one software the one
    /// with the greater `iat` holds.
    fn note_stated_client(&self, new: StatedClient) -> Answer<'_, StatedNoted>;
    /// A software that an anchor has signed for.
    fn find_stated_client<'a>(&'a self, client_id: &'a str) -> Answer<'a, Option<StatedClient>>;
    /// All softwares of all anchors, by issuer and `software_id`.
    fn list_stated_clients(&self) -> Answer<'_, Vec<StatedClient>>;
    /// Forgets softwares of an issuer: all, or one. Answers how many.
    fn remove_stated_clients<'a>(
        &'a self,
        issuer: &'a str,
        client_id: Option<&'a str>,
    ) -> Answer<'a, u64>;

    // ── Clients that people have entered here (pre-registration) ──

    /// Enters a client. `Lost` if its owner is disabled or unknown, has [`retention::RECORDED_CLIENTS`], or the `client_id` is taken.
    fn add_recorded_client(&self, new: NewRecordedClient) -> Answer<'_, Outcome>;
    /// A client on record, deleted or not.
    fn find_recorded_client<'a>(&'a self, client_id: &'a str)
    -> Answer<'a, Option<RecordedClient>>;
    /// The clients of one owner, or all; deleted ones are not among them.
    fn list_recorded_clients(&self, owner: Option<UserId>) -> Answer<'_, Vec<RecordedClient>>;
    /// Clients that are registered by a document which is their own, in the order of their time. Whatever changes of one of them counts as a change of bans.
    fn list_document_clients(&self) -> Answer<'_, Vec<RecordedClient>>;
    /// The clients that somebody else shares with a person of these groups, oldest first.
    fn list_shared_clients(
        &self,
        person: UserId,
        groups: Vec<Box<str>>,
    ) -> Answer<'_, Vec<RecordedClient>>;
    /// Changes a client; what is to end has lines in the feed, its stem among them. If it is shared with others than before, the secrets and grants of
    /// those end who are not among them any more, and are not its owner. `Lost` unless it stands at the expected revision; a deleted one never changes.
    fn change_recorded_client(&self, change: ChangeClient) -> Answer<'_, Outcome>;
    /// Ends what a client has got for itself, with a line in the feed for its stem, and gives it another. `Lost` if its stem is another one. It is a revision: who
    /// changes the client decides anew.
    fn renew_stem(&self, renew: RenewStem) -> Answer<'_, Outcome>;
    /// A client's history, oldest first.
    fn list_client_events<'a>(&'a self, client_id: &'a str) -> Answer<'a, Vec<ClientEvent>>;
    /// How many people have let a client in and have not ended that.
    fn count_client_use<'a>(&'a self, client_id: &'a str) -> Answer<'a, ClientUse>;
    /// Whether anybody has let a client in and has not ended that.
    fn is_let_in<'a>(&'a self, client_id: &'a str) -> Answer<'a, bool>;
    /// Who has let a client in and does so still, by name.
    fn list_client_users<'a>(&'a self, client_id: &'a str) -> Answer<'a, Vec<ClientUser>>;
    /// Adds a secret, or a key. `Lost` if there is no such client, if its holder is neither the client's owner nor among those whom it is shared with, if as many
    /// live ones of its kind as there may be are the same holder's ([`retention::LIVE_SECRETS`]), or if there was one of this id or digest.
    fn add_client_secret(&self, new: NewClientSecret) -> Answer<'_, Outcome>;
    /// A secret by its digest, ended or not, until it is swept. Never a key.
    fn find_client_secret(&self, digest: Digest) -> Answer<'_, Option<ClientSecret>>;
    /// The keys with which an assertion for a client may be signed, ended or not, until they are swept: those of this name, this holder's first, or without a
    /// name this holder's alone. Those that nobody has ended come first, then the newest; at most [`retention::KEYS_OF_ONE_NAME`].
    fn find_client_keys<'a>(
        &'a self,
        client_id: &'a str,
        key_id: Option<&'a str>,
        holder: UserId,
    ) -> Answer<'a, Vec<ClientSecret>>;
    /// A client's secrets and keys, oldest first, ended ones too.
    fn list_client_secrets<'a>(&'a self, client_id: &'a str) -> Answer<'a, Vec<ClientSecret>>;
    /// Ends a secret and the installations that were begun with it or last rotated by it, each with a line in the feed. `Lost` if it does not live.
    fn end_client_secret<'a>(
        &'a self,
        client_id: &'a str,
        secret: InstallationId,
        now: Timestamp,
    ) -> Answer<'a, Outcome>;
    /// Moves when a secret ends by itself. `Lost` if it does not live.
    fn expire_client_secret<'a>(
        &'a self,
        client_id: &'a str,
        secret: InstallationId,
        expires_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Answer<'a, Outcome>;
    /// Merges when secrets were last used; older facts change nothing.
    fn note_secret_use(&self, used: Vec<(InstallationId, Timestamp)>) -> Answer<'_, ()>;

    /// Keeps a proof of a domain, or what a later look at it has found. `Lost` if there is no such client.
    fn keep_domain_proof(&self, proof: DomainProof) -> Answer<'_, Outcome>;
    /// Forgets a proof. `Lost` if there is none.
    fn remove_domain_proof<'a>(
        &'a self,
        client_id: &'a str,
        domain: &'a str,
    ) -> Answer<'a, Outcome>;
    /// The domains that the owner of a client has proven, by name.
    fn list_domain_proofs<'a>(&'a self, client_id: &'a str) -> Answer<'a, Vec<DomainProof>>;
    /// At most so many proofs that were last looked at before a time, the oldest look first.
    fn list_due_domain_proofs(&self, before: Timestamp, limit: u32)
    -> Answer<'_, Vec<DomainProof>>;

    // ── Tokens of administrators' programs ──

    /// Adds a token; answers its number.
    fn add_api_token(&self, token: NewApiToken) -> Answer<'_, i64>;
    /// A token by its digest, ended or not, until it is swept.
    fn find_api_token(&self, digest: Digest) -> Answer<'_, Option<ApiToken>>;
    /// All tokens, ended ones too.
    fn list_api_tokens(&self) -> Answer<'_, Vec<ApiToken>>;
    /// Revokes a token. `Lost` if there is none of this number, or it does not live.
    fn end_api_token(&self, number: i64, now: Timestamp) -> Answer<'_, Outcome>;
    /// Notes when a token was used; an older fact changes nothing.
    fn note_api_token_use(&self, number: i64, at: Timestamp) -> Answer<'_, ()>;

    // ── What clients prove ──

    /// Spends an assertion until a time, after which it would be refused anyway. `Lost` if it is spent already, and that time is not
    /// past. The digest covers client and `jti`: two clients may choose the same one.
    fn spend_assertion(
        &self,
        assertion: Digest,
        until: Timestamp,
        now: Timestamp,
    ) -> Answer<'_, Outcome>;

    // ── Installations: refresh-token families ──

    /// An installation with its grant, ended or not.
    fn find_installation(&self, id: InstallationId) -> Answer<'_, Option<(Installation, Grant)>>;
    /// Moves an installation to its next generation. `Lost` unless it stands at the expected generation, lives (not ended, not
    /// expired), and its grant lives and is not held.
    fn advance_installation(&self, advance: AdvanceInstallation) -> Answer<'_, Outcome>;
    /// Merges when installations were last used and the newest generation whose access token was seen; older facts change nothing.
    fn record_use(&self, used: Vec<UsedInstallation>) -> Answer<'_, ()>;

    // ── Revocation ──

    /// Ends what is named and everything below it, and enters what is named in the feed. Naming it again changes nothing, naming a
    /// grant or an installation that does not exist neither.
    fn revoke(&self, subject: Subject, reason: RevocationReason, now: Timestamp) -> Answer<'_, ()>;
    /// Ends all grants of a user for an application, each with a line in the feed; answers how many grants and live installations
    /// that were.
    fn revoke_application(
        &self,
        user: UserId,
        application: ApplicationId,
        now: Timestamp,
    ) -> Answer<'_, (u64, u64)>;
    /// Ends these grants as one unit, each with a line in the feed; answers how many lived, and how many live installations they had.
    fn revoke_grants(
        &self,
        grants: Vec<GrantId>,
        reason: RevocationReason,
        now: Timestamp,
    ) -> Answer<'_, (u64, u64)>;
    /// The feed after this number, in order: every subject that ended. Zero reads from the start (what is not yet swept).
    /// Numbers are given in the order of commits and never twice: who has read up to one has missed none before it.
    fn list_revocations(&self, after: i64) -> Answer<'_, Vec<Revocation>>;
    /// Everybody's live grants after this id, at most so many, in the order of ids; from the start if none is named.
    fn list_live_grants(&self, after: Option<GrantId>, limit: u32) -> Answer<'_, Vec<LiveGrant>>;
    /// What a user's Connected apps page shows: applications with live grants, last used first.
    fn list_applications(&self, user: UserId) -> Answer<'_, Vec<ApplicationOverview>>;
    /// A grant by its id, revoked or not.
    fn find_grant(&self, id: GrantId) -> Answer<'_, Option<Grant>>;

    // ── Applications: labels under which people see clients (DESIGN 4.4) ──

    /// All clients that were ever let in, in the order of their fingerprints.
    fn list_met_clients(&self) -> Answer<'_, Vec<MetClient>>;
    /// The fingerprints of the clients that were first let in after the one of this number, at most so many, in that order, each with its number; from the
    /// start for zero. Numbers rise in the order of commits, and no client is ever forgotten.
    fn list_fingerprints(&self, after: i64, limit: u32) -> Answer<'_, Vec<(i64, String)>>;
    /// All applications: those that clients belong to, and those that something was bound to.
    fn list_met_applications(&self) -> Answer<'_, Vec<MetApplication>>;
    /// Gives clients that were met other homes, since the catalogue has changed; answers how many. Counts as changes of bans.
    fn settle_homes(&self, homes: Vec<NewHome>, now: Timestamp) -> Answer<'_, u64>;
    /// Binds a client, met or not, to an application, which is made if there is none with its key; a binding that it has gives way. All its grants are seen
    /// under that application from then on, whoever gave them, and nothing else of them changes. Counts as a change of bans. `Lost` if it is
    /// bound to it already.
    fn bind_client(&self, binding: NewBinding) -> Answer<'_, Outcome>;
    /// Undoes a binding: the client is seen where it belongs. Counts as a change of bans. `Lost` if it is not bound.
    fn unbind_client<'a>(&'a self, fingerprint: &'a str) -> Answer<'a, Outcome>;
    /// All bindings, oldest first.
    fn list_bindings(&self) -> Answer<'_, Vec<Binding>>;
    /// Gives an application a name that stays, or lets it bear its clients' again. `Lost` if there is none.
    fn rename_application(&self, id: ApplicationId, label: Option<String>) -> Answer<'_, Outcome>;

    // ── How far clients get ──

    /// Adds numbers to those that are there. Fails, as a whole, if a method is none of those of [`Counted`].
    fn count(&self, counted: Vec<Counted>) -> Answer<'_, ()>;
    /// What was counted on the days that began at this time or later, in order.
    fn list_counts(&self, since: Timestamp) -> Answer<'_, Vec<Counted>>;

    // ── Initial access tokens: who may register where not everybody may ──

    /// Adds a token; answers its number, which is never given twice.
    fn add_registration_token(&self, token: NewRegistrationToken) -> Answer<'_, i64>;
    /// Revokes a token. `Lost` if there is none of this number in force.
    fn revoke_registration_token(
        &self,
        number: i64,
        by: String,
        now: Timestamp,
    ) -> Answer<'_, Outcome>;
    /// All tokens that are not swept, those that have ended too.
    fn list_registration_tokens(&self) -> Answer<'_, Vec<RegistrationToken>>;
    /// Adds to how often tokens were used, and merges when they last were; older times change nothing, and neither do tokens that are gone.
    fn count_registration_tokens(&self, used: Vec<UsedRegistrationToken>) -> Answer<'_, ()>;

    // ── Bans ──

    /// Adds a ban; answers its number. Fails if its kind is none of those of [`Ban`].
    fn add_ban(&self, ban: NewBan) -> Answer<'_, i64>;
    /// Lifts a ban. `Lost` if there is none of this number, or it was lifted before.
    fn lift_ban(&self, number: i64, by: String, now: Timestamp) -> Answer<'_, Outcome>;
    /// All bans that were ever made, those that ended too.
    fn list_bans(&self) -> Answer<'_, Vec<Ban>>;
    /// How often a ban was added or lifted, a client came under another application, a registration was deleted, or a key that seals was killed. That one ends by its time is no change: whoever judges by bans knows the time.
    fn bans_number(&self) -> Answer<'_, i64>;

    // ── Registrations that their clients have deleted ──

    /// Ends all grants of a registration, each with a line in the feed, and remembers that it is no more for as long as the key that sealed it lives
    /// (decision 9). Counts as a change of bans. `Lost` if nobody ever let it in, or if it was deleted before: then nothing happens.
    fn delete_registration(&self, deletion: NewDeletion) -> Answer<'_, Outcome>;
    /// The deletions after this number, in order. Zero reads from the start. Numbers are given in the order of commits and never twice.
    fn list_deletions(&self, after: i64) -> Answer<'_, Vec<Deletion>>;

    // ── Review ──

    /// Adds a person's wish to let a client in to the open case for the same client, recipient and resource, or opens one. Asking again
    /// replaces their own reason and request; what the case says of the client stays as it was when it was opened.
    /// [`Asked::TooMany`] if they have [`retention::OPEN_REQUESTS`] in other open cases.
    fn ask_access(&self, request: NewAccessRequest) -> Answer<'_, Asked>;
    /// A case by its id, decided or not.
    fn find_case(&self, id: CaseId) -> Answer<'_, Option<ReviewCase>>;
    /// All cases, or the open ones, each with how many people asked; the one last asked or decided is the last.
    fn list_cases(&self, open_only: bool) -> Answer<'_, Vec<(ReviewCase, u64)>>;
    /// Who asked in a case.
    fn list_access_requests(&self, case: CaseId) -> Answer<'_, Vec<AccessRequest>>;
    /// What a person asked for, with the cases.
    fn list_access_requests_of(&self, user: UserId)
    -> Answer<'_, Vec<(AccessRequest, ReviewCase)>>;
    /// Notes when a person saw how the case was decided that they asked in; the first time stands. An open case has nothing to see.
    fn mark_seen(&self, case: CaseId, user: UserId, now: Timestamp) -> Answer<'_, ()>;
    /// Decides an open case; what is approved stands from then on. `Lost` if the case was decided before (or is unknown).
    fn decide_case(&self, decision: CaseDecision) -> Answer<'_, Outcome>;
    /// The approvals of a `client_id` that are in force, neither ended nor past their time. Those for a person who is disabled are among
    /// them: such a person cannot sign in.
    fn list_approvals<'a>(
        &'a self,
        client_id: &'a str,
        now: Timestamp,
    ) -> Answer<'a, Vec<Approval>>;
    /// All approvals that are not swept, those that ended too.
    fn list_all_approvals(&self) -> Answer<'_, Vec<Approval>>;
    /// Adds an approval; answers its number, which is never given twice.
    fn add_approval(&self, approval: NewApproval) -> Answer<'_, i64>;
    /// Ends an approval. `Lost` if there is none of this number in force.
    fn end_approval(&self, number: i64, by: String, now: Timestamp) -> Answer<'_, Outcome>;

    // ── What policy said ──

    /// Keeps a verdict that let nobody in; the others come with a consent or a code.
    fn note_verdict(&self, verdict: NewVerdict) -> Answer<'_, ()>;
    /// The verdicts after this number, at most so many, in order. Zero reads from the start (what is not yet swept).
    fn list_verdicts(&self, after: i64, limit: u32) -> Answer<'_, Vec<KeptVerdict>>;
    /// How many verdicts are kept.
    fn count_verdicts(&self) -> Answer<'_, u64>;

    // ── Keys ──

    /// All keys that are not swept, oldest first.
    fn list_keys(&self) -> Answer<'_, Vec<StoredKey>>;
    /// Adds a key; earlier keys of the same use get the given end of publication, if they have none.
    fn add_key(&self, key: StoredKey, retire_others_at: Option<Timestamp>) -> Answer<'_, ()>;
    /// Kills a key that seals registrations: it stays listed for good, retired now. This counts as a change of bans, since it shuts out. `Lost` if
    /// there is no such key, or it was killed before.
    fn kill_key<'a>(&'a self, key_id: &'a str, now: Timestamp) -> Answer<'a, Outcome>;

    // ── Housekeeping ──

    /// Deletes what time has ended, and verdicts beyond [`retention::VERDICTS`]: codes, assertions, pushed requests, sessions, invitations, feed entries and keys past their use, installations unused for too
    /// long. What stays how long after its end: [`retention`]. Works in slices, so it is not one unit: other work goes between.
    fn sweep(&self, now: Timestamp) -> Answer<'_, ()>;
    /// Whether the engine answers and can write.
    fn check(&self) -> Answer<'_, ()>;
}
