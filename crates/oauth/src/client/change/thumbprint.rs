//! Which keys are in this key set? By thumbprint (RFC 7638 §3), whatever they call themselves: a `kid` can stay when the key changes.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// The thumbprints of a key set, in its order, each once. Keys of kinds that nobody can authenticate with here are left out.
#[must_use]
pub fn thumbprints(key_set: &str) -> Vec<Box<str>> {
    let set: Value = serde_json::from_str(key_set).unwrap_or_default();
    let keys = set.get("keys").and_then(Value::as_array);
    let mut found: Vec<Box<str>> = Vec::new();
    for thumbprint in keys.into_iter().flatten().filter_map(Value::as_object).filter_map(of_key) {
        if !found.contains(&thumbprint) {
            found.push(thumbprint);
        }
    }
    found
}

/// The thumbprint of one key: the members that RFC 7638 §3.2 (RFC 8037 §2) names for its kind, in lexical order.
fn of_key(key: &Map<String, Value>) -> Option<Box<str>> {
    let members: &[&str] = match key.get("kty")?.as_str()? {
        "EC" => &["crv", "kty", "x", "y"],
        "OKP" => &["crv", "kty", "x"],
        "RSA" => &["e", "kty", "n"],
        _ => return None,
    };
    let member = |name: &&str| {
        let value = key.get(*name).filter(|value| value.is_string())?;
        Some(format!("\"{name}\":{value}"))
    };
    let members: Vec<_> = members.iter().map(member).collect::<Option<_>>()?;
    let canonical = format!("{{{}}}", members.join(","));
    Some(URL_SAFE_NO_PAD.encode(digest(&SHA256, canonical.as_bytes())).into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rfc7638_3_1_and_rfc8037_a_3_examples() {
        let rsa = json!({
            "kty": "RSA",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs\
                  tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n9\
                  1CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
        });
        let ed25519 = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        let set = json!({"keys": [rsa, ed25519, rsa]}).to_string();
        assert_eq!(
            thumbprints(&set),
            [
                "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs".into(),
                "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k".into(),
            ] as [Box<str>; 2]
        );
    }

    #[test]
    fn what_is_no_key_has_no_thumbprint() {
        for set in [
            json!({"keys": [{"kty": "oct"}, {"kty": "RSA", "n": "x"}, {"kty": "OKP", "crv": 1, "x": "x"}, 3]}),
            json!({"keys": {}}),
            json!([]),
        ] {
            assert_eq!(thumbprints(&set.to_string()), [], "{set}");
        }
        assert_eq!(thumbprints("{"), []);
    }

    #[test]
    fn the_name_of_a_key_is_no_part_of_it() {
        let key = |x, kid| {
            json!({"keys": [{"kty": "EC", "crv": "P-256", "x": x, "y": "y", "kid": kid}]})
                .to_string()
        };
        assert_eq!(thumbprints(&key("x", "1")), thumbprints(&key("x", "2")));
        assert_ne!(thumbprints(&key("x", "1")), thumbprints(&key("z", "1")));
    }
}
