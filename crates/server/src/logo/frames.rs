//! How large are the frames inside a WebP file? A container that speaks of a small canvas may hold a frame of 16,383 × 16,383
//! pixels, for which a decoder makes room before it compares the two. So the container is walked first (RFC 9649 §2.3).
//!
//! Only the size of lossy frames is looked at: that of lossless ones a decoder compares before it makes room.

/// Whether each lossy frame is at most so wide and high.
pub(super) fn fit(webp: &[u8], most: u16) -> bool {
    let mut chunks = webp.get(RIFF_HEADER..).unwrap_or_default();
    while let Some((name, payload, rest)) = next(chunks) {
        if name == b"VP8 " && size(payload).is_none_or(|(width, height)| width.max(height) > most) {
            return false;
        }
        chunks = rest;
    }
    true
}

/// Name, payload and what follows; the last payload may be cut short.
fn next(chunks: &[u8]) -> Option<(&[u8; 4], &[u8], &[u8])> {
    let (name, rest) = chunks.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let payload = rest.get(..length).unwrap_or(rest);
    let rest = rest.get(length.checked_next_multiple_of(2)?..).unwrap_or_default();
    Some((name, payload, rest))
}

/// Width and height of a lossy frame (RFC 6386 §9.1).
fn size(frame: &[u8]) -> Option<(u16, u16)> {
    let side = |at: usize| {
        let bytes = frame.get(at..)?.first_chunk::<2>()?;
        Some(u16::from_le_bytes(*bytes) & 0x3fff)
    };
    Some((side(6)?, side(8)?))
}

/// `RIFF`, a length, `WEBP`.
const RIFF_HEADER: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(name: &[u8], payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap_or_default().to_le_bytes();
        let pad = vec![0; payload.len() % 2];
        [name, &length, payload, &pad].concat()
    }

    fn frame(width: u16, height: u16) -> Vec<u8> {
        let sides = [width.to_le_bytes(), height.to_le_bytes()].concat();
        chunk(b"VP8 ", &[&[0x10, 0, 0, 0x9d, 0x01, 0x2a], &sides[..], &[0]].concat())
    }

    #[test]
    fn frames_are_found_wherever_they_are() {
        let canvas = chunk(b"VP8X", &[0; 10]);
        let odd = chunk(b"EXIF", &[0; 3]);
        for (why, chunks, expected) in [
            ("no frame", vec![], true),
            ("one that fits", vec![frame(96, 1024)], true),
            ("too wide", vec![frame(1025, 96)], false),
            ("too high", vec![frame(96, 1025)], false),
            ("the largest", vec![frame(0x3fff, 0x3fff)], false),
            ("behind a canvas and an odd chunk", vec![canvas.clone(), odd, frame(2000, 1)], false),
            ("a second one", vec![canvas, frame(1, 1), frame(2000, 1)], false),
            ("cut short", vec![chunk(b"VP8 ", &[0; 9])], false),
        ] {
            let webp = [&b"RIFF\0\0\0\0WEBP"[..], &chunks.concat()].concat();
            assert_eq!(fit(&webp, 1024), expected, "{why}");
        }
        assert!(fit(b"", 1024) && fit(b"RIFF", 1024));
    }
}
