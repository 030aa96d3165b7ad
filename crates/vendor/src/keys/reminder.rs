//! Is it time to say that a key is old? For keys that only somebody else can exchange: once a day, for as long as nobody does.

use std::sync::atomic::{AtomicI64, Ordering};

use salver_oauth::Timestamp;

/// Of one key.
pub(super) struct Reminder {
    since: Timestamp,
    /// The day on which it was last said.
    said_on: AtomicI64,
}

impl Reminder {
    /// Of a key that has signed since then.
    pub(super) fn new(since: Timestamp) -> Self {
        Self { since, said_on: AtomicI64::new(i64::MIN) }
    }

    /// For how many days it has signed, if that is to be said now. Asked again on the same day, there is nothing to say.
    pub(super) fn due(&self, old_after: i64, now: Timestamp) -> Option<i64> {
        let age = now.seconds_since(self.since);
        let today = now.as_unix().div_euclid(DAY);
        let due = age >= old_after && self.said_on.swap(today, Ordering::Relaxed) != today;
        due.then_some(age.div_euclid(DAY))
    }
}

const DAY: i64 = 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_key_is_told_once_a_day() {
        let at = |seconds: i64| Timestamp::from_unix(20_000 * DAY + seconds);
        let reminder = Reminder::new(at(0));
        for (why, seconds, said) in [
            ("young", 90 * DAY - 1, None),
            ("old", 90 * DAY, Some(90)),
            ("the same day", 91 * DAY - 1, None),
            ("the next day", 91 * DAY, Some(91)),
        ] {
            assert_eq!(reminder.due(90 * DAY, at(seconds)), said, "{why}");
        }
    }
}
