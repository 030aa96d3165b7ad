//! How do the parts fit together? Settings become parts, parts become one front; the traits that keep the parts from seeing each
//! other are answered here.

pub(crate) mod accounts;
mod callers;
mod clients;
mod egress;
mod gateway;
pub(crate) mod house;
mod notices;
pub(crate) mod policy;
mod server;
mod standing;

pub(crate) use egress::{both, door_of, open as way_out, users_way_out};
pub(crate) use house::House;
pub(crate) use notices::hook_for_command;
pub(crate) use server::{algorithm, keys_failed, onlooker, secrets, server_settings};
