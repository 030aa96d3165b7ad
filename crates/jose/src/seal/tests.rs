//! Tests: purposes are apart, and no changed bit opens.

use super::*;
use crate::base64url;
use proptest::prelude::*;

const PURPOSES: [KeyPurpose; 9] = [
    KeyPurpose::SigningKeys,
    KeyPurpose::RefreshTokens,
    KeyPurpose::TokenHashes,
    KeyPurpose::Sessions,
    KeyPurpose::Tickets,
    KeyPurpose::Forms,
    KeyPurpose::PushedRequests,
    KeyPurpose::SealingRoots,
    KeyPurpose::Challenges,
];

fn master() -> MasterKey {
    MasterKey::from_bytes([7; 32])
}

#[test]
fn a_master_key_has_one_value_and_several_spellings() {
    let hex = "0123456789abcdef".repeat(4);
    let key = MasterKey::from_text(&hex).unwrap();
    let base64url = key.to_text().as_str().to_owned();
    let standard = base64url.replace('-', "+").replace('_', "/") + "=";
    for text in [hex.to_uppercase(), format!(" {hex}\n"), base64url, standard] {
        assert_eq!(MasterKey::from_text(&text).unwrap().to_text(), key.to_text(), "{text}");
    }
    for bad in ["", "short", &hex[1..], &format!("{hex}0"), &hex.replace('0', "g"), &"A".repeat(42)]
    {
        assert_eq!(MasterKey::from_text(bad).err(), Some(MasterKeyError), "{bad}");
    }
}

#[test]
fn new_keys_differ_and_show_nothing() {
    let (a, b) = (MasterKey::generate().unwrap(), MasterKey::generate().unwrap());
    assert_ne!(a.to_text(), b.to_text());
    assert_eq!(format!("{a:?}"), "MasterKey(..)");
    assert_eq!(format!("{:?}", a.derive(KeyPurpose::Forms).unwrap()), "DerivedKey(..)");
}

#[test]
fn every_purpose_has_keys_of_its_own() {
    let keys = PURPOSES.map(|purpose| master().derive(purpose).unwrap());
    for (i, a) in keys.iter().enumerate() {
        let sealed = a.seal(b"row 1", b"secret").unwrap();
        let tag = a.hmac(b"token");
        for (j, b) in keys.iter().enumerate() {
            assert_eq!(b.open(b"row 1", &sealed).is_ok(), i == j);
            assert_eq!(b.verify_hmac(b"token", &tag), i == j);
        }
        assert_eq!(a.open(b"row 2", &sealed).err(), Some(OpenError::NotAuthentic));
        assert!(!a.verify_hmac(b"other", &tag) && !a.verify_hmac(b"token", &tag[..31]));
    }
}

#[test]
fn derivation_never_changes() {
    // Sealed stores must stay readable: this value was computed by an independent HKDF and HMAC.
    let tag = master().derive(KeyPurpose::TokenHashes).unwrap().hmac(b"token");
    assert_eq!(base64url::encode(tag), TOKEN_HASH);
}

#[test]
fn other_forms_do_not_open() {
    let sealed = master().seal(KeyPurpose::Tickets, b"", b"").unwrap();
    assert!(master().open(KeyPurpose::Tickets, b"", &sealed).unwrap().is_empty());
    for length in 0..sealed.len() {
        assert_eq!(
            master().open(KeyPurpose::Tickets, b"", &sealed[..length]).err(),
            Some(OpenError::UnknownForm)
        );
    }
    let later = [&[2], &sealed[1..]].concat();
    assert_eq!(master().open(KeyPurpose::Tickets, b"", &later).err(), Some(OpenError::UnknownForm));
}

proptest! {
    #[test]
    fn what_is_sealed_opens_and_no_changed_bit_does(
        text in proptest::collection::vec(any::<u8>(), 0..80),
        aad in proptest::collection::vec(any::<u8>(), 0..20),
        at in any::<prop::sample::Index>(),
    ) {
        let key = master().derive(KeyPurpose::SigningKeys).unwrap();
        let mut sealed = key.seal(&aad, &text).unwrap();
        prop_assert_eq!(&**key.open(&aad, &sealed).unwrap(), &text[..]);
        prop_assert_ne!(&key.seal(&aad, &text).unwrap(), &sealed);
        let bit = at.index(sealed.len() * 8);
        sealed[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(key.open(&aad, &sealed).is_err());
    }

    #[test]
    fn any_text_is_answered(text in ".{0,90}") {
        let _ = MasterKey::from_text(&text);
    }
}

const TOKEN_HASH: &str = "5jJzjXaPo1M8luXTEa5t5kf5EBtYEQz9n8HTi7BjImg";
