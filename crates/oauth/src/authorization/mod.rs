//! The authorization endpoint: what is asked, where the answer goes, whether it may be asked, and the answer's form.

pub mod check;
pub mod pushed;
pub mod request;
pub mod return_address;
