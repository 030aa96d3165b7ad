//! Whose logos are shown, where they come from, and what is no logo (SPEC CIMD-S-6, CIMD-F-5; DESIGN §7.5).

use std::io::Cursor;

use axum::body::{Body, to_bytes};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use image::{GenericImageView as _, ImageFormat, RgbaImage};
use salver_server::flow::client::DOCUMENT;
use salver_testkit::{
    browser::{Browser, Page},
    web::Reply,
};
use serde_json::json;
use tower::ServiceExt as _;

use crate::world::{
    NATIVE_CALLBACK, NATIVE_CLIENT, WEB_CALLBACK, WEB_CLIENT, World, authorize, document,
};

const LOGO: &str = "https://other.example/logo.png";

fn picture(format: ImageFormat, (width, height): (u32, u32)) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = RgbaImage::from_pixel(width, height, image::Rgba([200, 30, 60, 255]));
    let picture = image::DynamicImage::from(picture);
    if format == ImageFormat::Jpeg {
        picture.to_rgb8().write_to(&mut bytes, format).unwrap();
    } else {
        picture.write_to(&mut bytes, format).unwrap();
    }
    bytes.into_inner()
}

fn reply(content_type: &str, body: impl Into<Vec<u8>>) -> Reply {
    Reply::json(body).with("content-type", content_type)
}

fn png() -> Reply {
    reply("image/png", picture(ImageFormat::Png, (128, 64)))
}

/// From now on this client's document names this logo; `version` makes it another document.
fn publish(world: &World, (client, callback): (&str, &str), logo: &str, version: usize) {
    let document = json!({
        "client_id": client,
        "client_name": "App",
        "redirect_uris": [callback],
        "logo_uri": logo,
        "version": version,
    });
    world.web.set(client, Reply::json(document.to_string()));
    world.deps.egress.forget(client, DOCUMENT);
}

async fn ask(browser: &mut Browser, (client, callback): (&str, &str)) -> Page {
    let page = browser.get(&authorize(client, callback, &[])).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    page
}

/// The path of the logo on a page.
fn shown(page: &Page) -> Option<&str> {
    assert!(!page.text.contains("other.example/logo"), "the stranger's URL: {}", page.text);
    let (_, rest) = page.text.split_once("<img ")?;
    let (_, rest) = rest.split_once("src=\"")?;
    rest.split('"').next()
}

async fn fetch(world: &World, path: &str) -> (StatusCode, HeaderMap, Bytes) {
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    let response = world.router.clone().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    (head.status, head.headers, to_bytes(body, 1 << 20).await.unwrap())
}

const WEB: (&str, &str) = (WEB_CLIENT, WEB_CALLBACK);

#[tokio::test]
async fn cimd_s_6_a_logo_is_drawn_anew_and_comes_from_our_origin() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    for (n, (format, content_type)) in [
        (ImageFormat::Png, "image/png"),
        (ImageFormat::Jpeg, "image/jpeg"),
        (ImageFormat::WebP, "image/webp; charset=binary"),
    ]
    .into_iter()
    .enumerate()
    {
        let original = picture(format, (128, 64));
        world.web.set(LOGO, reply(content_type, original.clone()));
        publish(&world, WEB, LOGO, n);
        let page = ask(&mut browser, WEB).await;
        let path = shown(&page).unwrap();
        assert!(path.starts_with("/logo/"), "{path}");
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("img-src 'self';"), "{policy}");

        let (status, headers, body) = fetch(&world, path).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers["content-type"], "image/png");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["cache-control"], "public, max-age=86400, immutable");
        assert_eq!(headers["content-security-policy"], "sandbox; default-src 'none'");
        assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
        assert_ne!(body, original);
        let drawn = image::load_from_memory_with_format(&body, ImageFormat::Png).unwrap();
        assert_eq!(drawn.dimensions(), (96, 48), "{format:?}");
    }
}

#[tokio::test]
async fn a_logo_is_fetched_once_for_each_version_of_the_document() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    world.web.set(LOGO, png());
    publish(&world, WEB, LOGO, 1);
    let asked = (0..20).map(|_| {
        let mut browser = browser.clone();
        tokio::spawn(async move { shown(&ask(&mut browser, WEB).await).map(str::to_owned) })
    });
    for path in asked.collect::<Vec<_>>() {
        assert!(path.await.unwrap().is_some());
    }
    assert_eq!(world.web.hits(LOGO), 1);
    publish(&world, WEB, LOGO, 2);
    assert!(shown(&ask(&mut browser, WEB).await).is_some());
    assert_eq!(world.web.hits(LOGO), 2);
}

