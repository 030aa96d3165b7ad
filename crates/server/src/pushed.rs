//! Is this a request that was pushed here, for this client, and what was proven at that time? What stands behind a `request_uri` (RFC 9126, decision 12).
//!
//! The `request_uri` is the request, sealed: nothing is stored for somebody who is not signed in (DESIGN §7.7), and every node opens what another gave out.
//! It is sealed for one `client_id`; under another one it does not open.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use salver_jose::seal::{DerivedKey, SealError};
use salver_oauth::{Timestamp, authorization::pushed::REQUEST_URI, client::id::ClientId};
use salver_policy::{assessment::SignedBy, evidence::Evidence};

/// A request that was pushed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Pushed {
    /// Random; one code is given for it.
    pub(crate) number: [u8; 16],
    /// When it ends.
    pub(crate) expires_at: Timestamp,
    /// It was sealed anew for whoever has to wait for a reviewer.
    pub(crate) waits: bool,
    /// What was proven when it was pushed.
    pub(crate) proven: Proven,
    /// Its parameters but for `client_id`, as a query.
    pub(crate) parameters: String,
}

/// What was proven when a request was pushed: evidence for this login alone (DESIGN 4.2).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Proven {
    /// The client has authenticated.
    pub(crate) client: bool,
    /// By this key or secret, in the words of an installation's `client_key`; none for a secret that is not on record.
    pub(crate) client_key: Option<Box<str>>,
    /// RFC 7638 thumbprint of the key of the installation, if it was attested: who goes on has to have it too (ABCA-10).
    pub(crate) instance_key: Option<Box<str>>,
    /// Which of the issuers that the operator trusts has attested it; none if the client's own keys did.
    pub(crate) attested_by: Option<Box<str>>,
    /// What else came with the request and was verified, and that its keys were used.
    pub(crate) evidence: Evidence,
    /// Whose statement came with it.
    pub(crate) signed: Option<SignedBy>,
}

