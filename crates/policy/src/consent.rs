//! Must the person be asked? DESIGN 4.2: every time where others could sit; else until they have said yes once.

use salver_oauth::Scope;

use crate::assessment::{Assessment, Rung};

/// Whether the consent page may be passed over because of an earlier yes.
///
/// No setting changes this: a program on this computer, an app's scheme, a relay, and whoever is only self-declared are asked
/// about each time (O21-14, CIMD-S-9), unless this very installation is attested.
#[must_use]
pub fn may_be_remembered(assessment: &Assessment) -> bool {
    match assessment.rung {
        Rung::SelfDeclared => false,
        Rung::Published | Rung::Anchored => !assessment.on_this_computer && !assessment.relay,
        Rung::Attested => true,
    }
}

/// A consent that somebody gave before.
#[derive(Clone, Copy, Debug)]
pub struct EarlierConsent<'c> {
    /// What was allowed.
    pub scope: &'c Scope,
    /// Whether it was allowed to an attested installation.
    pub attested: bool,
}

/// Whether a consent on record answers this request. What was allowed to an attested installation is for that one alone (whoever looks for the consent sees to that), and
/// what was allowed to any program is no word on an attested one.
#[must_use]
pub fn covers(
    on_record: Option<EarlierConsent<'_>>,
    asked: &Scope,
    assessment: &Assessment,
) -> bool {
    let is_attested = assessment.rung == Rung::Attested;
    may_be_remembered(assessment)
        && on_record.is_some_and(|earlier| {
            asked.is_subset(earlier.scope) && earlier.attested == is_attested
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{assessment::Publisher, evidence::Evidence};

    #[test]
    fn what_is_asked_every_time() {
        let sound = Assessment {
            signed: None,
            rung: Rung::Anchored,
            publisher: Publisher::Domain("claude.ai".into()),
            vetted: false,
            relay: false,
            on_this_computer: false,
            known: None,
            pinned: false,
            keyed: false,
            evidence: Evidence::NONE,
        };
        let (read, both): (Scope, Scope) = ("read".parse().unwrap(), "read write".parse().unwrap());
        let at = |scope, rung| Some(EarlierConsent { scope, attested: rung == Rung::Attested });
        assert!(covers(at(&both, Rung::Anchored), &read, &sound));
        assert!(covers(Some(EarlierConsent { scope: &both, attested: false }), &read, &sound));
        assert!(!covers(at(&both, Rung::Attested), &read, &sound), "to an attested one alone");
        assert!(!covers(at(&read, Rung::Anchored), &both, &sound), "something new is asked for");
        assert!(!covers(None, &read, &sound), "never asked before");
        for every_time in [
            Assessment { on_this_computer: true, vetted: true, ..sound.clone() },
            Assessment { relay: true, ..sound.clone() },
            Assessment { rung: Rung::SelfDeclared, ..sound.clone() },
            Assessment { rung: Rung::Published, on_this_computer: true, ..sound.clone() },
        ] {
            assert!(!covers(at(&both, every_time.rung), &read, &every_time), "{every_time:?}");
        }
        for remembered in [
            Assessment { rung: Rung::Published, ..sound.clone() },
            Assessment { rung: Rung::Attested, on_this_computer: true, ..sound.clone() },
        ] {
            assert!(covers(at(&both, remembered.rung), &read, &remembered), "{remembered:?}");
        }
        let attested = Assessment { rung: Rung::Attested, ..sound };
        assert!(!covers(at(&both, Rung::Anchored), &read, &attested), "no word on this one");
    }
}