#[tokio::test]
async fn what_is_no_logo_is_left_out_and_refuses_nothing() {
    let world = World::new().await;
    let bomb = {
        let mut bytes = picture(ImageFormat::Png, (8, 8));
        bytes[16..24].copy_from_slice(&[0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20]); // 20,000 × 20,000
        let crc = crc(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&crc.to_be_bytes());
        bytes
    };
    let of_bytes = |length: usize| {
        let mut bytes = picture(ImageFormat::Png, (8, 8));
        bytes.resize(length, 0);
        reply("image/png", bytes)
    };
    let truncated = {
        let mut bytes = picture(ImageFormat::Png, (64, 64));
        bytes.truncate(bytes.len() / 2);
        bytes
    };
    let redirect = |status| Reply { status, ..png().with("location", "https://web.example/l.png") };
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    world.web.set("https://web.example/l.png", png());
    for (n, (why, logo, accepted)) in [
        ("a PNG", png(), true),
        ("256 KiB", of_bytes(256 * 1024), true),
        ("256 KiB and a byte", of_bytes(256 * 1024 + 1), false),
        ("SVG", reply("image/svg+xml", svg), false),
        ("SVG that says PNG", reply("image/png", svg), false),
        ("GIF", reply("image/gif", "GIF89a\x01\0\x01\0\0\0\0;"), false),
        ("HTML that says PNG", reply("image/png", "<!doctype html><script>"), false),
        ("PNG that says HTML", png().with("content-type", "text/html"), false),
        ("PNG that says JPEG", png().with("content-type", "image/jpeg"), false),
        ("cut short", reply("image/png", truncated), false),
        ("20,000 × 20,000 pixels", reply("image/png", bomb), false),
        ("1,025 pixels", reply("image/png", picture(ImageFormat::Png, (1025, 1))), false),
        ("a redirect", redirect(302), false),
        ("another redirect", redirect(301), false),
        ("packed", png().with("content-encoding", "gzip"), false),
        ("nothing", reply("image/png", ""), false),
        ("gone", Reply { status: 404, ..png() }, false),
    ]
    .into_iter()
    .enumerate()
    {
        // Each with a person of its own, since one may cause a fifth of what goes to a host.
        let mut browser = world.user(&format!("user{n}")).await;
        let url = format!("https://other.example/logo{n}");
        world.web.set(&url, logo);
        publish(&world, WEB, &url, n);
        for _ in 0..2 {
            let page = ask(&mut browser, WEB).await;
            assert_eq!(shown(&page).is_some(), accepted, "{why}: {}", page.text);
            assert!(page.text.contains("class=\"tile"), "{why}");
            assert_eq!(world.web.hits(&url), 1, "{why}");
        }
        let answer = world.allow(&mut browser, WEB.0, WEB.1, "notes:read").await;
        assert!(answer.answered("code").is_some(), "{why}");
    }
    assert_eq!(world.web.hits("https://web.example/l.png"), 0, "no redirect is followed");
}

#[tokio::test]
async fn cimd_f_5_no_logo_leads_inside() {
    let world = World::new().await;
    let port = world.web.address().port();
    for (n, logo) in [
        format!("https://127.0.0.1:{port}/logo.png"),
        format!("https://localhost:{port}/logo.png"),
        format!("https://[::1]:{port}/logo.png"),
        format!("https://other.example:{port}/logo.png"),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://printer.local/logo.png".to_owned(),
        "http://other.example/logo.png".to_owned(),
        "data:image/png;base64,iVBORw0KGgo=".to_owned(),
        "javascript:alert(1)".to_owned(),
        "file:///etc/passwd".to_owned(),
    ]
    .into_iter()
    .enumerate()
    {
        // Each with a person of its own, since one may cause a fifth of what goes to a host.
        let mut browser = world.user(&format!("user{n}")).await;
        publish(&world, WEB, &logo, n);
        let documents = world.web.hits(WEB_CLIENT);
        assert_eq!(shown(&ask(&mut browser, WEB).await), None, "{logo}");
        assert_eq!(world.web.hits(WEB_CLIENT), documents + 1);
        assert_eq!(world.web.all_hits(), world.web.hits(WEB_CLIENT), "{logo}");
    }
}

