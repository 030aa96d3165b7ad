-- Ids are 16 bytes, digests 32, times seconds since 1970. Small tables are clustered on their key (WITHOUT ROWID); tables
-- with long rows are not.

CREATE TABLE users (
    id            BLOB NOT NULL PRIMARY KEY,
    username      TEXT NOT NULL,
    username_key  TEXT NOT NULL UNIQUE,
    role          TEXT NOT NULL CHECK (role IN ('user', 'developer', 'reviewer', 'administrator')),
    groups        TEXT NOT NULL, -- names, a space between them
    password_hash TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    disabled_at   INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE invitations (
    token      BLOB NOT NULL PRIMARY KEY,
    role       TEXT NOT NULL CHECK (role IN ('user', 'developer', 'reviewer', 'administrator')),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    token      BLOB NOT NULL PRIMARY KEY,
    user_id    BLOB NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- What people would call one app: a label. given_label is an administrator's.
CREATE TABLE applications (
    id          BLOB NOT NULL PRIMARY KEY,
    key         TEXT NOT NULL UNIQUE,
    label       TEXT NOT NULL,
    given_label TEXT,
    created_at  INTEGER NOT NULL
) STRICT;

-- Clients that were let in, by their fingerprints; application_id is where an administrator has bound them, else home_id.
CREATE TABLE clients (
    number         INTEGER PRIMARY KEY,
    fingerprint    TEXT NOT NULL UNIQUE,
    name           TEXT NOT NULL,
    home_id        BLOB NOT NULL REFERENCES applications (id),
    application_id BLOB NOT NULL REFERENCES applications (id)
) STRICT;

CREATE TABLE application_bindings (
    fingerprint    TEXT NOT NULL PRIMARY KEY,
    application_id BLOB NOT NULL REFERENCES applications (id),
    bound_by       TEXT NOT NULL,
    bound_at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE grants (
    id             BLOB NOT NULL PRIMARY KEY,
    user_id        BLOB NOT NULL REFERENCES users (id),
    client         INTEGER NOT NULL REFERENCES clients (number),
    client_id      TEXT NOT NULL,
    recipient      TEXT NOT NULL,
    resource       TEXT NOT NULL,
    instance       TEXT, -- the attested key of the only installation that it is for
    scope          TEXT NOT NULL,
    assessment     TEXT NOT NULL,
    metadata       BLOB NOT NULL,
    verdict        TEXT,
    created_at     INTEGER NOT NULL,
    consented_at   INTEGER NOT NULL,
    last_used_at   INTEGER NOT NULL,
    held_at        INTEGER,
    revoked_at     INTEGER,
    revoked_why    TEXT CHECK (revoked_why IN ('user', 'administrator', 'client', 'replay', 'change', 'ban'))
) STRICT;
-- At most one live grant for one purpose; also the way to a user's live grants.
CREATE UNIQUE INDEX live_grants ON grants (user_id, client_id, recipient, resource, ifnull(instance, '')) WHERE revoked_at IS NULL;
CREATE INDEX grants_by_client ON grants (client_id) WHERE revoked_at IS NULL;
CREATE INDEX revoked_grants ON grants (revoked_at) WHERE revoked_at IS NOT NULL;

-- When a client was first let in by anybody: grants that are revoked are swept, this stays.
CREATE TABLE first_consents (
    client_id TEXT NOT NULL PRIMARY KEY,
    at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tickets (
    ticket   BLOB NOT NULL PRIMARY KEY,
    spent_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_by_age ON tickets (spent_at);

-- grant_id has no foreign key: it would want an index on the busiest table, and the statement that adds a code looks for
-- the grant anyway.
CREATE TABLE codes (
    code           BLOB NOT NULL PRIMARY KEY,
    ticket         BLOB NOT NULL,
    grant_id       BLOB NOT NULL,
    metadata       BLOB NOT NULL,
    redirect_uri   TEXT NOT NULL,
    code_challenge TEXT NOT NULL,
    scope          TEXT NOT NULL,
    pushed_by      TEXT,
    instance_key   TEXT,
    auth_time      INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    redeemed_by    BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX codes_by_end ON codes (expires_at);

-- sweep_after is when the sweep looks at an installation again, not when it ends: rotation moves expires_at and leaves
-- sweep_after, and with it the index, alone.
CREATE TABLE installations (
    id              BLOB NOT NULL PRIMARY KEY,
    grant_id        BLOB NOT NULL REFERENCES grants (id),
    scope           TEXT NOT NULL,
    client_key      TEXT,
    instance_key    TEXT,
    generation      INTEGER NOT NULL,
    current         BLOB NOT NULL,
    previous        BLOB,
    rotated_at      INTEGER NOT NULL,
    used_generation INTEGER,
    created_at      INTEGER NOT NULL,
    last_used_at    INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    sweep_after     INTEGER NOT NULL,
    ended_at        INTEGER,
    ended_why       TEXT CHECK (ended_why IN ('user', 'administrator', 'client', 'replay', 'change', 'ban'))
) STRICT, WITHOUT ROWID;
CREATE INDEX installations_by_grant ON installations (grant_id);
CREATE INDEX installations_by_sweep ON installations (sweep_after);

-- AUTOINCREMENT: a number is never given twice, even when the newest line has been swept.
CREATE TABLE revocations (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    kind    TEXT NOT NULL CHECK (kind IN ('grant', 'installation', 'token')),
    subject BLOB NOT NULL,
    at      INTEGER NOT NULL,
    why     TEXT NOT NULL CHECK (why IN ('user', 'administrator', 'client', 'replay', 'change', 'ban')),
    UNIQUE (kind, subject)
) STRICT;
CREATE INDEX revocations_by_age ON revocations (at);

-- All that were ever made: a ban that was lifted still says what happened.
CREATE TABLE bans (
    number     INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('application', 'document', 'domain', 'redirect_host', 'name', 'key', 'software_id',
                   'statement_issuer')),
    value      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    made_by    TEXT NOT NULL,
    made_at    INTEGER NOT NULL,
    expires_at INTEGER,
    lifted_at  INTEGER,
    lifted_by  TEXT
) STRICT;

-- One row that says how often a ban was added or lifted, a client came under another application, a registration was
-- deleted, a key that seals was killed, or a trust anchor changed.
CREATE TABLE ban_changes (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO ban_changes (id, number) VALUES (1, 0);

-- Registrations that are no more: the keyed hash of a client_id that somebody had let in, as long as its key lives. AUTOINCREMENT: whoever has read up to
-- a number has missed none before it.
CREATE TABLE deleted_registrations (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    registration BLOB NOT NULL UNIQUE,
    sealed_by    TEXT NOT NULL,
    deleted_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX deleted_registrations_by_key ON deleted_registrations (sealed_by);

-- What people want to let in and a reviewer has to approve first. active_at is when somebody last asked or decided.
CREATE TABLE review_cases (
    id          BLOB NOT NULL PRIMARY KEY,
    kind        TEXT NOT NULL CHECK (kind IN ('access')),
    client_id   TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    label       TEXT NOT NULL,
    recipient   TEXT NOT NULL,
    resource    TEXT NOT NULL,
    facts       TEXT NOT NULL,
    substance   BLOB NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('open', 'approved', 'refused')),
    opened_at   INTEGER NOT NULL,
    active_at   INTEGER NOT NULL,
    decided_at  INTEGER,
    decided_by  TEXT,
    note        TEXT
) STRICT;
CREATE UNIQUE INDEX open_cases ON review_cases (client_id, recipient, resource) WHERE state = 'open';
CREATE INDEX cases_by_activity ON review_cases (active_at);

CREATE TABLE access_requests (
    case_id  BLOB NOT NULL REFERENCES review_cases (id),
    user_id  BLOB NOT NULL REFERENCES users (id),
    reason   TEXT NOT NULL,
    request  TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    seen_at  INTEGER,
    PRIMARY KEY (case_id, user_id)
) STRICT;
CREATE INDEX access_requests_by_user ON access_requests (user_id);

-- case_id has no foreign key: an approval may outlive the case that it decided.
CREATE TABLE approvals (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id    BLOB,
    client_id  TEXT NOT NULL,
    recipient  TEXT NOT NULL,
    substance  BLOB NOT NULL,
    resource   TEXT,
    audience   TEXT NOT NULL CHECK (audience IN ('user', 'group', 'everybody')),
    user_id    BLOB REFERENCES users (id),
    group_name TEXT,
    until      INTEGER,
    made_by    TEXT NOT NULL,
    made_at    INTEGER NOT NULL,
    ended_at   INTEGER,
    ended_by   TEXT,
    CHECK ((audience = 'user') = (user_id IS NOT NULL) AND (audience = 'group') = (group_name IS NOT NULL))
) STRICT;
CREATE INDEX approvals_by_client ON approvals (client_id) WHERE ended_at IS NULL;
CREATE INDEX approvals_by_end ON approvals (coalesce(ended_at, until));

-- What policy has said at logins. user_id has no foreign key: it would be looked up with every login, and who is written here is
-- signed in.
CREATE TABLE verdicts (
    number        INTEGER PRIMARY KEY,
    at            INTEGER NOT NULL,
    user_id       BLOB NOT NULL,
    client_id     TEXT NOT NULL,
    outcome       TEXT NOT NULL CHECK (outcome IN ('allow', 'warn', 'review', 'deny')),
    rule          TEXT NOT NULL,
    rules_version TEXT NOT NULL,
    facts         BLOB NOT NULL
) STRICT;
CREATE INDEX verdicts_by_age ON verdicts (at);

-- How far clients get; application is empty for all that are not known. day is its first second.
CREATE TABLE client_counts (
    day         INTEGER NOT NULL,
    application TEXT NOT NULL,
    method      TEXT NOT NULL CHECK (method IN ('preregistered', 'user_registered', 'dynamic', 'metadata_document', 'hosted',
                    'local_development')),
    step        TEXT NOT NULL CHECK (step IN ('registered', 'approved', 'used')),
    number      INTEGER NOT NULL,
    PRIMARY KEY (day, application, method, step)
) STRICT, WITHOUT ROWID;

-- With what clients may register where registration is not open (RFC 7591 §3).
CREATE TABLE registration_tokens (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    token        BLOB NOT NULL UNIQUE,
    holder       TEXT NOT NULL,
    made_by      TEXT NOT NULL,
    made_at      INTEGER NOT NULL,
    expires_at   INTEGER,
    revoked_at   INTEGER,
    revoked_by   TEXT,
    uses         INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;
CREATE INDEX registration_tokens_by_end ON registration_tokens (coalesce(revoked_at, expires_at));

-- What a client's document has said; the newest version is what its host said last. At most 20 of one client.
CREATE TABLE versions (
    number    INTEGER PRIMARY KEY,
    client_id TEXT NOT NULL,
    digest    BLOB NOT NULL,
    document  BLOB NOT NULL,
    seen_at   INTEGER NOT NULL,
    newest    INTEGER NOT NULL CHECK (newest IN (0, 1)),
    UNIQUE (client_id, digest)
) STRICT;
CREATE UNIQUE INDEX newest_versions ON versions (client_id) WHERE newest = 1;

-- Whose software statements are trusted. content is what an administrator wrote down of an anchor; without it the row is their word on one of the configuration.
CREATE TABLE anchors (
    issuer     TEXT NOT NULL PRIMARY KEY,
    content    TEXT,
    suspended  INTEGER NOT NULL CHECK (suspended IN (0, 1)),
    changed_by TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

-- What anchors have signed: for each software what its newest statement says. They end with their anchor.
CREATE TABLE stated_clients (
    client_id        TEXT NOT NULL PRIMARY KEY,
    issuer           TEXT NOT NULL,
    software_id      TEXT NOT NULL,
    software_version TEXT NOT NULL,
    document         BLOB NOT NULL,
    issued_at        INTEGER NOT NULL,
    key              TEXT NOT NULL,
    checked_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX stated_clients_by_issuer ON stated_clients (issuer);

-- Documents that this server publishes for developers. Without a document the name is still its owner's: it is part of a client_id.
CREATE TABLE hosted_documents (
    name       TEXT NOT NULL PRIMARY KEY,
    user_id    BLOB NOT NULL REFERENCES users (id),
    document   BLOB,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX hosted_documents_by_user ON hosted_documents (user_id);

-- Clients that people have entered here. in_force is what logins go by, draft what the owner last wrote: RFC 7591 metadata, as JSON.
CREATE TABLE recorded_clients (
    client_id    TEXT NOT NULL PRIMARY KEY,
    owner        BLOB REFERENCES users (id),
    revision     INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'in_review', 'approved', 'returned', 'refused', 'suspended', 'deleted')),
    draft        TEXT NOT NULL,
    in_force     TEXT,
    vetted       INTEGER NOT NULL CHECK (vetted IN (0, 1)),
    shared_with  TEXT CHECK (shared_with IN ('group', 'everybody')),
    shared_group TEXT,
    expires_at   INTEGER,
    stem         BLOB NOT NULL,
    document     TEXT,
    holds_document INTEGER NOT NULL CHECK (holds_document IN (0, 1)),
    lost_domain  TEXT,
    created_at   INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL,
    CHECK (holds_document = 0 OR document IS NOT NULL),
    CHECK ((shared_with IS 'group') = (shared_group IS NOT NULL))
) STRICT;
CREATE INDEX recorded_clients_by_owner ON recorded_clients (owner);
CREATE INDEX shared_clients ON recorded_clients (created_at) WHERE shared_with IS NOT NULL;
CREATE UNIQUE INDEX held_documents ON recorded_clients (document) WHERE holds_document = 1 AND state <> 'deleted';
CREATE INDEX deleted_clients ON recorded_clients (changed_at) WHERE state = 'deleted';

CREATE TABLE client_events (
    number    INTEGER PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES recorded_clients (client_id),
    made_by   TEXT NOT NULL,
    what      TEXT NOT NULL,
    note      TEXT NOT NULL,
    at        INTEGER NOT NULL
) STRICT;
CREATE INDEX client_events_by_client ON client_events (client_id);

-- Domains that owners of clients have proven to command. failing_since is when the proof was first not found any more.
CREATE TABLE domain_proofs (
    client_id     TEXT NOT NULL REFERENCES recorded_clients (client_id),
    domain        TEXT NOT NULL,
    method        TEXT NOT NULL CHECK (method IN ('file', 'dns', 'document')),
    proven_at     INTEGER NOT NULL,
    checked_at    INTEGER NOT NULL,
    failing_since INTEGER,
    PRIMARY KEY (client_id, domain)
) STRICT;
CREATE INDEX domain_proofs_by_check ON domain_proofs (checked_at);

-- holder is the only person whose logins a secret is good for. key_id and public_key are those of a key whose private half its holder keeps: then
-- nothing is presented that has this digest, which only tells the key from others.
CREATE TABLE client_secrets (
    id           BLOB NOT NULL PRIMARY KEY,
    digest       BLOB NOT NULL UNIQUE,
    client_id    TEXT NOT NULL REFERENCES recorded_clients (client_id),
    holder       BLOB REFERENCES users (id),
    name         TEXT NOT NULL,
    made_by      TEXT NOT NULL,
    made_at      INTEGER NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER,
    ended_at     INTEGER,
    key_id       TEXT,
    public_key   TEXT,
    CHECK ((key_id IS NULL) = (public_key IS NULL)),
    CHECK (key_id IS NULL OR holder IS NOT NULL)
) STRICT;
CREATE INDEX client_secrets_by_holder ON client_secrets (client_id, holder);
CREATE INDEX client_secrets_by_key ON client_secrets (client_id, key_id) WHERE key_id IS NOT NULL;
CREATE INDEX client_secrets_by_end ON client_secrets (coalesce(ended_at, expires_at));

-- Tokens with which administrators' programs manage clients.
CREATE TABLE api_tokens (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    digest       BLOB NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    may_change   INTEGER NOT NULL CHECK (may_change IN (0, 1)),
    made_by      TEXT NOT NULL,
    made_at      INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    ended_at     INTEGER
) STRICT;
CREATE INDEX api_tokens_by_end ON api_tokens (coalesce(ended_at, expires_at));

-- What clients have signed to say who they are (RFC 7523): each counts once.
CREATE TABLE assertions (
    assertion   BLOB NOT NULL PRIMARY KEY,
    spent_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX assertions_by_end ON assertions (spent_until);

-- Pushed authorization requests (RFC 9126) for which a code was given: each gives one. The requests themselves are kept nowhere.
CREATE TABLE pushed_requests (
    number      BLOB NOT NULL PRIMARY KEY,
    spent_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pushed_requests_by_end ON pushed_requests (spent_until);

CREATE TABLE keys (
    number     INTEGER PRIMARY KEY,
    key_id     TEXT NOT NULL UNIQUE,
    key_use    TEXT NOT NULL CHECK (key_use IN ('access_token', 'identity', 'registration')),
    algorithm  TEXT NOT NULL,
    sealed     BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    signs_from INTEGER NOT NULL,
    retires_at INTEGER
) STRICT;

-- One row that the health check writes, to learn whether writing works.
CREATE TABLE pulse (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    beat INTEGER NOT NULL
) STRICT;
INSERT INTO pulse (id, beat) VALUES (1, 0);
