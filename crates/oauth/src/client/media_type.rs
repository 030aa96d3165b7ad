//! Is this the media type of a metadata document? CIMD-D-2.

/// `application/json`, or an `application/` type that ends in `+json`; parameters do not matter.
#[must_use]
pub fn is_json(content_type: Option<&str>) -> bool {
    let essence = essence(content_type);
    essence == PLAIN || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// `application/json` itself.
#[must_use]
pub fn is_plain_json(content_type: Option<&str>) -> bool {
    essence(content_type) == PLAIN
}

fn essence(content_type: Option<&str>) -> String {
    let essence = content_type.and_then(|text| text.split(';').next()).unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

const PLAIN: &str = "application/json";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cimd_d_2_media_types() {
        for (media_type, accepted, plain) in [
            (Some("application/json"), true, true),
            (Some("Application/JSON; charset=utf-8"), true, true),
            (Some("application/cimd+json"), true, false),
            (Some("text/plain"), false, false),
            (Some("text/html; x=application/json"), false, false),
            (Some("image/svg+json"), false, false),
            (None, false, false),
        ] {
            assert_eq!(is_json(media_type), accepted, "{media_type:?}");
            assert_eq!(is_plain_json(media_type), plain, "{media_type:?}");
        }
    }
}
