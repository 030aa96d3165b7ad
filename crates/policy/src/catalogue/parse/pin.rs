//! Can this copy of a document be used in its place? Sound as a document of its URL, without keys, and in step with its entry.
//!
//! Members that only a profile demands are judged where the copy is used.

use salver_oauth::client::{
    document::{self, Profile},
    id::MetadataUrl,
    metadata::{Keys, Metadata},
};
use toml::Spanned;

use super::{Report, Taken};
use crate::catalogue::{
    Catalogue,
    entry::{Client, Pin},
    file::RawPin,
    problem::{PinFault, Rule},
};

pub(super) fn read(
    raw: Vec<Spanned<RawPin>>,
    catalogue: &Catalogue,
    report: &mut Report,
) -> Vec<Pin> {
    let mut taken = Taken::default();
    let mut pins = Vec::new();
    for pin in raw {
        let begin = pin.span().start;
        let pin = pin.into_inner();
        let entry = pin.url.get_ref().clone();
        report.once(&mut taken, &pin.url, &entry, "another pin");
        if *pin.fetched.get_ref() > catalogue.issued() {
            let rule = Rule::Order { earlier: "fetched", later: "issued" };
            report.spanned(&pin.fetched, &entry, rule);
        }
        if pin.document.get_ref().len() > MAX_DOCUMENT_BYTES {
            let rule = Rule::Size { what: "document", most: MAX_DOCUMENT_BYTES };
            report.spanned(&pin.document, &entry, rule);
            continue;
        }
        match sound(&pin, catalogue, report.settled) {
            Ok(url) => pins.push(Pin {
                url,
                fetched: pin.fetched.into_inner(),
                document: pin.document.into_inner().into(),
            }),
            Err(fault) => report.at(begin, &entry, Rule::Pin(fault)),
        }
    }
    pins
}

fn sound(pin: &RawPin, catalogue: &Catalogue, settled: bool) -> Result<MetadataUrl, PinFault> {
    let url = MetadataUrl::parse(pin.url.get_ref()).map_err(PinFault::Url)?;
    let bytes = pin.document.get_ref().as_bytes();
    let metadata = document::parse(bytes, &url, Profile::Ietf).map_err(PinFault::Document)?;
    if matches!(metadata.keys, Keys::Inline(_)) {
        return Err(PinFault::Keys);
    }
    if !settled {
        in_step(&metadata, catalogue.client_of_document(url.as_str()))?;
    }
    Ok(url)
}

/// A client whose entry says what its redirect URIs are has no others in its copies.
fn in_step(metadata: &Metadata, client: Option<&Client>) -> Result<(), PinFault> {
    let Some(client) = client.filter(|client| !client.redirect_uris.is_empty()) else {
        return Ok(());
    };
    let meant = |uri: &str| client.redirect_uris.iter().any(|pattern| pattern.matches(uri));
    let foreign = metadata.redirect_uris.iter().find(|uri| !meant(uri.as_str()));
    foreign.map_or(Ok(()), |uri| Err(PinFault::ForeignRedirectUri(uri.as_str().into())))
}

/// The longest document, as for one that is fetched (DESIGN 9).
const MAX_DOCUMENT_BYTES: usize = 5 * 1024;
