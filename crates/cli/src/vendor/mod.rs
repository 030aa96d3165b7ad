//! The service of a client's vendor: its file, what that means, and how it runs. What it does is in `salver-vendor`.

mod file;
mod front;
mod reference;
mod reload;
mod run;
mod settings;

pub(crate) use self::{
    reference::markdown,
    reload::Reload,
    run::{failed, keys_failed, open, run, sealing},
    settings::Settings,
};
pub(crate) use file::VendorFile;
