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

/// Whether a consent on record answers this request.
#[must_use]
pub fn covers(on_record: Option<&Scope>, asked: &Scope, assessment: &Assessment) -> bool {
    may_be_remembered(assessment) && on_record.is_some_and(|scope| asked.is_subset(scope))
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
        assert!(covers(Some(&both), &read, &sound));
        assert!(!covers(Some(&read), &both, &sound), "something new is asked for");
        assert!(!covers(None, &read, &sound), "never asked before");
        for every_time in [
            Assessment { on_this_computer: true, vetted: true, ..sound.clone() },
            Assessment { relay: true, ..sound.clone() },
            Assessment { rung: Rung::SelfDeclared, ..sound.clone() },
            Assessment { rung: Rung::Published, on_this_computer: true, ..sound.clone() },
        ] {
            assert!(!covers(Some(&both), &read, &every_time), "{every_time:?}");
        }
        for remembered in [
            Assessment { rung: Rung::Published, ..sound.clone() },
            Assessment { rung: Rung::Attested, on_this_computer: true, ..sound },
        ] {
            assert!(covers(Some(&both), &read, &remembered), "{remembered:?}");
        }
    }
}
