//! Which bytes become a picture, and what is left of them (CIMD-S-6).

use image::{DynamicImage, GenericImageView as _, ImageFormat, Rgba, RgbaImage};
use proptest::prelude::*;

use super::{Picture, PictureFault, claims_to_be_one, picture::SIDE};

fn drawn(width: u32, height: u32) -> DynamicImage {
    RgbaImage::from_fn(width, height, |x, y| {
        let shade = |n: u32| u8::try_from(n % 256).unwrap();
        Rgba([shade(x), shade(y), shade(x + y), if x < width / 2 { 0 } else { 255 }])
    })
    .into()
}

fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    if format == ImageFormat::Jpeg {
        picture.to_rgb8().write_to(&mut bytes, format).unwrap();
    } else {
        picture.write_to(&mut bytes, format).unwrap();
    }
    bytes.into_inner()
}

fn read(picture: &Picture) -> DynamicImage {
    image::load_from_memory_with_format(&picture.png, ImageFormat::Png).unwrap()
}

#[test]
fn each_format_is_drawn_anew_as_a_small_png() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        for (from, to) in [
            ((96, 96), (96, 96)),
            ((40, 20), (40, 20)),
            ((200, 100), (96, 48)),
            ((100, 200), (48, 96)),
            ((1024, 1024), (96, 96)),
            ((1024, 1), (96, 1)),
            ((1, 1), (1, 1)),
        ] {
            let bytes = file(&drawn(from.0, from.1), format);
            let picture = Picture::redraw(&bytes).unwrap();
            assert_eq!(read(&picture).dimensions(), to, "{format:?} {from:?}");
            assert!(picture.png.len() < 40 * 1024);
            assert_eq!(Picture::redraw(&bytes).unwrap(), picture, "the same bytes, the same hash");
        }
    }
}

#[test]
fn what_is_unseen_stays_unseen_and_does_not_shine_through() {
    let left_is_unseen = RgbaImage::from_fn(192, 192, |x, _| {
        if x < 96 { Rgba([0, 255, 0, 0]) } else { Rgba([255, 0, 0, 255]) }
    });
    let bytes = file(&left_is_unseen.into(), ImageFormat::Png);
    let small = read(&Picture::redraw(&bytes).unwrap()).into_rgba8();
    assert_eq!((small[(0, 0)][3], small[(95, 0)]), (0, Rgba([255, 0, 0, 255])));
    assert!(small.pixels().all(|pixel| pixel[1] == 0), "no green");
}

#[test]
fn nothing_of_the_file_survives_but_its_pixels() {
    let mut bytes = file(&drawn(8, 8), ImageFormat::Png);
    let plain = Picture::redraw(&bytes).unwrap();
    let text = chunk(b"tEXt", b"Comment\0<script>alert(1)</script>");
    bytes.splice(33..33, text);
    bytes.extend_from_slice(b"<script>behind the end</script>");
    assert_eq!(Picture::redraw(&bytes), Ok(plain));
}

#[test]
fn what_is_no_still_picture_within_bounds_is_refused() {
    use PictureFault as F;
    let [png, jpeg, webp] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP]
        .map(|format| file(&drawn(64, 64), format));
    let half = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    let wide = drawn(1025, 2);
    let mut huge_jpeg = jpeg.clone();
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    huge_jpeg[frame + 5..frame + 9].copy_from_slice(&[0x4e, 0x20, 0x4e, 0x20]);
    for (why, bytes, fault) in [
        ("nothing", Vec::new(), F::OtherFormat),
        ("SVG", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), F::OtherFormat),
        ("HTML", b"<!doctype html><script>alert(1)</script>".to_vec(), F::OtherFormat),
        ("GIF", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), F::OtherFormat),
        ("ICO", b"\0\0\x01\0\x01\0\x10\x10".to_vec(), F::OtherFormat),
        ("a PNG in an ICO", [&b"\0\0\x01\0\x01\0"[..], &png].concat(), F::OtherFormat),
        ("BMP", b"BM\0\0\0\0".to_vec(), F::OtherFormat),
        ("only a signature", b"\x89PNG\r\n\x1a\n".to_vec(), F::Broken),
        ("half a PNG", half(&png), F::Broken),
        ("half a WebP", half(&webp), F::Broken),
        ("the first bytes of a JPEG", jpeg[..40].to_vec(), F::Broken),
        ("a PNG that is too wide", file(&wide, ImageFormat::Png), F::TooLarge),
        ("a JPEG that is too wide", file(&wide, ImageFormat::Jpeg), F::TooLarge),
        ("a WebP that is too wide", file(&wide, ImageFormat::WebP), F::TooLarge),
        ("too high", file(&drawn(2, 1025), ImageFormat::Png), F::TooLarge),
        ("a PNG of 20,000 × 20,000", png_of(20_000, 20_000), F::TooLarge),
        ("a PNG of 2³¹ − 1 squared", png_of(0x7fff_ffff, 0x7fff_ffff), F::TooLarge),
        ("a JPEG of 20,000 × 20,000", huge_jpeg, F::TooLarge),
        ("a small canvas around a huge frame", webp_with_a_huge_frame(), F::TooLarge),
        ("an animated PNG", animated_png(&png), F::Animated),
        ("an animated WebP", animated_webp(&webp), F::Animated),
    ] {
        assert_eq!(Picture::redraw(&bytes).err(), Some(fault), "{why}");
    }
}

