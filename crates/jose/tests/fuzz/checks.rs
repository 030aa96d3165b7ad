//! What must hold for any bytes: shared by the fuzz targets and by the bounded run of `main.rs`.

use salver_jose::{
    Algorithm, Attestation, AttestationClaims, ClientCredential, ExpectedAttestation, ExpectedDpop,
    ExpectedStatement, KeySet, SealIdError, SealingKeys, SealingRoot, SigningKey, Statement,
    UnverifiedAttestation, UnverifiedAttestationProof, UnverifiedDpopProof,
    UnverifiedInstallationRequest, UnverifiedStatement, sign_attestation,
};
use salver_oauth::{
    Issuer, Timestamp,
    client::{id::ClientId, stated::StatedId},
    error, json,
    registration::{
        Answer, InstallationNonce, Registration, RegistrationRequest, SignedRegistration,
        StatementFault, encoding, statement,
    },
};
use serde_json::Value;

/// Keys that are the same in each run.
pub(crate) fn keys() -> SealingKeys {
    let issuer = Issuer::parse("https://as.example").unwrap();
    let roots = [1_u16, 2].map(|number| (number, SealingRoot::from_bytes([7; 32])));
    SealingKeys::new(&issuer, roots, [3]).unwrap()
}

/// A body is refused with a code and a remedy, or sealed into an identifier that opens as what was registered, and its answer registers as the same.
pub(crate) fn registration(keys: &SealingKeys, body: &[u8]) {
    let request = match RegistrationRequest::parse(body) {
        Ok(request) => request,
        Err(refused) => {
            let wire = error::registration(&refused);
            assert!(wire.status == 400 && wire.description.len() < 512, "{wire:?}");
            return;
        }
    };
    let sent = request.redirect_uris().to_vec();
    let registration = register(request);
    let id = match keys.seal(&registration) {
        Ok(id) => id,
        Err(SealIdError::TooLong(too_long)) => return assert!(too_long.length > 2048),
        Err(SealIdError::Seal(_)) => panic!("the cryptographic library failed"),
    };
    let Ok(ClientId::Sealed(read)) = ClientId::parse(id.as_str()) else { panic!("{id:?}") };
    assert_eq!(keys.open(&read).as_ref(), Ok(&registration));
    assert_eq!(keys.seal(&registration), Ok(id));
    for uri in registration.redirect_uris() {
        assert_eq!(uri.without_port(), *uri);
    }
    let every = |uri| registration.redirect_uris().iter().any(|one| one.accepts(uri));
    assert!(sent.iter().all(|uri| every(uri.as_str())), "all that was sent is registered");
    let told = Answer {
        client_id: read.as_str(),
        registration: &registration,
        redirect_uris: &sent,
        credentials: None,
        software_statement: None,
    };
    let told = serde_json::to_vec(&told).unwrap();
    // What was narrowed away may have been the only thing too much.
    if let Ok(again) = RegistrationRequest::parse(&told) {
        assert_eq!(register(again), registration);
    }
}

/// Whatever decodes is exactly what was encoded.
pub(crate) fn encoding(bytes: &[u8]) {
    if let Ok(registration) = encoding::decode(bytes) {
        assert_eq!(encoding::encode(&registration), bytes);
    }
}

/// Nobody but the keys makes an identifier that opens, and nothing made up is its secret.
pub(crate) fn client_id(keys: &SealingKeys, genuine: &[String], text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let Ok(ClientId::Sealed(id)) = ClientId::parse(text) else {
        return;
    };
    assert_eq!(id.as_str(), text);
    assert_eq!(keys.open(&id).is_ok(), genuine.iter().any(|known| known == text), "{text}");
    let nonce = InstallationNonce::from_bytes([0; 16]);
    for kind in [ClientCredential::Secret, ClientCredential::ManagementToken] {
        assert!(!keys.is_credential(kind, (&id, &nonce), text));
    }
}

/// An attester, and an attestation that it has signed.
pub(crate) struct Attester {
    keys: KeySet,
    attestation: Attestation,
}

impl Attester {
    /// With keys that are others in each run: nothing that is tried was signed with them.
    pub(crate) fn new() -> Self {
        let key = std::sync::Arc::new(SigningKey::generate(Algorithm::Es256).unwrap());
        let keys: KeySet = [key.public_key().clone()].into_iter().collect();
        let claims = AttestationClaims {
            client_id: "https://app.example/client.json",
            issuer: None,
            audience: None,
            key: key.public_key(),
            checked: None,
            issued_at: NOW,
            expires_at: NOW.plus_seconds(60),
        };
        let compact = sign_attestation(key.clone(), &claims).unwrap();
        let unverified = UnverifiedAttestation::decode(&compact).unwrap();
        let attestation = verify(unverified, &keys).unwrap();
        Self { keys, attestation }
    }
}

