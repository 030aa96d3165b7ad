//! Which function answers which method of the trait, and on which thread? Nothing is decided here.

use salver_oauth::{ApplicationId, CaseId, GrantId, InstallationId, Timestamp, UserId};

use super::{
    SqliteStore, anchors, api_tokens, applications, approvals, assertions, bans, cases,
    client_secrets, clients, codes, counts, deletions, domains, grants, hosted, installations,
    invitations, keys, live_grants, pushed_requests, recorded, registration_tokens, revocations,
    row::change, sessions, standing, stated, sweep, users, verdicts, versions, writer::Unit,
};
use crate::{
    Answer, Outcome, Store,
    record::{
        AccessRequest, AddCode, AdvanceInstallation, Anchor, ApiToken, ApplicationOverview,
        Approval, Asked, Ban, Binding, CaseDecision, ChangeClient, ClientEvent, ClientSecret,
        ClientStanding, ClientUse, ClientUser, Code, Consent, Counted, Deletion, Digest,
        DomainProof, Grant, HostedAdded, HostedDocument, Installation, Invitation, KeptVerdict,
        LiveGrant, MetApplication, MetClient, NewAccessRequest, NewApiToken, NewApproval, NewBan,
        NewBinding, NewClientSecret, NewDeletion, NewHome, NewRecordedClient, NewRegistrationToken,
        NewUser, NewVerdict, NewVersion, Noted, Recorded, RecordedClient, RedeemCode,
        RegistrationToken, RenewStem, ReviewCase, Revocation, RevocationReason, Session,
        StatedClient, StatedNoted, StoredKey, Subject, UsedInstallation, UsedRegistrationToken,
        User, UserAdded, Version,
    },
};

impl Store for SqliteStore {
    fn find_user_by_name<'a>(&'a self, username: &'a str) -> Answer<'a, Option<User>> {
        let username = username.to_owned();
        self.read(move |connection| users::find_by_name(connection, &username))
    }

