//! What does the file of the service mean? Everything that is wrong with it is told at once, each at its line.

use std::{net::SocketAddr, path::Path, path::PathBuf, time::Duration};

use salver_egress::{Development, Egress, Reach};
use salver_jose::{Algorithm, KeySet};
use salver_vendor::{Audiences, CommandKey, Hook, Limits, Lives, SignIn};
use url::Url;

use super::VendorFile;
use crate::{
    config::{
        Environment, check, development, egress,
        layers::{self, MASTER_KEY_VARIABLE},
        limits::LimitsSection,
        log::LogSection,
        problem::{Origins, Problem, Problems},
        schema,
        sections::Sections,
        server,
        store::{self, StoreSettings},
        tls::{self, Tls, cannot_read},
    },
    failure::Failure,
    wiring,
};

/// What the file means.
pub(crate) struct Settings {
    /// What the service is.
    pub(crate) service: salver_vendor::Settings,
    /// The command that signs, if its keys are not in the store.
    pub(crate) command: Option<CommandKey>,
    /// Of which kind its own keys are.
    pub(crate) algorithm: Algorithm,
    /// Where to listen.
    pub(crate) listen: Vec<SocketAddr>,
    /// The directory for state.
    pub(crate) data: PathBuf,
    /// The store.
    pub(crate) store: StoreSettings,
    /// TLS of the listeners.
    pub(crate) tls: Tls,
    /// The way out.
    pub(crate) door: salver_egress::Settings,
    /// How long a one-time code is good.
    pub(crate) code_seconds: i64,
    /// How long a line of the log is kept.
    pub(crate) log_seconds: i64,
    /// How much visitors may take up.
    pub(crate) limits: LimitsSection,
    /// What is logged.
    pub(crate) log: LogSection,
    /// What each section said.
    pub(crate) sections: Sections,
    /// What is opened or out of the ordinary, a line each.
    pub(crate) announcements: Vec<String>,
}

impl Settings {
    /// Reads the file.
    pub(crate) fn read(path: &Path, environment: &Environment) -> Result<Self, Vec<Problem>> {
        let mut origins = Origins::default();
        let table = layers::read(path, &mut origins);
        let table = table.map_err(|problem| vec![problem])?;
        let mut problems = Problems::new(origins);
        let sections = Sections::of(&table);
        let settings = typed(&table, &mut problems)
            .and_then(|file| put_together(&file, sections, environment, &mut problems));
        let sound = settings.filter(|_| problems.count() == 0);
        sound.ok_or_else(|| problems.into_list())
    }

    /// The way out.
    pub(crate) fn egress(&self) -> Result<Egress, Failure> {
        wiring::door_of(self.door.clone())
    }
}

fn typed(table: &toml::Table, problems: &mut Problems) -> Option<VendorFile> {
    let mut found = Problems::new(problems.origins().clone());
    check::table("", &schema::keys_of::<VendorFile>(), table, &mut found);
    for mut problem in found.into_list() {
        if problem.hint.starts_with("`salver config reference`") {
            HINT.clone_into(&mut problem.hint);
        }
        problems.note(problem);
    }
    if problems.count() > 0 {
        return None;
    }
    let read =
        table.clone().try_into().map_err(|error: toml::de::Error| error.message().to_owned());
    problems.accept("the file", read, HINT)
}

fn put_together(
    file: &VendorFile,
    sections: Sections,
    environment: &Environment,
    problems: &mut Problems,
) -> Option<Settings> {
    let tls = tls::resolve(&file.tls, problems);
    let listen = server::listen(file.listen.as_deref(), problems);
    let loopback = listen.iter().all(|address| address.ip().is_loopback());
    if matches!(tls, Some(Tls::Plain { ended_by_proxy: false })) && !loopback {
        problems.refuse(
            "listen",
            "reaches beyond this computer without TLS",
            "name `tls.certificate` and `tls.key`, or set `tls.ended_by_proxy = true` if a proxy in front ends TLS",
        );
    }
    let data = problems.origins().resolve("data", &file.data);
    let variable = environment.iter().find(|(name, _)| name == MASTER_KEY_VARIABLE);
    let store = store::resolve(&file.store, &data, variable.map(|(_, key)| key), problems);
    let way_out = egress::resolve(&file.egress, environment, problems);
    let development = development::resolve(&file.development, loopback, problems);
    let settings = development.announcements();
    let settings = settings.iter().map(|line| format!("development setting: {line}"));
    let announcements = way_out.announcements().into_iter().chain(settings).collect();
    let mut door = way_out.door;
    door.extra_roots_pem = wiring::both(door.extra_roots_pem, development.extra_ca.as_deref());
    door.development = Development { connect: development.connect, loopback: development.loopback };
    door.reach = if loopback { Reach::LoopbackOnly } else { Reach::Anywhere };
    let service = service(file, problems);
    Some(Settings {
        command: command(file, problems),
        algorithm: wiring::algorithm(file.signing.algorithm),
        service: service?,
        listen,
        data,
        store: store?,
        tls: tls?,
        door,
        code_seconds: i64::from(file.codes.minutes) * 60,
        log_seconds: i64::from(file.log_days) * DAY,
        limits: file.limits,
        log: file.log,
        sections,
        announcements,
    })
}