/// Whatever decodes is still believed by nobody; a DPoP proof is at most one of the key that it shows.
pub(crate) fn attestation(attester: &Attester, text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    if let Ok(unverified) = UnverifiedAttestation::decode(text) {
        assert!(verify(unverified, &attester.keys).is_err(), "{text}");
    }
    if let Ok(unverified) = UnverifiedAttestationProof::decode(text) {
        let us = Issuer::parse("https://as.example").unwrap();
        assert!(unverified.verify(&attester.attestation, &us, NOW).is_err(), "{text}");
    }
    if let Ok(unverified) = UnverifiedDpopProof::decode(text) {
        let claimed = unverified.claimed_thumbprint().to_owned();
        let url = "https://as.example/token";
        let proven = unverified.verify(&ExpectedDpop { method: "POST", url, now: NOW });
        assert!(proven.is_err() || proven.is_ok_and(|proof| *proof.thumbprint == *claimed));
    }
    if let Ok(unverified) = UnverifiedInstallationRequest::decode(text) {
        let service = "https://app.example/installations";
        assert!(unverified.verify(&attester.attestation.key, service).is_err(), "{text}");
    }
}

fn verify(
    unverified: UnverifiedAttestation<'_>,
    keys: &KeySet,
) -> Result<Attestation, salver_jose::AttestationError> {
    let audience = Issuer::parse("https://as.example").unwrap();
    unverified.verify(
        keys,
        &ExpectedAttestation {
            audience: &audience,
            algorithms: &Algorithm::ALL,
            longest_seconds: 3600,
            now: NOW,
        },
    )
}

const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);

/// Whether a text is an identifier that was sealed here.
pub(crate) fn opens(keys: &SealingKeys, text: &str) -> bool {
    matches!(ClientId::parse(text), Ok(ClientId::Sealed(id)) if keys.open(&id).is_ok())
}

fn register(request: RegistrationRequest) -> Registration {
    let nonce = InstallationNonce::from_bytes([7; 16]);
    let registered: Result<_, std::convert::Infallible> = request.register(|| Ok(nonce));
    let Ok(registration) = registered;
    registration
}

/// The issuer whose key signs the seeds of [`statement`].
const VENDOR: &str = "https://vendor.example";

/// The public key of the seeds; the private one is nowhere any more.
pub(crate) fn vendor_keys(set: &[u8]) -> KeySet {
    KeySet::parse(set).unwrap()
}

/// Whether the vendor has signed this for `as.example`. Before that is known a statement tells its issuer and its key id alone.
pub(crate) fn verified(keys: &KeySet, text: &str) -> Result<Statement, StatementFault> {
    let unverified = UnverifiedStatement::decode(text)?;
    assert!(!unverified.claimed_issuer().is_empty());
    let audience = Issuer::parse("https://as.example").unwrap();
    let expected = ExpectedStatement {
        audience: &audience,
        algorithms: &Algorithm::ALL,
        longest_seconds: 86_400,
        type_name: None,
        now: Timestamp::from_unix(1_795_915_220),
    };
    unverified.verify(keys, &expected)
}

/// Nothing but a genuine statement verifies, and what it signs is registered as it stands.
pub(crate) fn statement(keys: &KeySet, genuine: &[String], text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let statement = match verified(keys, text) {
        Ok(statement) => statement,
        Err(fault) => return told(fault),
    };
    assert!(genuine.iter().any(|known| known == text), "{text}");
    assert_eq!(&*statement.issuer, VENDOR);
    let signed = SignedRegistration::read(&statement.claims).unwrap();
    let id = StatedId::of(&statement.issuer, signed.software_id());
    let read = statement::restored(signed.document().as_bytes(), id).unwrap();
    assert_eq!(*read.redirect_uris, *signed.registration().redirect_uris());
}

/// Claims that somebody has signed, whatever they are, are read or refused with code and remedy; what is read reads the same again.
pub(crate) fn claims(text: &[u8]) {
    let Ok(Value::Object(claims)) = json::parse(text) else {
        return;
    };
    match SignedRegistration::read(&claims) {
        Err(fault) => told(fault),
        Ok(signed) => {
            let mut again = claims.clone();
            again.retain(|name, _| name != "iat" && name != "exp" && name != "jti");
            assert_eq!(SignedRegistration::read(&again).as_ref(), Ok(&signed));
            assert!(statement::shared_secret(&claims).is_none(), "no secret is registered");
            assert_eq!(statement::disagreement(signed.document().as_bytes(), &claims), None);
        }
    }
}

fn told(fault: StatementFault) {
    let wire = error::registration(&fault.into());
    assert!(wire.status == 400 && wire.description.len() < 512, "{wire:?}");
}
