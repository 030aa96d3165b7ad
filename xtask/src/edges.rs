//! May this crate use that one?
//!
//! The table of the house: nothing points up, siblings do not see each other. A crate may also use what its neighbours
//! use, since it sees their types anyway. `salver-testkit` is for tests only, everywhere.

use std::collections::BTreeSet;

use crate::Report;
use crate::packages::Package;

/// Crate, and the crates directly below it.
const BELOW: &[(&str, &[&str])] = &[
    ("salver-names", &[]),
    ("salver-oauth", &["salver-names"]),
    ("salver-jose", &["salver-oauth"]),
    ("salver-policy", &["salver-oauth", "salver-names"]),
    ("salver-egress", &["salver-names"]),
    ("salver-store", &["salver-oauth"]),
    (
        "salver-server",
        &["salver-oauth", "salver-jose", "salver-policy", "salver-egress", "salver-store"],
    ),
    ("salver-gateway", &["salver-oauth", "salver-jose", "salver-egress"]),
    ("salver-client", &["salver-oauth", "salver-jose", "salver-egress"]),
    ("salver-vendor", &["salver-oauth", "salver-jose", "salver-egress", "salver-store"]),
    ("salver", &["salver-server", "salver-gateway", "salver-client", "salver-vendor"]),
    ("salver-bench", &["salver"]),
    ("xtask", &[]),
];

const TESTKIT: &str = "salver-testkit";

pub(crate) fn check(packages: &[Package]) -> Report {
    let ours: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut report = Report::default();
    let mut seen = 0_usize;
    for package in packages {
        let name = package.name.as_str();
        if name != TESTKIT && directly_below(name).is_none() {
            report.fault(format!(
                "{name}: not in the table of xtask/src/edges.rs; say what it may use"
            ));
            continue;
        }
        for dependency in package.dependencies.iter().filter(|d| ours.contains(d.name.as_str())) {
            seen += 1;
            if !may_use(name, &dependency.name, dependency.dev) {
                let kind = if dependency.dev { " (in tests)" } else { "" };
                report.fault(format!(
                    "{name} uses {}{kind}: this edge is not in the table",
                    dependency.name
                ));
            }
        }
    }
    report.note(format!("edges: {} packages, {seen} edges between them", packages.len()));
    report
}

fn may_use(above: &str, below: &str, dev: bool) -> bool {
    match (above, below) {
        (TESTKIT, _) => true,
        (_, TESTKIT) => dev,
        _ => reaches(above, below),
    }
}

fn reaches(above: &str, below: &str) -> bool {
    directly_below(above)
        .is_some_and(|nearest| nearest.iter().any(|name| *name == below || reaches(name, below)))
}

fn directly_below(name: &str) -> Option<&'static [&'static str]> {
    BELOW.iter().find(|(user, _)| *user == name).map(|(_, below)| *below)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDGES: &[(&str, &str, &str, bool, bool)] = &[
        // why, user, used, in tests only?, allowed?
        ("a row of the table", "salver-server", "salver-store", false, true),
        ("what a neighbour uses", "salver-server", "salver-names", false, true),
        ("nothing points up", "salver-store", "salver-server", false, false),
        ("… not even in tests", "salver-store", "salver-server", true, false),
        ("siblings do not see each other", "salver-server", "salver-gateway", false, false),
        ("the gateway does not see the store", "salver-gateway", "salver-store", false, false),
        ("a vendor's service knows no server", "salver-vendor", "salver-server", false, false),
        ("… and an installation no service", "salver-client", "salver-vendor", true, false),
        ("the test kit is for tests", "salver-server", "salver-testkit", true, true),
        ("… and for nothing else", "salver-server", "salver-testkit", false, false),
        ("the test kit sees all", "salver-testkit", "salver-server", false, true),
    ];

    #[test]
    fn the_table_says_who_may_use_whom() {
        for (why, user, used, dev, allowed) in EDGES {
            assert_eq!(may_use(user, used, *dev), *allowed, "{why}: {user} -> {used}");
        }
    }

    #[test]
    fn the_table_has_no_circle() {
        for (name, _) in BELOW {
            assert!(!reaches(name, name), "{name} reaches itself");
        }
    }

    #[test]
    fn a_package_that_the_table_does_not_know_is_a_fault() {
        let unknown = Package { name: "salver-new".to_owned(), dependencies: Vec::new() };
        assert_eq!(check(&[unknown]).faults.len(), 1);
    }
}
