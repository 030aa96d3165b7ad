//! How far do clients get? Days, known applications and three steps: a few rows, however many clients there are.

use salver_oauth::Timestamp;

/// A step that clients take.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum FunnelStep {
    /// It registered itself.
    Registered,
    /// A person allowed it.
    Approved,
    /// It fetched its first tokens.
    Used,
}

/// How many took a step on one day.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Counted {
    /// The beginning of the day, in UTC.
    pub day: Timestamp,
    /// The key of the application, if it is a known one; all others are counted as one.
    pub application: Option<String>,
    /// How they are known: `preregistered`, `user_registered`, `dynamic`, `metadata_document`, `hosted` or `local_development`.
    pub method: String,
    /// The step.
    pub step: FunnelStep,
    /// How many.
    pub number: u64,
}