#[tokio::test]
async fn design_4_2_below_anchored_a_logo_is_not_even_fetched() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    world.web.set(LOGO, png());
    let open_host = "https://raw.githubusercontent.com/someone/app/main/client.json";
    for (why, client, expected) in [
        ("self-declared", (open_host, "https://raw.githubusercontent.com/cb"), false),
        ("on this computer", (NATIVE_CLIENT, NATIVE_CALLBACK), false),
        ("at another host", (WEB_CLIENT, "https://native.example/cb"), false),
        ("anchored", WEB, true),
    ] {
        publish(&world, client, LOGO, 0);
        assert_eq!(shown(&ask(&mut browser, client).await).is_some(), expected, "{why}");
        assert_eq!(world.web.hits(LOGO), usize::from(expected), "{why}");
    }
}

#[tokio::test]
async fn a_logo_at_hand_is_not_shown_for_an_answer_that_others_can_get() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    world.web.set(LOGO, png());
    let both = json!({
        "client_id": WEB_CLIENT,
        "client_name": "App",
        "redirect_uris": [WEB_CALLBACK, "http://127.0.0.1/callback"],
        "logo_uri": LOGO,
    });
    world.web.set(WEB_CLIENT, Reply::json(both.to_string()));
    assert!(shown(&ask(&mut browser, WEB).await).is_some());
    assert_eq!(
        shown(&ask(&mut browser, (WEB_CLIENT, "http://127.0.0.1:4711/callback")).await),
        None
    );
}

#[tokio::test]
async fn design_4_5_nobody_unknown_causes_a_fetch() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    publish(&world, WEB, LOGO, 1);
    // The document is at hand, its logo is not.
    assert_eq!(shown(&ask(&mut browser, WEB).await), None);
    let before = world.web.all_hits();
    world.web.set(LOGO, png());
    world.clock.advance(86_400);
    let mut stranger = Browser::new(world.router.clone());
    let page = stranger.get(&authorize(WEB.0, WEB.1, &[])).await;
    assert_eq!((shown(&page), world.web.all_hits()), (None, before));
}

#[tokio::test]
async fn a_slow_logo_keeps_nobody_waiting_and_is_there_later() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    world.web.set(LOGO, png());
    world.web.hold(LOGO);
    publish(&world, WEB, LOGO, 1);
    let begun = std::time::Instant::now();
    assert_eq!(shown(&ask(&mut browser, WEB).await), None);
    assert!(begun.elapsed() < std::time::Duration::from_millis(2_500));
    world.web.release(LOGO);
    assert!(shown(&ask(&mut browser, WEB).await).is_some());
    assert_eq!(world.web.hits(LOGO), 1);
}

#[tokio::test]
async fn connected_apps_show_the_logo_that_was_shown() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    world.web.set(LOGO, png());
    publish(&world, WEB, LOGO, 1);
    let path = shown(&ask(&mut browser, WEB).await).map(str::to_owned);
    world.login(&mut browser, WEB.0, WEB.1, "notes:read").await;
    let apps = browser.get("/account/apps").await;
    assert!(path.is_some());
    assert_eq!(shown(&apps), path.as_deref(), "{}", apps.text);
    world.web.set(NATIVE_CLIENT, document(NATIVE_CLIENT, &["http://127.0.0.1/callback"]));
    world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    let apps = browser.get("/account/apps").await;
    assert_eq!(apps.text.matches("<img ").count(), 1);
}

#[tokio::test]
async fn what_is_no_logo_of_ours_is_not_found() {
    let world = World::new().await;
    let unknown = "A".repeat(43);
    for path in [
        format!("/logo/{unknown}.png"),
        format!("/logo/{unknown}"),
        format!("/logo/{unknown}.svg"),
        "/logo/.png".to_owned(),
        "/logo/x.png".to_owned(),
        "/logo/..%2f..%2fetc%2fpasswd.png".to_owned(),
    ] {
        let (status, headers, body) = fetch(&world, &path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(body.is_empty(), "{path}");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
    }
}

#[tokio::test]
async fn logos_lie_below_the_path_of_the_issuer() {
    let world = World::at("http://localhost:8080/as").await;
    let (_, ours, _) = fetch(&world, "/as/logo/x.png").await;
    let (_, nobodys, _) = fetch(&world, "/logo/x.png").await;
    assert!(ours.contains_key("content-security-policy"));
    assert!(!nobodys.contains_key("content-security-policy"));
}

/// CRC-32 as in PNG (ISO 3309).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
    })
}
