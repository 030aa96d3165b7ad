//! Key sets of clients' hosts (CIMD-C-5) against whoever names keys that nobody has: a stranger to the client with a login of their own, or with a stolen token.

use std::time::Duration;

use http::StatusCode;
use salver_jose::SigningKey;
use salver_testkit::{browser::Browser, web::Reply};
use serde_json::json;

use crate::{
    client_keys::{
        CALLBACK, CLIENT, JWKS, assertion_of, is_unproven, key, publish_keys, redeem, refresh,
        world,
    },
    world::{WEB_CALLBACK, WEB_CLIENT, World, tokens},
};

/// From now on these keys are published, for an hour by their host's word.
fn publish_for_an_hour(world: &World, keys: &[&SigningKey]) {
    let set: salver_jose::KeySet = keys.iter().map(|key| key.public_key().clone()).collect();
    world.web.set(JWKS, Reply::json(set.to_json()).with("cache-control", "max-age=3600"));
}

/// A client with this key, at which somebody has logged in. Answers the refresh token.
async fn scene(key: &SigningKey) -> (World, Browser, String) {
    let world = world(json!(["private_key_jwt"]), &[]).await;
    publish_for_an_hour(&world, &[key]);
    let mut browser = world.user("alice").await;
    let token = login(&world, &mut browser, (CLIENT, CALLBACK), key).await;
    (world, browser, token)
}

async fn login(
    world: &World,
    browser: &mut Browser,
    (client, callback): (&str, &str),
    key: &SigningKey,
) -> String {
    let page = world.allow(browser, client, callback, "notes:read").await;
    let code = page.answered("code").unwrap();
    let page = redeem(world, &code, Some(&assertion_of(world, client, key))).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    tokens(&page).refresh
}

fn minute(world: &World) {
    world.way_out_clock.forward(Duration::from_mins(1));
}

#[tokio::test]
async fn cimd_c_5_a_key_that_nobody_has_takes_no_good_ones_away_while_their_host_fails() {
    let (good, next) = (key(), key());
    let (world, mut browser, mut token) = scene(&good).await;
    world.web.set(JWKS, Reply { status: 502, ..Reply::json("") });
    for round in 0..3 {
        minute(&world);
        for _ in 0..5 {
            let bogus = assertion_of(&world, CLIENT, &key());
            assert!(is_unproven(&refresh(&world, &token, Some(&bogus)).await));
            let page = refresh(&world, &token, Some(&assertion_of(&world, CLIENT, &good))).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.text);
            token = tokens(&page).refresh;
        }
        assert_eq!(world.web.hits(JWKS), 2 + round, "once a minute");
    }
    // Its host works again, with a new key beside the old one: that works at once.
    publish_for_an_hour(&world, &[&good, &next]);
    minute(&world);
    login(&world, &mut browser, (CLIENT, CALLBACK), &next).await;
    let page = refresh(&world, &token, Some(&assertion_of(&world, CLIENT, &good))).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
}

#[tokio::test]
async fn cimd_s_4_a_key_is_believed_no_more_once_a_set_without_it_was_seen_whoever_made_us_look() {
    let (old, next) = (key(), key());
    let (world, mut browser, token) = scene(&old).await;
    publish_for_an_hour(&world, &[&next]);
    minute(&world);
    let bogus = assertion_of(&world, CLIENT, &key());
    assert!(is_unproven(&refresh(&world, &token, Some(&bogus)).await));
    let late = refresh(&world, &token, Some(&assertion_of(&world, CLIENT, &next))).await;
    assert_eq!(late.status, StatusCode::BAD_REQUEST, "what the old key began has ended");
    let asked = world.allow(&mut browser, CLIENT, CALLBACK, "notes:read").await;
    let code = asked.answered("code").unwrap();
    let removed = assertion_of(&world, CLIENT, &old);
    assert!(is_unproven(&redeem(&world, &code, Some(&removed)).await));
    let page = redeem(&world, &code, Some(&assertion_of(&world, CLIENT, &next))).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);

    // Withdrawn altogether, with the same consequence for what is believed.
    world.web.set(JWKS, Reply { status: 404, ..Reply::json("") });
    minute(&world);
    let asked = world.allow(&mut browser, CLIENT, CALLBACK, "notes:read").await;
    let code = asked.answered("code").unwrap();
    let bogus = assertion_of(&world, CLIENT, &key());
    assert!(is_unproven(&redeem(&world, &code, Some(&bogus)).await));
    let gone = assertion_of(&world, CLIENT, &next);
    assert!(is_unproven(&redeem(&world, &code, Some(&gone)).await));
}

#[tokio::test]
async fn cimd_s_4_clients_with_one_key_set_each_lose_what_a_removed_key_began() {
    let (old, next) = (key(), key());
    let (world, mut browser, _) = scene(&old).await;
    let document = json!({
        "client_id": WEB_CLIENT, "client_name": "Other", "redirect_uris": [WEB_CALLBACK],
        "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": JWKS,
    });
    world.web.set(WEB_CLIENT, Reply::json(document.to_string()));
    let of_other = login(&world, &mut browser, (WEB_CLIENT, WEB_CALLBACK), &old).await;
    assert_eq!(world.web.hits(JWKS), 1, "one set for both");
    publish_keys(&world, &[&next]);
    minute(&world);
    login(&world, &mut browser, (CLIENT, CALLBACK), &next).await;
    let late = assertion_of(&world, WEB_CLIENT, &next);
    let late = refresh(&world, &of_other, Some(&late)).await;
    assert_eq!(late.status, StatusCode::BAD_REQUEST, "{}", late.text);
    assert_eq!(world.web.hits(JWKS), 2, "the other had it fetched");
}
