//! What must hold for any bytes: shared by the fuzz targets (`fuzz/`) and by the bounded run of `main.rs`.

use std::sync::LazyLock;

use salver_policy::{
    catalogue::Catalogue,
    impersonation::{Likeness, NameHit, Protected, ProtectedNames},
};

static PROTECTED: LazyLock<ProtectedNames> =
    LazyLock::new(|| ProtectedNames::of(Catalogue::embedded(), []));

/// Any name is answered; what nobody sees hides nothing; a name is always protected against itself.
pub(crate) fn name(bytes: &[u8]) {
    let name = String::from_utf8_lossy(bytes);
    let hit = PROTECTED.name(&name);
    if let Some(NameHit::Taken { protected, why: Likeness::Same }) = hit {
        assert!(!protected.owner.is_empty());
    }
    if name.chars().count() > 1000 {
        return; // what follows need not hold for what is not read to its end
    }
    let veiled = format!("\u{200b}{name}");
    assert_eq!(PROTECTED.name(&veiled), hit, "{name:?}");
    let own = Protected { name: name.as_ref().into(), owner: "own.example".into() };
    let protected = ProtectedNames::new([own], []);
    for claimed in [name.to_string(), format!(" {name} ")] {
        let hit = protected.name(&claimed);
        let is_same = matches!(hit, Some(NameHit::Taken { why: Likeness::Same, .. }));
        assert!(is_same, "{claimed:?}: {hit:?}");
    }
}

/// Any host is answered; nothing on a protected site is a look-alike, and a protected site in front of another always is one.
pub(crate) fn host(bytes: &[u8]) {
    let host = String::from_utf8_lossy(bytes);
    if let Some(hit) = PROTECTED.host(&host) {
        let site = hit.protected;
        assert!(*host != *site && !host.ends_with(&format!(".{site}")), "{host:?}: {site}");
    }
    assert_eq!(PROTECTED.host(&format!("{host}.claude.ai")), None, "{host:?}");
    let front = format!("claude.ai.{host}.evil.example");
    let is_host = salver_names::Host::parse(&front).is_ok();
    assert_eq!(PROTECTED.host(&front).is_some(), is_host, "{host:?}");
}
