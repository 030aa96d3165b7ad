//! Is this still the client that somebody looked at? What a reviewer decides on, as one digest: its name, where answers may go, and how it
//! proves itself. What is only shown or only asked for may change without a second look (DESIGN 4.7).
//!
//! Leaves out: key sets at a `jwks_uri`, which change without the document.

use aws_lc_rs::digest::{Context, SHA256};

use super::{
    change::thumbprints,
    metadata::{ATTESTED, Keys, Metadata, SecretMethod},
    redirect_uri::without_port,
};

/// The digest of what counts of a client's metadata. Order and loopback ports do not count (R-3), nor keys that it does not use.
#[must_use]
pub fn substance(client: &Metadata) -> [u8; 32] {
    let mut parts = vec![vec![client.client_id.as_str().to_owned()]];
    parts.push(client.name.iter().map(ToString::to_string).collect());
    parts.push(sorted(
        client.redirect_uris.iter().map(|uri| without_port(uri.as_str()).into_owned()),
    ));
    let methods = client.methods;
    let named = [
        ("none", methods.none),
        ("private_key_jwt", methods.private_key_jwt),
        (ATTESTED, methods.attestation),
    ];
    let used = named.into_iter().filter(|(_, used)| *used).map(|(name, _)| name);
    let secret = methods.client_secret().map(SecretMethod::as_str);
    parts.push(used.chain(secret).map(str::to_owned).collect());
    if methods.rest_on_keys() {
        parts.push(match &client.keys {
            Keys::None => Vec::new(),
            Keys::At(url) => vec![url.to_string()],
            Keys::Inline(set) => sorted(thumbprints(set).into_iter().map(String::from)),
        });
    }
    digest_of(&parts)
}

fn sorted(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<_> = texts.collect();
    texts.sort();
    texts.dedup();
    texts
}

/// Each list with its length before it, and each text: no two ways to cut the same bytes hash alike.
fn digest_of(parts: &[Vec<String>]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        for text in part {
            context.update(&(text.len() as u64).to_be_bytes());
            context.update(text.as_bytes());
        }
    }
    let mut out = [0; 32];
    out.iter_mut().zip(context.finish().as_ref()).for_each(|(to, from)| *to = *from);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{
        metadata::{Methods, tests::metadata},
        redirect_uri::RedirectUri,
    };

    type Edit = fn(&mut Metadata);

    const EDITS: &[(&str, Edit, bool)] = &[
        // what, how, the same?
        ("nothing", |_| {}, true),
        ("the bytes alone", |client| client.digest = [9; 32], true),
        ("the picture", |client| client.logo_uri = Some("https://app.example/l.png".into()), true),
        (
            "the developer's site",
            |client| client.client_uri = Some("https://x.example".into()),
            true,
        ),
        ("what it asks for", |client| client.scope = Some("notes:read".parse().unwrap()), true),
        (
            "keys that nobody uses",
            |client| client.keys = Keys::At("https://app.example/k".into()),
            true,
        ),
        ("the name", |client| client.name = Some("Claude".into()), false),
        ("no name", |client| client.name = None, false),
        ("the order of addresses", |client| client.redirect_uris.reverse(), true),
        ("a loopback port", |client| client.redirect_uris[0] = uri("http://localhost:9/cb"), true),
        ("a loopback path", |client| client.redirect_uris[0] = uri("http://localhost/c"), false),
        (
            "another address",
            |client| client.redirect_uris.push(uri("https://app.example/other")),
            false,
        ),
        ("one address less", |client| client.redirect_uris.truncate(1), false),
        ("how it proves itself", |client| client.methods = Methods::EITHER, false),
        ("that it can be attested", |client| client.methods.attestation = true, false),
    ];

    fn uri(text: &str) -> RedirectUri {
        RedirectUri::parse(text).unwrap()
    }

    fn edited(edit: Edit) -> [u8; 32] {
        let mut client = metadata(&["http://localhost/cb", "https://app.example/cb"]);
        edit(&mut client);
        substance(&client)
    }

    #[test]
    fn design_4_7_what_is_only_shown_may_change() {
        let before = edited(|_| {});
        for (what, edit, same) in EDITS {
            assert_eq!(edited(*edit) == before, *same, "{what}");
        }
    }

    #[test]
    fn keys_count_where_they_are_used() {
        let keyed = |keys: Keys| {
            let mut client = metadata(&["https://app.example/cb"]);
            client.methods = Methods::PRIVATE_KEY_JWT;
            client.keys = keys;
            substance(&client)
        };
        let at = |url: &str| keyed(Keys::At(url.into()));
        assert_eq!(at("https://app.example/k"), at("https://app.example/k"));
        assert_ne!(at("https://app.example/k"), at("https://app.example/other"));
        assert_ne!(at("https://app.example/k"), keyed(Keys::None));
        let set = |kid: &str, x: &str| {
            keyed(Keys::Inline(
                format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"{kid}","x":"{x}"}}]}}"#)
                    .into(),
            ))
        };
        assert_eq!(set("a", "AAAA"), set("b", "AAAA"), "a kid is only a name");
        assert_ne!(set("a", "AAAA"), set("a", "BBBB"));
    }

    #[test]
    fn texts_are_not_cut_otherwise() {
        let text = |text: &str| text.to_owned();
        assert_ne!(digest_of(&[vec![text("a"), text("b")]]), digest_of(&[vec![text("ab")]]));
        assert_ne!(digest_of(&[vec![text("a")], vec![]]), digest_of(&[vec![], vec![text("a")]]));
    }
}
