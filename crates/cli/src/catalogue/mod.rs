//! Which catalogue is in force? The one in the binary, what was taken over from the operator's URL on top of it, and the operator's own
//! file on top of all (decision 8).
//!
//! What was taken over is in a file of the data directory ([`StateFile`]), which the running server and `salver catalogue update` share.

mod keeper;
mod source;
mod state;
mod taken_over;

use salver_policy::catalogue::Catalogue;

pub(crate) use self::{
    keeper::Keeper,
    source::{SourceError, fetch, take_over, verify},
    state::{StateError, StateFile},
    taken_over::{AcceptError, TakenOver, Waiting},
};
use crate::config::{Settings, catalogue::CatalogueSettings};

/// The catalogue as settings and state make it.
pub(crate) fn in_force(settings: &Settings) -> Result<Catalogue, StateError> {
    let taken_over = taken_over(settings)?;
    Ok(put_together(&settings.catalogue, taken_over.as_ref()))
}

/// What was taken over from the URL of these settings, if anything was.
pub(crate) fn taken_over(settings: &Settings) -> Result<Option<TakenOver>, StateError> {
    match &settings.catalogue.updates {
        Some(updates) => StateFile::new(&settings.server.data).load(&updates.url),
        None => Ok(None),
    }
}

/// The catalogue that others lie on, if the operator has not left it out.
pub(crate) fn below(settings: &CatalogueSettings) -> Option<&'static Catalogue> {
    (!settings.replace).then(Catalogue::embedded)
}

fn put_together(settings: &CatalogueSettings, taken_over: Option<&TakenOver>) -> Catalogue {
    let embedded = below(settings).cloned();
    let applied = taken_over.map(TakenOver::applied);
    let own = settings.own.as_deref().cloned();
    let layers = [embedded, applied, own].into_iter().flatten();
    layers.reduce(Catalogue::extended_by).unwrap_or_else(Catalogue::empty)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{taken_over::tests::text, *};

    fn own(number: u64, name: &str) -> Arc<Catalogue> {
        Arc::new(Catalogue::parse(&text(number, name)).unwrap())
    }

    #[test]
    fn decision_8_each_layer_lies_on_the_one_below() {
        let taken_over = TakenOver::first(text(4, "Issued"), |_| true).unwrap();
        let settings = |replace, own| CatalogueSettings { own, replace, ..Default::default() };
        let zed = |catalogue: &Catalogue| catalogue.client("Zed").is_some();
        let all = put_together(&settings(false, Some(own(1, "Ours"))), Some(&taken_over));
        assert!(zed(&all) && all.client("Issued").is_some() && all.client("Ours").is_some());
        let alone = put_together(&settings(true, Some(own(3, "Ours"))), None);
        assert_eq!((alone.clients().len(), alone.number()), (1, 3));
        let issued = put_together(&settings(true, None), Some(&taken_over));
        assert_eq!((issued.clients().len(), issued.number()), (1, 4));
        assert_eq!(put_together(&settings(true, None), None).clients().len(), 0);
        // The operator's word counts over the issuer's.
        let documents = |catalogue: &Catalogue| catalogue.client("Issued").unwrap().source.clone();
        let says_other = text(1, "Issued").replace("a test", "another test");
        let other = Arc::new(Catalogue::parse(&says_other).unwrap());
        let both = put_together(&settings(false, Some(other)), Some(&taken_over));
        assert_eq!(&*documents(&both), "another test");
    }
}
