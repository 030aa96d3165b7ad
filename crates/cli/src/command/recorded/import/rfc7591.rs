//! Which clients does a plain list of RFC 7591 metadata have? Each object is one, as it would be registered.

use salver_oauth::client::recorded::Purpose;
use serde_json::Value;

use super::candidate::{Additions, Candidate, Fate, Refused, refuse_wildcard};

/// The clients of a list, in its order; one object is a list of one.
pub(super) fn candidates(file: &Value, additions: &Additions) -> Vec<Candidate> {
    let clients = match file {
        Value::Array(clients) => clients.as_slice(),
        one => std::slice::from_ref(one),
    };
    clients.iter().map(|client| candidate(client, additions)).collect()
}

fn candidate(client: &Value, additions: &Additions) -> Candidate {
    let old_id = client.get("client_id").and_then(Value::as_str).map(str::to_owned);
    let mut notes = Vec::new();
    let mut metadata = client.clone();
    let Some(members) = metadata.as_object_mut() else {
        let refused = Refused::new("it is no JSON object", "write its metadata as one object");
        return Candidate { old_id, fate: Fate::Refuse(refused), notes };
    };
    let uris = members.get("redirect_uris").and_then(Value::as_array);
    let texts = uris.into_iter().flatten().enumerate();
    let mut texts = texts.filter_map(|(position, uri)| Some((position, uri.as_str()?)));
    if let Err(refused) = texts.try_for_each(|(position, uri)| refuse_wildcard(position, uri)) {
        return Candidate { old_id, fate: Fate::Refuse(refused), notes };
    }
    members.remove("client_id");
    if members.remove("client_secret").is_some() {
        notes.push("its secret is not taken over: give it the new one");
    }
    let grants = members.get("grant_types").and_then(Value::as_array);
    let has = |grant: &str| grants.is_some_and(|all| all.iter().any(|one| one == grant));
    let purpose = match (has("client_credentials"), has("authorization_code")) {
        (true, false) => Purpose::Service,
        (true, true) => {
            notes.push(
                "it acts for itself too: enter that once more, with `create --purpose service`",
            );
            Purpose::Application
        }
        (false, _) => Purpose::Application,
    };
    if purpose == Purpose::Service {
        additions.complete(&mut metadata);
    }
    Candidate { old_id, fate: Fate::Enter(purpose, metadata), notes }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn grants_say_what_a_client_is_and_names_and_secrets_stay_behind() {
        for (grants, purpose, notes) in [
            (json!(["authorization_code"]), Purpose::Application, 1),
            (json!(["authorization_code", "client_credentials"]), Purpose::Application, 2),
            (json!(["client_credentials"]), Purpose::Service, 1),
            (Value::Null, Purpose::Application, 1),
        ] {
            let client = json!({ "client_id": "old", "client_secret": "s", "grant_types": grants });
            let found = candidates(&json!([client]), &Additions::default()).remove(0);
            assert_eq!((found.old_id.as_deref(), found.notes.len()), (Some("old"), notes));
            let Fate::Enter(seen, metadata) = found.fate else { panic!("{client}") };
            assert_eq!(seen, purpose, "{client}");
            assert_eq!(metadata, json!({ "grant_types": grants }));
        }
        for (uri, refused) in [("https://a.example/cb", false), ("https://a.example/*", true)] {
            let client = json!({ "redirect_uris": [uri] });
            let found = candidates(&client, &Additions::default()).remove(0);
            assert_eq!(matches!(found.fate, Fate::Refuse(_)), refused, "{uri}");
        }
        let found = candidates(&json!(["x"]), &Additions::default()).remove(0);
        assert!(matches!(found.fate, Fate::Refuse(_)));
    }
}
