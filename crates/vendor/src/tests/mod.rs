//! What does the whole service answer, over its own router?

mod enrolling;
mod rotation;
mod signing;
mod world;