impl Pushed {
    /// The `request_uri` for this client. The number was drawn for it alone, so it is the nonce too.
    ///
    /// # Errors
    /// If the request is too long.
    pub(crate) fn seal(&self, client_id: &ClientId, key: &DerivedKey) -> Result<String, SealError> {
        let (nonce, _) = self.number.split_first_chunk().ok_or(SealError)?;
        let Proven { client, client_key, instance_key, attested_by, evidence, signed } =
            &self.proven;
        let signed = signed
            .as_ref()
            .map_or_else(Vec::new, |signed| serde_json::to_vec(signed).unwrap_or_default());
        let texts = [client_key, instance_key, attested_by];
        let mut bytes = Vec::with_capacity(FIXED + self.parameters.len());
        bytes.extend(self.number);
        bytes.extend(self.expires_at.as_unix().to_be_bytes());
        bytes.extend([u8::from(self.waits), u8::from(*client), evidence.bits()]);
        for text in texts.map(|text| text.as_deref().unwrap_or_default()) {
            bytes.extend(u16::try_from(text.len()).map_err(|_| SealError)?.to_be_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes.extend(u16::try_from(signed.len()).map_err(|_| SealError)?.to_be_bytes());
        bytes.extend(&signed);
        bytes.extend(self.parameters.as_bytes());
        let sealed = key.seal_with(*nonce, &bound_to(client_id), &bytes)?;
        Ok(format!("{REQUEST_URI}{}", URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// Opens the `request_uri` of this client. `None` if it is none of ours, or another client's.
    #[must_use]
    pub(crate) fn open(request_uri: &str, client_id: &ClientId, key: &DerivedKey) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(request_uri.strip_prefix(REQUEST_URI)?).ok()?;
        let bytes = key.open(&bound_to(client_id), &sealed).ok()?;
        let (number, rest) = bytes.split_first_chunk::<16>()?;
        let (expires_at, rest) = rest.split_first_chunk::<8>()?;
        let ([waits, client, evidence], rest) = rest.split_first_chunk::<3>()?;
        let (client_key, rest) = text_of(rest)?;
        let (instance_key, rest) = text_of(rest)?;
        let (attested_by, rest) = text_of(rest)?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (signed, parameters) =
            rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        let signed = match signed {
            [] => None,
            signed => Some(serde_json::from_slice(signed).ok()?),
        };
        Some(Self {
            number: *number,
            expires_at: Timestamp::from_unix(i64::from_be_bytes(*expires_at)),
            waits: *waits != 0,
            proven: Proven {
                client: *client != 0,
                client_key,
                instance_key,
                attested_by,
                evidence: Evidence::of_bits(*evidence)?,
                signed,
            },
            parameters: String::from_utf8(parameters.to_vec()).ok()?,
        })
    }
}

impl fmt::Display for Proven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.client, self.evidence.is_empty()) {
            (false, true) => f.write_str("nothing"),
            (true, true) => f.write_str("the client"),
            (_, false) => write!(f, "{}", self.evidence),
        }
    }
}

/// A text with its length before it; the empty one is none.
fn text_of(bytes: &[u8]) -> Option<(Option<Box<str>>, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    let (text, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let text = str::from_utf8(text).ok()?;
    Some(((!text.is_empty()).then(|| text.into()), rest))
}

fn bound_to(client_id: &ClientId) -> Vec<u8> {
    [AAD, client_id.as_str().as_bytes()].concat()
}

const AAD: &[u8] = b"pushed request 1 ";
const FIXED: usize = 16 + 8 + 3 + 2 * 45 + 2 + 2;

#[cfg(test)]
mod tests {
    use salver_jose::seal::{KeyPurpose, MasterKey};
    use salver_policy::evidence::EvidenceKind;

    use super::*;

    fn key(byte: u8) -> DerivedKey {
        MasterKey::from_bytes([byte; 32]).derive(KeyPurpose::PushedRequests).unwrap()
    }

    fn client(text: &str) -> ClientId {
        ClientId::parse(text).unwrap()
    }

    #[test]
    fn par_2_a_request_opens_whole_for_its_client_or_not_at_all() {
        let bare = Pushed {
            number: [1; 16],
            expires_at: Timestamp::from_unix(99),
            waits: false,
            proven: Proven::default(),
            parameters: "state=%2b&scope=a".into(),
        };
        let proven = Proven {
            client: true,
            client_key: Some("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I".into()),
            instance_key: Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs".into()),
            attested_by: Some("https://attester.example".into()),
            evidence: Evidence::NONE.with(EvidenceKind::PublisherKeys),
            signed: Some(SignedBy {
                issuer: "https://vendor.example".into(),
                software_id: "editor".into(),
                key: "k".into(),
                checked_at: Timestamp::from_unix(7),
            }),
        };
        for pushed in [Pushed { proven, waits: true, ..bare.clone() }, bare] {
            let uri = pushed.seal(&client("https://a.example/c"), &key(5)).unwrap();
            let open = |uri: &str, id, byte| Pushed::open(uri, &client(id), &key(byte));
            assert_eq!(open(&uri, "https://a.example/c", 5), Some(pushed));
            assert_eq!(open(&uri, "https://b.example/c", 5), None, "another client");
            assert_eq!(open(&uri, "https://a.example/c", 6), None, "another server");
            assert_eq!(open(&uri[..uri.len() - 2], "https://a.example/c", 5), None, "cut");
            assert_eq!(open(&uri.to_uppercase(), "https://a.example/c", 5), None, "altered");
            let bare = uri.strip_prefix(REQUEST_URI).unwrap();
            assert_eq!(open(bare, "https://a.example/c", 5), None, "without its name");
            assert_eq!(open(REQUEST_URI, "https://a.example/c", 5), None, "nothing");
        }
    }
}
