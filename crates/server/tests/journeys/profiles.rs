//! Which members a document must have, by the profile that is in force; and clients in development (ATP-2).

use http::StatusCode;
use salver_oauth::client::document::Profile;
use salver_testkit::web::Reply;
use serde_json::{Value, json};

use crate::world::{World, authorize};

const CLIENT: &str = "https://other.example/client.json";
const CALLBACK: &str = "https://other.example/cb";
const DEVELOPMENT: &str =
    "http://localhost?redirect_uri=http%3A%2F%2F127.0.0.1%2Fcb&scope=notes%3Aread";

async fn world(profile: Profile) -> World {
    World::told(|settings| settings.profile = profile).await
}

fn document(change: impl FnOnce(&mut Value)) -> Reply {
    let mut document = json!({
        "client_id": CLIENT,
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": "atproto",
        "dpop_bound_access_tokens": true,
    });
    change(&mut document);
    Reply::json(document.to_string())
}

#[tokio::test]
async fn r_4_required_members_by_profile() {
    let nameless = || document(|document| document["dpop_bound_access_tokens"] = json!(false));
    let named = || {
        document(|document| {
            document["client_name"] = json!("App");
            document["dpop_bound_access_tokens"] = json!(false);
        })
    };
    for (profile, reply, refused) in [
        (Profile::Mcp, named(), None),
        (Profile::Mcp, nameless(), Some("client_name")),
        (Profile::Ietf, nameless(), None),
        (Profile::Atproto, named(), Some("dpop_bound_access_tokens is not true")),
    ] {
        let world = world(profile).await;
        let mut browser = world.user("alice").await;
        world.web.set(CLIENT, reply);
        let page = browser.get(&authorize(CLIENT, CALLBACK, &[])).await;
        match refused {
            None => assert_eq!(page.status, StatusCode::OK, "{profile:?}: {}", page.text),
            Some(why) => {
                assert_eq!(page.status, StatusCode::BAD_REQUEST, "{profile:?}");
                assert!(page.text.contains(why), "{profile:?}: {}", page.text);
            }
        }
    }
}

#[tokio::test]
async fn rfc_9449_who_wants_bound_tokens_is_told_that_there_are_none_and_gets_no_bearer_tokens() {
    for profile in [Profile::Mcp, Profile::Atproto] {
        let world = world(profile).await;
        let mut browser = world.user("alice").await;
        world.web.set(CLIENT, document(|document| document["client_name"] = json!("App")));
        let page = browser.get(&authorize(CLIENT, CALLBACK, &[])).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert!(page.text.contains("dpop_bound_access_tokens"), "{}", page.text);
        assert!(!page.headers.contains_key("location"));
    }
}

#[tokio::test]
async fn atp_2_a_client_in_development_comes_in_only_under_the_profile_and_is_asked_about_each_time()
 {
    let callback = "http://127.0.0.1:51004/cb";
    let world = world(Profile::Atproto).await;
    let mut browser = world.user("alice").await;
    for _ in 0..2 {
        let page = browser.get(&authorize(DEVELOPMENT, callback, &[])).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        assert!(page.text.contains("Nobody vouches for this application"), "{}", page.text);
        let tokens = world.login(&mut browser, DEVELOPMENT, callback, "notes:read").await;
        assert_eq!(tokens.scope, "notes:read");
    }
    assert_eq!(world.web.hits(CLIENT), 0);
    let elsewhere = browser.get(&authorize(DEVELOPMENT, "http://127.0.0.1:51004/other", &[])).await;
    assert_eq!(elsewhere.status, StatusCode::BAD_REQUEST);

    for profile in [Profile::Mcp, Profile::Ietf] {
        let world = self::world(profile).await;
        let mut browser = world.user("alice").await;
        let page = browser.get(&authorize(DEVELOPMENT, callback, &[])).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert!(page.text.contains("atproto profile"), "{}", page.text);
    }
}
