//! What is exchanged for tokens: codes with their proof key, refresh tokens, and what a service has anyway.

pub mod code;
pub mod pkce;
pub mod refresh;
pub mod service;
