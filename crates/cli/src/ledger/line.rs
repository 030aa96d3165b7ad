//! What is written of one attempt? A line of JSON, the same in the file and from `salver egress ledger --json`.

use std::time::UNIX_EPOCH;

use salver_egress::{Category, ChosenBy, Event, Family, Source};
use salver_oauth::UserId;
use serde::{Deserialize, Serialize};

/// One attempt.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Line {
    /// When it ended, in seconds since 1970.
    pub(crate) at: i64,
    /// The host, as the URL names it.
    pub(crate) host: String,
    /// What for.
    pub(crate) purpose: String,
    /// How it ended, in one word.
    pub(crate) outcome: String,
    /// What strangers heard of it, if it failed.
    pub(crate) category: Option<String>,
    /// The HTTP status, where it says more.
    pub(crate) status: Option<u16>,
    /// Whether an older copy was used instead.
    pub(crate) served_stale: bool,
    /// Bytes received.
    pub(crate) bytes: u64,
    /// Milliseconds that it took.
    pub(crate) ms: u64,
    /// `ipv4` or `ipv6`, if there was a connection.
    pub(crate) family: Option<String>,
    /// Who caused it: `user:ID`, `network:ADDRESS/LENGTH` or `itself`.
    pub(crate) source: String,
    /// Who chose the URL.
    pub(crate) chosen_by: String,
    /// How many equal refusals in a row it stands for.
    pub(crate) times: u32,
}

impl Line {
    /// The line as it is written.
    pub(crate) fn to_json(&self) -> String {
        // Strings and numbers under names: nothing that JSON could not hold.
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(super) fn of(event: &Event) -> Self {
        let since_1970 = event.at.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            at: i64::try_from(since_1970.as_secs()).unwrap_or(i64::MAX),
            host: event.host.clone(),
            purpose: event.purpose.as_str().to_owned(),
            outcome: event.outcome.to_owned(),
            category: event.category.map(|category: Category| category.as_str().to_owned()),
            status: event.status,
            served_stale: event.served_stale,
            bytes: event.bytes,
            ms: u64::try_from(event.took.as_millis()).unwrap_or(u64::MAX),
            family: event.family.map(|family| family_name(family).to_owned()),
            source: source(event.source),
            chosen_by: chooser(event.chosen_by).to_owned(),
            times: event.times,
        }
    }
}

fn family_name(family: Family) -> &'static str {
    match family {
        Family::V4 => "ipv4",
        Family::V6 => "ipv6",
    }
}

fn chooser(chosen_by: ChosenBy) -> &'static str {
    match chosen_by {
        ChosenBy::Stranger => "stranger",
        ChosenBy::User => "user",
        ChosenBy::Operator => "operator",
    }
}

/// Networks are IPv4 /24 or IPv6 /48, as the budgets count them.
fn source(source: Source) -> String {
    match source {
        Source::User(id) => format!("user:{}", UserId::from_bytes(id)),
        Source::Network(address) if address.is_ipv4() => format!("network:{address}/24"),
        Source::Network(address) => format!("network:{address}/48"),
        Source::Itself => "itself".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use salver_egress::Purpose;

    use super::*;

    #[test]
    fn an_event_is_one_line_that_reads_back() {
        let event = Event {
            at: UNIX_EPOCH + Duration::from_secs(1_767_225_599),
            source: Source::Network("2001:db8:1::".parse().unwrap()),
            chosen_by: ChosenBy::Stranger,
            host: "app.example".to_owned(),
            purpose: Purpose::new("client_metadata"),
            outcome: "bot_challenge",
            status: Some(403),
            category: Some(Category::BotChallenge),
            served_stale: true,
            bytes: 512,
            took: Duration::from_millis(87),
            family: Some(Family::V6),
            times: 1,
        };
        let line = Line::of(&event);
        let text = line.to_json();
        assert_eq!(
            text,
            r#"{"at":1767225599,"host":"app.example","purpose":"client_metadata","outcome":"bot_challenge","category":"bot_challenge","status":403,"served_stale":true,"bytes":512,"ms":87,"family":"ipv6","source":"network:2001:db8:1::/48","chosen_by":"stranger","times":1}"#
        );
        assert_eq!(serde_json::from_str::<Line>(&text).unwrap(), line);
    }

    #[test]
    fn sources_are_told_apart() {
        assert_eq!(source(Source::Itself), "itself");
        assert_eq!(source(Source::User([0; 16])), "user:AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(
            source(Source::Network("203.0.113.0".parse().unwrap())),
            "network:203.0.113.0/24"
        );
    }
}
