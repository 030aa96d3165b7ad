//! From bytes of a stranger to a picture of ours: decoded within bounds, made small, drawn anew as PNG. Nothing of the file survives
//! but its pixels.
//!
//! Still PNG, JPEG and WebP only, told by their first bytes; SVG and everything else is no picture here (CIMD-S-6). Decoding takes
//! time on the processor: [`Picture::redraw`] belongs on a thread where that harms nobody.

use std::io::Cursor;

use bytes::Bytes;
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder as _, ImageFormat, ImageResult,
    Limits, RgbaImage,
    codecs::{jpeg::JpegDecoder, png, png::PngDecoder, webp::WebPDecoder},
    imageops::{self, FilterType},
};
use thiserror::Error;

use super::{LogoHash, frames};

/// A picture that we made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Picture {
    /// Of its bytes.
    pub(crate) hash: LogoHash,
    /// PNG, at most [`SIDE`] wide and high.
    pub(crate) png: Bytes,
}

/// Why bytes are no logo.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub(crate) enum PictureFault {
    #[error("it is neither PNG nor JPEG nor WebP")]
    OtherFormat,
    #[error("it moves")]
    Animated,
    #[error("it has more pixels than are drawn here")]
    TooLarge,
    #[error("it cannot be read")]
    Broken,
    #[error("it could not be drawn anew")]
    NotDrawn,
}

/// Whether bytes begin as the media type says that they do. Cheap; the rest is not looked at.
pub(crate) fn claims_to_be_one(content_type: Option<&str>, bytes: &[u8]) -> bool {
    let essence = content_type.and_then(|text| text.split(';').next()).unwrap_or_default().trim();
    format(bytes).is_some_and(|format| essence.eq_ignore_ascii_case(format.to_mime_type()))
}

impl Picture {
    /// Draws the picture anew.
    pub(crate) fn redraw(bytes: &[u8]) -> Result<Self, PictureFault> {
        let small = small(decoded(bytes)?.into_rgba8());
        let png = encoded(&small).map_err(|_| PictureFault::NotDrawn)?;
        let hash = LogoHash::of(&png).ok_or(PictureFault::NotDrawn)?;
        Ok(Self { hash, png: Bytes::from(png) })
    }
}

fn format(bytes: &[u8]) -> Option<ImageFormat> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(ImageFormat::Png),
        [0xff, 0xd8, 0xff, ..] => Some(ImageFormat::Jpeg),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(ImageFormat::WebP),
        _ => None,
    }
}

fn decoded(bytes: &[u8]) -> Result<DynamicImage, PictureFault> {
    match format(bytes).ok_or(PictureFault::OtherFormat)? {
        ImageFormat::Png => {
            let decoder = PngDecoder::with_limits(Cursor::new(bytes), limits())?;
            let animated = decoder.is_apng()?;
            pixels(decoder, animated)
        }
        ImageFormat::Jpeg => pixels(JpegDecoder::new(Cursor::new(bytes))?, false),
        _ if !frames::fit(bytes, LARGEST_SIDE) => Err(PictureFault::TooLarge),
        _ => {
            let decoder = WebPDecoder::new(Cursor::new(bytes))?;
            let animated = decoder.has_animation();
            pixels(decoder, animated)
        }
    }
}

fn pixels(mut decoder: impl ImageDecoder, animated: bool) -> Result<DynamicImage, PictureFault> {
    if animated {
        return Err(PictureFault::Animated);
    }
    let mut limits = limits();
    limits.reserve(decoder.total_bytes())?;
    decoder.set_limits(limits)?;
    Ok(DynamicImage::from_decoder(decoder)?)
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(LARGEST_SIDE.into());
    limits.max_image_height = Some(LARGEST_SIDE.into());
    limits.max_alloc = Some(MOST_MEMORY);
    limits
}

/// Scaled to fit, if it does not. Colours are weighed by their opacity, or what is unseen would shine through at the edges.
fn small(mut picture: RgbaImage) -> RgbaImage {
    let (width, height) = picture.dimensions();
    let longer = width.max(height);
    if longer <= SIDE {
        return picture;
    }
    let scaled = |side: u32| (side * SIDE).div_ceil(longer).clamp(1, SIDE);
    let weigh = |colour: u8, alpha: u8| u16::from(colour) * u16::from(alpha) / 255;
    let unweigh = |colour: u8, alpha: u8| u16::from(colour) * 255 / u16::from(alpha.max(1));
    for_each_colour(&mut picture, weigh);
    let mut small = imageops::resize(&picture, scaled(width), scaled(height), FilterType::Triangle);
    for_each_colour(&mut small, unweigh);
    small
}

fn for_each_colour(picture: &mut RgbaImage, change: impl Fn(u8, u8) -> u16) {
    for pixel in picture.pixels_mut() {
        let [red, green, blue, alpha] = pixel.0;
        let [red, green, blue] =
            [red, green, blue].map(|colour| u8::try_from(change(colour, alpha)).unwrap_or(u8::MAX));
        pixel.0 = [red, green, blue, alpha];
    }
}

fn encoded(picture: &RgbaImage) -> ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    let encoder = png::PngEncoder::new_with_quality(
        &mut bytes,
        png::CompressionType::Default,
        png::FilterType::Adaptive,
    );
    let (width, height) = picture.dimensions();
    encoder.write_image(picture.as_raw(), width, height, ExtendedColorType::Rgba8)?;
    Ok(bytes)
}

impl From<image::ImageError> for PictureFault {
    fn from(error: image::ImageError) -> Self {
        match error {
            image::ImageError::Limits(_) => Self::TooLarge,
            _ => Self::Broken,
        }
    }
}

/// The longest side of a picture as it is served: twice what a page shows, for screens with fine pixels.
pub(super) const SIDE: u32 = 96;
/// The longest side of a picture that is decoded.
const LARGEST_SIDE: u16 = 1024;
/// The most memory for the pixels of one, in bytes: 1,024 × 1,024 of the longest, twice.
const MOST_MEMORY: u64 = 16 * 1024 * 1024;