#[test]
fn the_first_bytes_and_the_media_type_must_say_the_same() {
    let png = b"\x89PNG\r\n\x1a\n";
    for (content_type, bytes, expected) in [
        (Some("image/png"), &png[..], true),
        (Some("Image/PNG; charset=x"), png, true),
        (Some("image/jpeg"), b"\xff\xd8\xff\xe0", true),
        (Some("image/webp"), b"RIFF\0\0\0\0WEBPVP8 ", true),
        (Some("image/jpeg"), png, false),
        (Some("image/svg+xml"), png, false),
        (Some("text/html"), png, false),
        (Some("application/octet-stream"), png, false),
        (None, png, false),
        (Some("image/png"), b"<svg/>", false),
        (Some("image/svg+xml"), b"<svg/>", false),
        (Some("image/gif"), b"GIF89a", false),
        (Some("image/webp"), b"RIFF\0\0\0\0WAVEfmt ", false),
        (Some("image/png"), b"", false),
    ] {
        assert_eq!(claims_to_be_one(content_type, bytes), expected, "{content_type:?} {bytes:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_decoder_panic(
        start in prop::sample::select(vec![&b""[..], b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\x10\0\0WEBPVP8 ", b"RIFF\0\x10\0\0WEBPVP8L", b"RIFF\0\x10\0\0WEBPVP8X"]),
        rest in prop::collection::vec(any::<u8>(), 0..512),
    ) {
        let _ = Picture::redraw(&[start, &rest].concat());
    }

    #[test]
    fn no_damage_makes_a_decoder_panic_or_a_picture_large(
        format in prop::sample::select(vec![ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP]),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        end in any::<prop::sample::Index>(),
    ) {
        let mut bytes = file(&drawn(24, 24), format);
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len().max(1) - end.index(bytes.len()) / 2);
        if let Ok(picture) = Picture::redraw(&bytes) {
            let (width, height) = read(&picture).dimensions();
            prop_assert!(width <= SIDE && height <= SIDE);
        }
    }
}

/// A chunk of a PNG file.
fn chunk(name: &[u8], payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let named = [name, payload].concat();
    [&length[..], &named, &crc(&named).to_be_bytes()].concat()
}

/// CRC-32 as in PNG (ISO 3309).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
    })
}

/// A PNG whose header claims this size.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    let parts = [chunk(b"IHDR", &header), chunk(b"IDAT", &[0x78, 0x9c]), chunk(b"IEND", &[])];
    [b"\x89PNG\r\n\x1a\n".to_vec(), parts.concat()].concat()
}

fn animated_png(png: &[u8]) -> Vec<u8> {
    let mut bytes = png.to_vec();
    bytes.splice(33..33, chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]));
    bytes
}

fn webp(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let chunks = chunks.iter().flat_map(|(name, payload)| {
        let length = u32::try_from(payload.len()).unwrap().to_le_bytes();
        [&name[..], &length, payload, &vec![0; payload.len() % 2]].concat()
    });
    let chunks: Vec<u8> = chunks.collect();
    let length = u32::try_from(chunks.len() + 4).unwrap().to_le_bytes();
    [b"RIFF", &length[..], b"WEBP", &chunks].concat()
}

/// A canvas of 16 × 16, flags as given.
fn canvas(flags: u8) -> (&'static [u8; 4], Vec<u8>) {
    (b"VP8X", vec![flags, 0, 0, 0, 15, 0, 0, 15, 0, 0])
}

fn webp_with_a_huge_frame() -> Vec<u8> {
    let frame = [0x10, 0, 0, 0x9d, 0x01, 0x2a, 0xff, 0x3f, 0xff, 0x3f, 0, 0];
    webp(&[canvas(0), (b"VP8 ", frame.to_vec())])
}

fn animated_webp(still: &[u8]) -> Vec<u8> {
    let frame = [&[0; 6][..], &[15, 0, 0, 15, 0, 0, 100, 0, 0, 0], &still[12..]].concat();
    webp(&[canvas(2), (b"ANIM", vec![0; 6]), (b"ANMF", frame)])
}