fn service(file: &VendorFile, problems: &mut Problems) -> Option<salver_vendor::Settings> {
    let path = problems.origins().resolve("document", &file.document);
    let bytes = std::fs::read(&path).map_err(|error| cannot_read(&path, &error));
    let bytes = problems.accept("document", bytes, "name the file of the metadata document")?;
    let of_document = salver_vendor::Settings::of_document(&bytes);
    let mut settings = problems.accept(
        "document",
        of_document,
        "`salver client check FILE` judges the document by every rule",
    )?;
    match Audiences::parse(&file.audiences) {
        Ok(audiences) => settings.audiences = audiences,
        Err((position, error)) => problems.refuse(
            format!("audiences[{position}]"),
            error.to_string(),
            "write an issuer, byte for byte, or one of the two patterns",
        ),
    }
    let (lives, limits) = (file.lives, file.installations);
    settings.lives = Lives {
        attestation: lives.attestation_seconds.into(),
        statement: lives.statement_seconds.into(),
        assertion: lives.assertion_seconds.into(),
    };
    settings.limits = Limits {
        per_installation: limits.signatures_per_hour,
        per_account: limits.signatures_per_account,
        installations: limits.per_account,
        requests: limits.requests_per_minute,
    };
    let days = Some(file.signing.rotate_days).filter(|days| *days > 0);
    settings.old_key_seconds = days.map(|days| i64::from(days) * DAY);
    settings.codes = file.codes.accepted;
    settings.sign_in = file.sign_in.as_ref().and_then(|section| {
        let good = Url::parse(&section.keys_url).is_ok_and(|url| url.scheme() == "https");
        let hint = "write the jwks_uri of the sign-in's metadata";
        problems.accept("sign_in.keys_url", good.then_some(()).ok_or("is no https URL"), hint)?;
        Some(SignIn {
            issuer: section.issuer.as_str().into(),
            client_id: section.client_id.as_str().into(),
            keys_url: section.keys_url.as_str().into(),
        })
    });
    settings.platform = file.platform.as_ref().and_then(|section| {
        let seconds = Duration::from_secs(section.seconds.into());
        let hook = Hook::new(&section.command, seconds, ACCOUNT_BYTES);
        problems.accept("platform.command", hook.ok_or("names no program"), "name one")
    });
    if let Some(id) = &file.software_id {
        settings.software_id = id.as_str().into();
    }
    if let Some(version) = &file.software_version {
        settings.software_version = version.as_str().into();
    }
    Some(settings)
}

/// The key behind a command, if one is named.
fn command(file: &VendorFile, problems: &mut Problems) -> Option<CommandKey> {
    let section = &file.signing;
    let seconds = Duration::from_secs(section.seconds.into());
    let Some(hook) = Hook::new(&section.command, seconds, SIGNATURE_BYTES) else {
        for (key, said) in [("keys", section.keys.is_some()), ("key_id", section.key_id.is_some())]
        {
            if said {
                let why = "is for keys behind a command, and `signing.command` names none";
                problems.refuse(format!("signing.{key}"), why, "name the command, or leave it out");
            }
        }
        return None;
    };
    let (Some(keys), Some(key_id)) = (&section.keys, &section.key_id) else {
        problems.refuse(
            "signing.command",
            "stands without `signing.keys` or `signing.key_id`",
            "name the file of the public keys, and which of them signs",
        );
        return None;
    };
    let path = problems.origins().resolve("signing.keys", keys);
    let set = std::fs::read(&path)
        .map_err(|error| cannot_read(&path, &error))
        .and_then(|bytes| KeySet::parse(&bytes).map_err(|error| error.to_string()));
    let set = problems.accept("signing.keys", set, "name a file with a JWK set of public keys")?;
    let key = CommandKey::new(hook, key_id, set).ok_or("is none of `signing.keys`");
    problems.accept("signing.key_id", key, "write the kid of one of them")
}

const HINT: &str = "`salver config reference --vendor` lists every key";
/// The name of an account, and a line end.
const ACCOUNT_BYTES: u32 = 512;
/// An RSA signature of the longest key that we take.
const SIGNATURE_BYTES: u32 = 1024;
const DAY: i64 = 24 * 60 * 60;