    fn find_user(&self, id: UserId) -> Answer<'_, Option<User>> {
        self.read(move |connection| users::find_by_id(connection, id))
    }

    fn list_users(&self) -> Answer<'_, Vec<User>> {
        self.read(users::list_all)
    }

    fn add_user(&self, user: NewUser) -> Answer<'_, UserAdded> {
        self.write(move |connection| users::add(connection, &user))
    }

    fn set_password_hash(&self, id: UserId, password_hash: String) -> Answer<'_, Outcome> {
        self.write(move |connection| users::set_password_hash(connection, id, &password_hash))
    }

    fn set_groups(&self, id: UserId, groups: Vec<Box<str>>) -> Answer<'_, Outcome> {
        self.write(move |connection| users::set_groups(connection, id, groups))
    }

    fn disable_user(&self, id: UserId, now: Timestamp) -> Answer<'_, Outcome> {
        self.write(move |connection| users::disable(connection, id, now))
    }

    fn enable_user(&self, id: UserId) -> Answer<'_, Outcome> {
        self.write(move |connection| users::enable(connection, id))
    }

    fn add_invitation(&self, invitation: Invitation) -> Answer<'_, ()> {
        self.write(move |connection| invitations::add(connection, &invitation))
    }

    fn find_invitation(&self, token: Digest, now: Timestamp) -> Answer<'_, Option<Invitation>> {
        self.read(move |connection| invitations::find_live(connection, &token, now))
    }

    fn add_session(&self, session: Session) -> Answer<'_, ()> {
        self.write(move |connection| sessions::add(connection, &session))
    }

    fn find_session(&self, token: Digest, now: Timestamp) -> Answer<'_, Option<(Session, User)>> {
        self.read(move |connection| sessions::find_live(connection, &token, now))
    }

    fn end_session(&self, token: Digest) -> Answer<'_, ()> {
        self.write(move |connection| sessions::end(connection, &token))
    }

    fn find_grants<'a>(&'a self, user: UserId, client_id: &'a str) -> Answer<'a, Vec<Grant>> {
        let client_id = client_id.to_owned();
        self.read(move |connection| grants::find_live(connection, user, &client_id))
    }

    fn find_standing<'a>(
        &'a self,
        user: UserId,
        client_id: &'a str,
        now: Timestamp,
    ) -> Answer<'a, ClientStanding> {
        let client_id = client_id.to_owned();
        self.read(move |connection| standing::find(connection, user, &client_id, now))
    }

    fn find_first_seen<'a>(&'a self, client_id: &'a str) -> Answer<'a, Option<Timestamp>> {
        let client_id = client_id.to_owned();
        self.read(move |connection| grants::find_first_seen(connection, &client_id))
    }

    fn record_consent(&self, consent: Consent) -> Answer<'_, Recorded> {
        self.write(move |connection| grants::record_consent(connection, &consent))
    }

    fn add_code(&self, add: AddCode) -> Answer<'_, Outcome> {
        self.write(move |connection| codes::add(connection, &add))
    }

    fn find_code(&self, code: Digest) -> Answer<'_, Option<(Code, Grant)>> {
        self.read(move |connection| codes::find_with_grant(connection, &code))
    }

    fn find_spent_request(&self, number: [u8; 16]) -> Answer<'_, Option<Timestamp>> {
        self.read(move |connection| pushed_requests::find(connection, number))
    }

    fn redeem_code(&self, redeem: RedeemCode) -> Answer<'_, Outcome> {
        self.write(move |connection| codes::redeem(connection, &redeem))
    }

    fn find_installation(&self, id: InstallationId) -> Answer<'_, Option<(Installation, Grant)>> {
        self.read(move |connection| installations::find_with_grant(connection, id))
    }

    fn advance_installation(&self, advance: AdvanceInstallation) -> Answer<'_, Outcome> {
        self.write(move |connection| installations::advance(connection, &advance))
    }

    fn record_use(&self, used: Vec<UsedInstallation>) -> Answer<'_, ()> {
        self.write(move |connection| installations::record_use(connection, &used))
    }

    fn revoke(&self, subject: Subject, reason: RevocationReason, now: Timestamp) -> Answer<'_, ()> {
        self.write(move |connection| revocations::revoke(connection, subject, reason, now))
    }

    fn revoke_application(
        &self,
        user: UserId,
        application: ApplicationId,
        now: Timestamp,
    ) -> Answer<'_, (u64, u64)> {
        self.write(move |connection| {
            revocations::revoke_application(connection, user, application, now)
        })
    }

    fn revoke_grants(
        &self,
        grants: Vec<GrantId>,
        reason: RevocationReason,
        now: Timestamp,
    ) -> Answer<'_, (u64, u64)> {
        self.write(move |connection| revocations::revoke_grants(connection, &grants, reason, now))
    }

    fn list_revocations(&self, after: i64) -> Answer<'_, Vec<Revocation>> {
        self.read(move |connection| revocations::list_after(connection, after))
    }

    fn list_live_grants(&self, after: Option<GrantId>, limit: u32) -> Answer<'_, Vec<LiveGrant>> {
        self.read(move |connection| live_grants::list_after(connection, after, limit))
    }

    fn list_applications(&self, user: UserId) -> Answer<'_, Vec<ApplicationOverview>> {
        self.read(move |connection| applications::list_of_user(connection, user))
    }

    fn find_grant(&self, id: GrantId) -> Answer<'_, Option<Grant>> {
        self.read(move |connection| grants::find_by_id(connection, id))
    }

    fn find_newest_version<'a>(&'a self, client_id: &'a str) -> Answer<'a, Option<Version>> {
        let client_id = client_id.to_owned();
        self.read(move |connection| versions::find_newest(connection, &client_id))
    }

    fn find_version<'a>(
        &'a self,
        client_id: &'a str,
        digest: Digest,
    ) -> Answer<'a, Option<Version>> {
        let client_id = client_id.to_owned();
        self.read(move |connection| versions::find_by_digest(connection, &client_id, &digest))
    }

    fn list_versions<'a>(&'a self, client_id: &'a str) -> Answer<'a, Vec<Version>> {
        let client_id = client_id.to_owned();
        self.read(move |connection| versions::list_all(connection, &client_id))
    }

    fn note_version(&self, version: NewVersion) -> Answer<'_, Noted> {
        self.write(move |connection| versions::note(connection, &version))
    }

    fn release_grants<'a>(&'a self, client_id: &'a str, newest: Digest) -> Answer<'a, u64> {
        let client_id = client_id.to_owned();
        self.write(move |connection| versions::release(connection, &client_id, &newest))
    }

    fn end_lost_keys<'a>(
        &'a self,
        client_id: &'a str,
        kept: Vec<String>,
        now: Timestamp,
    ) -> Answer<'a, u64> {
        Box::pin(async move {
            let (client, keys) = (client_id.to_owned(), kept.clone());
            // Nearly always there is nothing to do, and the writer need not look.
            let look = move |connection: &_| versions::has_lost_keys(connection, &client, &keys);
            if !self.read(look).await? {
                return Ok(0);
            }
            let client_id = client_id.to_owned();
            let end =
                move |connection: &_| versions::end_lost_keys(connection, &client_id, &kept, now);
            self.write(end).await
        })
    }

    fn add_recorded_client(&self, new: NewRecordedClient) -> Answer<'_, Outcome> {
        self.write(move |connection| recorded::add(connection, &new))
    }

    fn find_recorded_client<'a>(
        &'a self,
        client_id: &'a str,
    ) -> Answer<'a, Option<RecordedClient>> {
        let client_id = client_id.to_owned();
        self.read(move |connection| recorded::find_by_id(connection, &client_id))
    }

    fn list_recorded_clients(&self, owner: Option<UserId>) -> Answer<'_, Vec<RecordedClient>> {
        self.read(move |connection| recorded::list_of(connection, owner))
    }

    fn list_shared_clients(
        &self,
        person: UserId,
        groups: Vec<Box<str>>,
    ) -> Answer<'_, Vec<RecordedClient>> {
        self.read(move |connection| recorded::list_shared(connection, person, &groups))
    }

    fn list_document_clients(&self) -> Answer<'_, Vec<RecordedClient>> {
        self.read(recorded::list_documents)
    }

    fn change_recorded_client(&self, change: ChangeClient) -> Answer<'_, Outcome> {
        self.write(move |connection| recorded::update(connection, &change))
    }

    fn renew_stem(&self, renew: RenewStem) -> Answer<'_, Outcome> {
        self.write(move |connection| recorded::renew(connection, &renew))
    }

    fn list_client_events<'a>(&'a self, client_id: &'a str) -> Answer<'a, Vec<ClientEvent>> {
        let client_id = client_id.to_owned();
        self.read(move |connection| recorded::list_events(connection, &client_id))
    }

    fn count_client_use<'a>(&'a self, client_id: &'a str) -> Answer<'a, ClientUse> {
        let client_id = client_id.to_owned();
        self.read(move |connection| recorded::count_use(connection, &client_id))
    }

    fn is_let_in<'a>(&'a self, client_id: &'a str) -> Answer<'a, bool> {
        let client_id = client_id.to_owned();
        self.read(move |connection| grants::is_let_in(connection, &client_id))
    }

    fn list_client_users<'a>(&'a self, client_id: &'a str) -> Answer<'a, Vec<ClientUser>> {
        let client_id = client_id.to_owned();
        self.read(move |connection| recorded::list_users(connection, &client_id))
    }

    fn add_client_secret(&self, new: NewClientSecret) -> Answer<'_, Outcome> {
        self.write(move |connection| client_secrets::add(connection, &new))
    }

    fn find_client_secret(&self, digest: Digest) -> Answer<'_, Option<ClientSecret>> {
        self.read(move |connection| client_secrets::find_by_digest(connection, &digest))
    }

    fn find_client_keys<'a>(
        &'a self,
        client_id: &'a str,
        key_id: Option<&'a str>,
        holder: UserId,
    ) -> Answer<'a, Vec<ClientSecret>> {
        let (client_id, key_id) = (client_id.to_owned(), key_id.map(str::to_owned));
        self.read(move |connection| {
            client_secrets::find_keys(connection, (&client_id, key_id.as_deref()), holder)
        })
    }

    fn list_client_secrets<'a>(&'a self, client_id: &'a str) -> Answer<'a, Vec<ClientSecret>> {
        let client_id = client_id.to_owned();
        self.read(move |connection| client_secrets::list_of(connection, &client_id))
    }

    fn end_client_secret<'a>(
        &'a self,
        client_id: &'a str,
        secret: InstallationId,
        now: Timestamp,
    ) -> Answer<'a, Outcome> {
        let client_id = client_id.to_owned();
        self.write(move |connection| client_secrets::end(connection, (&client_id, secret), now))
    }

    fn expire_client_secret<'a>(
        &'a self,
        client_id: &'a str,
        secret: InstallationId,
        expires_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Answer<'a, Outcome> {
        let client_id = client_id.to_owned();
        self.write(move |connection| {
            client_secrets::expire(connection, (&client_id, secret), (expires_at, now))
        })
    }

    fn note_secret_use(&self, used: Vec<(InstallationId, Timestamp)>) -> Answer<'_, ()> {
        self.write(move |connection| client_secrets::note_use(connection, &used))
    }

    fn keep_domain_proof(&self, proof: DomainProof) -> Answer<'_, Outcome> {
        self.write(move |connection| domains::keep(connection, &proof))
    }

    fn remove_domain_proof<'a>(
        &'a self,
        client_id: &'a str,
        domain: &'a str,
    ) -> Answer<'a, Outcome> {
        let (client_id, domain) = (client_id.to_owned(), domain.to_owned());
        self.write(move |connection| domains::remove(connection, &client_id, &domain))
    }

    fn list_domain_proofs<'a>(&'a self, client_id: &'a str) -> Answer<'a, Vec<DomainProof>> {
        let client_id = client_id.to_owned();
        self.read(move |connection| domains::list_of(connection, &client_id))
    }

    fn list_due_domain_proofs(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Answer<'_, Vec<DomainProof>> {
        self.read(move |connection| domains::list_due(connection, before, limit))
    }

    fn add_api_token(&self, token: NewApiToken) -> Answer<'_, i64> {
        self.write(move |connection| api_tokens::add(connection, &token))
    }

    fn find_api_token(&self, digest: Digest) -> Answer<'_, Option<ApiToken>> {
        self.read(move |connection| api_tokens::find_by_digest(connection, &digest))
    }

    fn list_api_tokens(&self) -> Answer<'_, Vec<ApiToken>> {
        self.read(api_tokens::list_all)
    }

    fn end_api_token(&self, number: i64, now: Timestamp) -> Answer<'_, Outcome> {
        self.write(move |connection| api_tokens::end(connection, number, now))
    }

    fn note_api_token_use(&self, number: i64, at: Timestamp) -> Answer<'_, ()> {
        self.write(move |connection| api_tokens::note_use(connection, number, at))
    }

    fn spend_assertion(
        &self,
        assertion: Digest,
        until: Timestamp,
        now: Timestamp,
    ) -> Answer<'_, Outcome> {
        self.write(move |connection| assertions::spend(connection, &assertion, until, now))
    }

    fn add_hosted_document(&self, document: HostedDocument) -> Answer<'_, HostedAdded> {
        self.write(move |connection| hosted::add(connection, &document))
    }

    fn replace_hosted_document(&self, document: HostedDocument) -> Answer<'_, Outcome> {
        self.write(move |connection| hosted::replace(connection, &document))
    }

    fn find_hosted_document<'a>(&'a self, name: &'a str) -> Answer<'a, Option<HostedDocument>> {
        let name = name.to_owned();
        self.read(move |connection| hosted::find_by_name(connection, &name))
    }

    fn list_hosted_documents(&self, owner: UserId) -> Answer<'_, Vec<HostedDocument>> {
        self.read(move |connection| hosted::list_of_user(connection, owner))
    }

    fn remove_hosted_document<'a>(&'a self, owner: UserId, name: &'a str) -> Answer<'a, Outcome> {
        let name = name.to_owned();
        self.write(move |connection| hosted::remove(connection, owner, &name))
    }

    fn set_anchor(&self, anchor: Anchor) -> Answer<'_, ()> {
        self.write(move |connection| anchors::set(connection, &anchor))
    }

    fn remove_anchor<'a>(&'a self, issuer: &'a str) -> Answer<'a, Outcome> {
        let issuer = issuer.to_owned();
        self.write(move |connection| anchors::remove(connection, &issuer))
    }

    fn list_anchors(&self) -> Answer<'_, Vec<Anchor>> {
        self.read(anchors::list_all)
    }

    fn note_stated_client(&self, new: StatedClient) -> Answer<'_, StatedNoted> {
        self.write(move |connection| stated::note(connection, &new))
    }

    fn find_stated_client<'a>(&'a self, client_id: &'a str) -> Answer<'a, Option<StatedClient>> {
        let client_id = client_id.to_owned();
        self.read(move |connection| stated::find_by_id(connection, &client_id))
    }

    fn list_stated_clients(&self) -> Answer<'_, Vec<StatedClient>> {
        self.read(stated::list_all)
    }

    fn remove_stated_clients<'a>(
        &'a self,
        issuer: &'a str,
        client_id: Option<&'a str>,
    ) -> Answer<'a, u64> {
        let (issuer, client_id) = (issuer.to_owned(), client_id.map(str::to_owned));
        self.write(move |connection| stated::remove(connection, &issuer, client_id.as_deref()))
    }

    fn list_met_clients(&self) -> Answer<'_, Vec<MetClient>> {
        self.read(clients::list_clients)
    }

    fn list_fingerprints(&self, after: i64, limit: u32) -> Answer<'_, Vec<(i64, String)>> {
        self.read(move |connection| clients::list_fingerprints(connection, after, limit))
    }

    fn list_met_applications(&self) -> Answer<'_, Vec<MetApplication>> {
        self.read(clients::list_applications)
    }

    fn settle_homes(&self, homes: Vec<NewHome>, now: Timestamp) -> Answer<'_, u64> {
        self.write(move |connection| clients::settle(connection, &homes, now))
    }

    fn bind_client(&self, binding: NewBinding) -> Answer<'_, Outcome> {
        self.write(move |connection| clients::bind(connection, &binding))
    }

    fn unbind_client<'a>(&'a self, fingerprint: &'a str) -> Answer<'a, Outcome> {
        let fingerprint = fingerprint.to_owned();
        self.write(move |connection| clients::unbind(connection, &fingerprint))
    }

    fn list_bindings(&self) -> Answer<'_, Vec<Binding>> {
        self.read(clients::list_bindings)
    }

    fn rename_application(&self, id: ApplicationId, label: Option<String>) -> Answer<'_, Outcome> {
        self.write(move |connection| clients::rename(connection, id, label.as_deref()))
    }

    fn count(&self, counted: Vec<Counted>) -> Answer<'_, ()> {
        self.write(move |connection| counts::add(connection, &counted))
    }

    fn list_counts(&self, since: Timestamp) -> Answer<'_, Vec<Counted>> {
        self.read(move |connection| counts::list_since(connection, since))
    }

    fn add_registration_token(&self, token: NewRegistrationToken) -> Answer<'_, i64> {
        self.write(move |connection| registration_tokens::add(connection, &token))
    }

    fn revoke_registration_token(
        &self,
        number: i64,
        by: String,
        now: Timestamp,
    ) -> Answer<'_, Outcome> {
        self.write(move |connection| registration_tokens::revoke(connection, number, &by, now))
    }

    fn list_registration_tokens(&self) -> Answer<'_, Vec<RegistrationToken>> {
        self.read(registration_tokens::list_all)
    }

    fn count_registration_tokens(&self, used: Vec<UsedRegistrationToken>) -> Answer<'_, ()> {
        self.write(move |connection| registration_tokens::count(connection, &used))
    }

    fn add_ban(&self, ban: NewBan) -> Answer<'_, i64> {
        self.write(move |connection| bans::add(connection, &ban))
    }

    fn lift_ban(&self, number: i64, by: String, now: Timestamp) -> Answer<'_, Outcome> {
        self.write(move |connection| bans::lift(connection, number, &by, now))
    }

    fn list_bans(&self) -> Answer<'_, Vec<Ban>> {
        self.read(bans::list_all)
    }

    fn bans_number(&self) -> Answer<'_, i64> {
        self.read(bans::number)
    }

    fn delete_registration(&self, deletion: NewDeletion) -> Answer<'_, Outcome> {
        self.write(move |connection| deletions::add(connection, &deletion))
    }

    fn list_deletions(&self, after: i64) -> Answer<'_, Vec<Deletion>> {
        self.read(move |connection| deletions::list_after(connection, after))
    }

    fn ask_access(&self, request: NewAccessRequest) -> Answer<'_, Asked> {
        self.write(move |connection| cases::ask(connection, &request))
    }

    fn find_case(&self, id: CaseId) -> Answer<'_, Option<ReviewCase>> {
        self.read(move |connection| cases::find_by_id(connection, id))
    }

    fn list_cases(&self, open_only: bool) -> Answer<'_, Vec<(ReviewCase, u64)>> {
        self.read(move |connection| cases::list_all(connection, open_only))
    }

    fn list_access_requests(&self, case: CaseId) -> Answer<'_, Vec<AccessRequest>> {
        self.read(move |connection| cases::list_requests(connection, case))
    }

    fn list_access_requests_of(
        &self,
        user: UserId,
    ) -> Answer<'_, Vec<(AccessRequest, ReviewCase)>> {
        self.read(move |connection| cases::list_requests_of(connection, user))
    }

    fn mark_seen(&self, case: CaseId, user: UserId, now: Timestamp) -> Answer<'_, ()> {
        self.write(move |connection| cases::mark_seen(connection, case, user, now))
    }

    fn decide_case(&self, decision: CaseDecision) -> Answer<'_, Outcome> {
        self.write(move |connection| cases::decide(connection, &decision))
    }

    fn list_approvals<'a>(
        &'a self,
        client_id: &'a str,
        now: Timestamp,
    ) -> Answer<'a, Vec<Approval>> {
        let client_id = client_id.to_owned();
        self.read(move |connection| approvals::list_live(connection, &client_id, now))
    }

    fn list_all_approvals(&self) -> Answer<'_, Vec<Approval>> {
        self.read(approvals::list_all)
    }

    fn add_approval(&self, approval: NewApproval) -> Answer<'_, i64> {
        self.write(move |connection| approvals::add(connection, &approval))
    }

    fn end_approval(&self, number: i64, by: String, now: Timestamp) -> Answer<'_, Outcome> {
        self.write(move |connection| approvals::end(connection, number, &by, now))
    }

    fn note_verdict(&self, verdict: NewVerdict) -> Answer<'_, ()> {
        self.write(move |connection| verdicts::note(connection, &verdict))
    }

    fn list_verdicts(&self, after: i64, limit: u32) -> Answer<'_, Vec<KeptVerdict>> {
        self.read(move |connection| verdicts::list_after(connection, after, limit))
    }

    fn count_verdicts(&self) -> Answer<'_, u64> {
        self.read(verdicts::count)
    }

    fn list_keys(&self) -> Answer<'_, Vec<StoredKey>> {
        self.read(keys::list_all)
    }

    fn add_key(&self, key: StoredKey, retire_others_at: Option<Timestamp>) -> Answer<'_, ()> {
        self.write(move |connection| keys::add(connection, &key, retire_others_at))
    }

    fn kill_key<'a>(&'a self, key_id: &'a str, now: Timestamp) -> Answer<'a, Outcome> {
        let key_id = key_id.to_owned();
        self.write(move |connection| keys::kill(connection, &key_id, now))
    }

    fn sweep(&self, now: Timestamp) -> Answer<'_, ()> {
        Box::pin(async move {
            while self.write(move |connection| sweep::slice(connection, now)).await? {}
            Ok(())
        })
    }

    fn check(&self) -> Answer<'_, ()> {
        Box::pin(async {
            self.write(|connection| {
                change(connection, "UPDATE pulse SET beat = beat + 1 WHERE id = 1", [])?;
                Ok(Unit::Keep(()))
            })
            .await?;
            // A reader answers too.
            self.list_keys().await?;
            Ok(())
        })
    }
}
