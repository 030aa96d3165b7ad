//! What can be set for a vendor's service? The reference, made from the same structs that read its file.

use super::VendorFile;
use crate::config::{reference, schema};

/// The whole reference, in Markdown.
pub(crate) fn markdown() -> String {
    reference::written(INTRODUCTION, &schema::keys_of::<VendorFile>(), false)
}

const INTRODUCTION: &str = "\
# Configuration of a vendor's service

Made by `salver config reference --vendor`; do not edit. [vendor.md](vendor.md) says what the service is, and shows a short file.

All is set in one TOML file (`salver client serve --config FILE`), but the master key, which may come from the environment variable `SALVER_MASTER_KEY`. Relative paths
are relative to the file. A key that salver does not know, or a value that it does not understand, is refused at start; `salver config check --vendor FILE` says what
a start would say.

On SIGHUP the file is read again, with all that it names, and put in force as a whole or not at all; connections go on. `listen`, `data`, `[store]`, `[egress]`,
`[limits]`, `[log]`, `[development]`, and whether the listeners speak TLS at all, wait for the next start: what of it has changed is named in the log.

## Top of the file

";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_in_docs_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/vendor-configuration.md");
        let written = std::fs::read_to_string(path).unwrap();
        assert!(
            written == markdown(),
            "docs/vendor-configuration.md is stale; run: cargo run -- config reference --vendor > docs/vendor-configuration.md"
        );
    }
}
