//! What does the built program say and do, and with which exit code? The binary itself, run as a person would, over real sockets.

mod admin;
mod anchors;
mod applications;
mod bans;
mod catalogue;
mod client;
mod config;
mod demo;
mod documents;
mod egress;
mod http;
mod impostor;
mod keys;
mod login;
mod policy;
mod recorded;
mod registration;
mod review;
mod salver;
mod serve;
mod statements;
mod vendor;
mod vendor_reload;
