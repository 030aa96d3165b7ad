//! Parts for tests that are the same in every crate: a clock that stands still, a web that says what it is told over real TLS, a
//! browser that follows a script, and bytes that nobody thought of. Never part of the product.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test that cannot be set up has failed"
)]

pub mod browser;
pub mod clock;
pub mod form;
pub mod fuzz;
pub mod web;
