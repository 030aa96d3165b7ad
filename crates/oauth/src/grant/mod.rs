//! What is exchanged for tokens: codes with their proof key, and refresh tokens.

pub mod code;
pub mod pkce;
pub mod refresh;
