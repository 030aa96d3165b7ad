-- The memory of a vendor's service. Digests are 32 bytes, times seconds since 1970.

CREATE TABLE keys (
    key_id     TEXT NOT NULL PRIMARY KEY,
    algorithm  TEXT NOT NULL,
    sealed     BLOB NOT NULL,
    made_at    INTEGER NOT NULL,
    signs_from INTEGER NOT NULL,
    retires_at INTEGER
) STRICT;

-- Keys that only a command of the vendor's can use, by their thumbprints, and since when each has signed.
CREATE TABLE command_keys (
    thumbprint TEXT NOT NULL PRIMARY KEY,
    since      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE codes (
    code       BLOB NOT NULL PRIMARY KEY,
    account    TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX codes_by_end ON codes (expires_at);

-- Named by the thumbprint of the device key; hour and issued count what was signed in the hour of the newest signature.
CREATE TABLE installations (
    id           TEXT NOT NULL PRIMARY KEY,
    account      TEXT NOT NULL,
    checked      TEXT NOT NULL CHECK (checked IN ('user', 'device_key', 'platform')),
    key          TEXT NOT NULL, -- a JWK
    enrolled_at  INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at   INTEGER,
    hour         INTEGER NOT NULL DEFAULT 0,
    issued       INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX installations_by_account ON installations (account, hour, issued);

-- What was done: lines are added and, long afterwards, swept; none is changed. A challenge stands here once.
CREATE TABLE log (
    number       INTEGER PRIMARY KEY,
    at           INTEGER NOT NULL,
    event        TEXT NOT NULL CHECK (event IN ('code', 'enrolled', 'attestation', 'statement', 'assertion', 'revoked', 'rotated', 'rotated_by_age')),
    account      TEXT,
    installation TEXT,
    audience     TEXT,
    checked      TEXT,
    key_id       TEXT,
    challenge    BLOB
) STRICT;
CREATE UNIQUE INDEX log_by_challenge ON log (challenge) WHERE challenge IS NOT NULL;
CREATE INDEX log_by_time ON log (at);
CREATE TRIGGER log_is_never_changed BEFORE UPDATE ON log
BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END;
