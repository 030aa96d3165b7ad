//! Which hosts inside are opened, and to whom? `[[egress.exceptions]]`: exactly one host and port each, for the callers it names.

use salver_egress::{ChosenBy, Exception, Purpose, TargetHost, address};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::{host_and_port, problem::Problems};

/// An entry of `[[egress.exceptions]]`
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExceptionEntry {
    /// The host exactly as URLs name it, as HOST:PORT; an address, as ADDRESS:PORT, opens every name that resolves to it. TLS and certificates are asked for all the same.
    pub(crate) host: String,
    /// Which fetches may go there.
    pub(crate) purposes: Vec<PurposeName>,
}

/// What is fetched, as the ledger and the exceptions call it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PurposeName {
    /// Metadata documents of clients.
    ClientMetadata,
    /// Key sets that those documents name.
    ClientKeys,
    /// Pictures that they name.
    ClientLogo,
    /// Key sets of whoever signs software statements.
    StatementKeys,
}

impl PurposeName {
    /// All of them.
    pub(crate) const ALL: [Self; 4] =
        [Self::ClientMetadata, Self::ClientKeys, Self::ClientLogo, Self::StatementKeys];

    /// The caller's own label.
    pub(crate) fn purpose(self) -> Purpose {
        match self {
            Self::ClientMetadata => salver_server::flow::client::DOCUMENT,
            Self::ClientKeys => Purpose::new("client_keys"),
            Self::ClientLogo => salver_server::flow::logo::LOGO,
            Self::StatementKeys => salver_server::flow::statement::ANCHOR_KEYS,
        }
    }
}

/// What the entries mean.
pub(super) fn resolve(entries: &[ExceptionEntry], problems: &mut Problems) -> Vec<Exception> {
    let mut exceptions = Vec::new();
    for (position, entry) in entries.iter().enumerate() {
        let key = format!("egress.exceptions[{position}]");
        if entry.purposes.is_empty() {
            problems.refuse(
                format!("{key}.purposes"),
                "names no purpose, so nothing would be opened",
                "name at least one, like \"client_metadata\"",
            );
        }
        let purposes = entry.purposes.iter().map(|name| name.purpose()).collect();
        let host_key = format!("{key}.host");
        let Some((host, port)) = host_and_port::read(&host_key, &entry.host, problems) else {
            continue;
        };
        if let TargetHost::Address(ip) = host
            && address::judge(ip, ChosenBy::Operator).is_err()
        {
            problems.refuse(
                host_key,
                format!("{ip} is an address that nothing is fetched from, by anybody's leave"),
                "name the host that you mean; cloud metadata services and multicast stay closed",
            );
        }
        exceptions.push(Exception { host, port, purposes });
    }
    exceptions
}

/// What is said of one at start.
pub(super) fn announcement(exception: &Exception) -> String {
    let purposes: Vec<&str> = exception.purposes.iter().map(|purpose| purpose.as_str()).collect();
    format!(
        "{}:{} is opened to {}, although it may be inside",
        exception.host,
        exception.port,
        purposes.join(", ")
    )
}
