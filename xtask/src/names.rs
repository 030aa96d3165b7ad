//! May this file name that thing?
//!
//! Some rooms keep things out that the compiler would let in: the web does not name the store, a flow does not name the web
//! framework, the pure crates touch neither files nor network nor clock, and only egress opens connections. Comments and
//! tests may name anything. A rule whose room is empty says so, since it would otherwise guard nothing.

use crate::Report;
use crate::source::Source;

/// One room and what must not be named in it.
struct Rule {
    /// Where it holds: paths that begin so.
    rooms: &'static [&'static str],
    /// … except paths that begin so.
    except: &'static [&'static str],
    banned: &'static [&'static str],
    reason: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        rooms: &["crates/server/src/web/", "crates/server/src/web.rs"],
        except: &[],
        banned: &["salver_store"],
        reason: "the web turns HTTP into requests and back; flows ask the store",
    },
    Rule {
        rooms: &["crates/server/src/flow/", "crates/server/src/flow.rs"],
        except: &[],
        banned: &["axum", "hyper"],
        reason: "a flow knows no HTTP framework",
    },
    Rule {
        rooms: &["crates/names/", "crates/oauth/", "crates/policy/"],
        except: &["crates/names/build.rs", "crates/oauth/examples/", "crates/policy/examples/"],
        banned: &[
            "std::fs",
            "std::env",
            "std::process",
            "std::thread",
            "std::time::SystemTime",
            "SystemTime::now",
            "Instant::now",
            "SystemRandom",
            "TcpStream",
            "UdpSocket",
            "tokio",
        ],
        reason: "pure: no IO, clock or chance",
    },
    Rule {
        rooms: &["crates/"],
        except: &["crates/egress/", "crates/testkit/"],
        banned: &[
            "hickory_resolver",
            "reqwest",
            "lookup_host",
            "to_socket_addrs",
            "TcpStream::connect",
            "TcpSocket",
            "hyper::client",
            "hyper_util::client",
            "legacy::Client",
        ],
        reason: "only salver-egress opens connections and resolves names",
    },
    Rule {
        rooms: &["crates/"],
        except: &["crates/store/"],
        banned: &["rusqlite", "tokio_postgres"],
        reason: "SQL lives in the store",
    },
    Rule {
        rooms: &["crates/"],
        except: &["crates/jose/"],
        banned: &["jsonwebtoken"],
        reason: "only salver-jose verifies and signs tokens",
    },
];

pub(crate) fn check(files: &[Source]) -> Report {
    let mut report = Report::default();
    for rule in RULES {
        let inside: Vec<&Source> = files.iter().filter(|file| holds(rule, &file.path)).collect();
        if inside.is_empty() {
            report.note(format!(
                "names: nothing in {} to keep to: {}",
                rule.rooms.join(", "),
                rule.reason
            ));
        }
        for file in inside {
            for (number, line) in file.lines.iter().enumerate() {
                for name in rule.banned.iter().filter(|name| mentions(line, name)) {
                    let place = format!("{}:{}", file.path, number + 1);
                    report.fault(format!("{place}: names {name}; {}", rule.reason));
                }
            }
        }
    }
    report.note(format!("names: {} rules over {} files", RULES.len(), files.len()));
    report
}

fn holds(rule: &Rule, path: &str) -> bool {
    let begins = |starts: &[&str]| starts.iter().any(|start| path.starts_with(start));
    begins(rule.rooms) && !begins(rule.except)
}

/// The name as whole words, outside a comment.
fn mentions(line: &str, name: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    let word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(name).any(|(at, _)| {
        let before = code.get(..at).and_then(|s| s.chars().next_back());
        let after = code.get(at + name.len()..).and_then(|s| s.chars().next());
        !before.is_some_and(word) && !after.is_some_and(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &[(&str, &str, &str, bool)] = &[
        // why, line, name, mentioned?
        ("an import", "use salver_store::Store;", "salver_store", true),
        ("part of another word is another name", "use my_axum_like::Router;", "axum", false),
        ("a comment may name it", "//! what axum does with it", "axum", false),
        ("code before a comment counts", "axum::serve(); // here", "axum", true),
        ("a path", "let s = tokio::net::TcpStream::connect(a);", "TcpStream::connect", true),
        ("a shorter path", "fn f(s: TcpStream) {}", "TcpStream::connect", false),
    ];

    #[test]
    fn a_name_counts_as_a_whole_word_outside_comments() {
        for (why, line, name, expected) in LINES {
            assert_eq!(mentions(line, name), *expected, "{why}: {line}");
        }
    }

    fn faults(path: &str, line: &str) -> usize {
        check(&[Source { path: path.to_owned(), lines: vec![line.to_owned()] }]).faults.len()
    }

    #[test]
    fn the_same_line_is_fine_in_the_room_that_owns_it() {
        assert_eq!(faults("crates/server/src/web/token.rs", "use salver_store::Store;"), 1);
        assert_eq!(faults("crates/server/src/flow/token.rs", "use salver_store::Store;"), 0);
        assert_eq!(faults("crates/gateway/src/proxy.rs", "use hickory_resolver::Resolver;"), 1);
        assert_eq!(faults("crates/egress/src/dial.rs", "use hickory_resolver::Resolver;"), 0);
    }
}
