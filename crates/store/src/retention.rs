//! How long does a thing stay after its end (in seconds), and how much is kept? The same for every engine.
//!
//! Sessions and invitations go when they expire, keys when they retire, installations when they expire unused. A grant that
//! lives is kept however long it is unused: it is a consent on record (DESIGN §5). Bans stay for good, and so do killed keys and when a client was
//! first let in: both are few, and say what happened. That a registration was deleted is kept as long
//! as the key lives that would open it: there is one row at most for each that somebody had let in.

/// A code after it expired: within this time its second presentation is noticed (OAuth 2.1 §7.5.2).
pub const CODE: i64 = 10 * 60;
/// A spent ticket of a consent page: at least as long as a page may be answered.
pub const TICKET: i64 = 24 * 60 * 60;
/// A line of the revocation feed: access tokens live ten minutes, so none outlives the line that ends it.
pub const REVOCATION: i64 = 60 * 60;
/// An installation that was ended, with its digests.
pub const ENDED_INSTALLATION: i64 = 24 * 60 * 60;
/// How many versions of one client's metadata document are kept: the first, and the newest ones.
pub const VERSIONS: u32 = 20;
/// How many documents this server hosts for one person at once.
pub const HOSTED_DOCUMENTS: u32 = 20;
/// How many names one person may use up: a name stays its owner's when the document is gone.
pub const HOSTED_NAMES: u32 = 100;
/// How many clients one person may have on record.
pub const RECORDED_CLIENTS: u32 = 100;
/// For how many softwares one trust anchor may have signed at a time (DESIGN §5).
pub const STATED_CLIENTS: u32 = 100;
/// How many secrets of one client live at a time, for each person who has some: one in use, and the next.
pub const LIVE_SECRETS: u32 = 2;
/// How many keys may bear one `kid` and still be told apart by trying them. A person's own come first.
pub const KEYS_OF_ONE_NAME: u32 = 4;
/// A client on record that was deleted, with its secrets and its history.
pub const DELETED_CLIENT: i64 = 30 * 24 * 60 * 60;
/// A secret that was ended or has expired: as long as somebody may ask why it does not work.
pub const ENDED_SECRET: i64 = 90 * 24 * 60 * 60;
/// A case that was decided, with who asked: who asks again within half a year finds out what was said, and why.
pub const DECIDED_CASE: i64 = 180 * 24 * 60 * 60;
/// An open case that nobody has asked in any more: after three months nobody waits for an answer.
pub const OPEN_CASE: i64 = 90 * 24 * 60 * 60;
/// In how many open cases one person may ask: more than anybody needs, and reviewers are not flooded.
pub const OPEN_REQUESTS: u32 = 20;
/// An approval that has ended, so that it can be seen why somebody was let in: as long as the case that it decided.
pub const ENDED_APPROVAL: i64 = 180 * 24 * 60 * 60;
/// What policy said at a login: long enough that every way in which people use their clients has come up (DESIGN 4.10).
pub const VERDICT: i64 = 30 * 24 * 60 * 60;
/// How many verdicts are kept, the newest ones: at most a gigabyte, and a sign-in a second for three weeks.
pub const VERDICTS: u32 = 2_000_000;
/// What was counted on a day: long enough to see a change that was announced take effect.
pub const COUNT: i64 = 90 * 24 * 60 * 60;
/// An initial access token that has ended, so that it can be seen whose it was and what came of it: as long as what was counted.
pub const ENDED_REGISTRATION_TOKEN: i64 = 90 * 24 * 60 * 60;
/// A grant that was revoked.
pub const REVOKED_GRANT: i64 = 30 * 24 * 60 * 60;
