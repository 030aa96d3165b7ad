//! What does this text look like to a person, and what could it be taken for?
//!
//! Implements: UTS #39 §4 (skeletons), §5 (mixed scripts), and on top of them what people do not tell apart either: letter case, `i` and
//! `l`, digits for letters, accents, space and signs. Two texts with one skeleton may be taken for each other; the skeleton itself is not
//! for people. Every function reads a bounded part of what it is given.

mod host;
mod letters;
mod name;
mod script;

pub use host::{HostLikeness, ProtectedHosts};
pub use name::{NameSkeleton, Word, as_drawn, folded_name, name_skeleton};
pub use script::mixes_scripts;

/// No more characters of a name are read. Pages show fewer (UI-6), and read as many to find what they show.
const LONGEST_READ: usize = 4096;
