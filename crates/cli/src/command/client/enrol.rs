//! `salver client enrol`: makes this computer an installation that the vendor's service knows, as the client itself would.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use salver_client::{Enrolled, Installation, KeptError, VendorService};
use salver_jose::{EnrolBy, Signer as _};
use salver_oauth::json as strict;
use serde_json::json;

use super::fetch;
use crate::{command::block_on, failure::Failure, output, wiring::users_way_out};

#[derive(Args, Debug)]
pub(in crate::command) struct Enrol {
    /// The URL of the vendor's service, as `salver client serve` tells it.
    #[arg(long, value_name = "URL")]
    service: String,
    /// What the vendor knows the installation by. Without it the device key is made, and its name printed: the `nonce` that an ID token must have.
    #[arg(long, value_enum, requires = "with")]
    by: Option<By>,
    /// The code itself; or the file with the ID token, or with the evidence as JSON.
    #[arg(long, value_name = "CODE|FILE", requires = "by")]
    with: Option<String>,
    #[command(flatten)]
    kept: Kept,
}

/// How the vendor comes to know it.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum By {
    /// By a one-time code.
    Code,
    /// By an ID token of its sign-in.
    IdToken,
    /// By evidence of the platform.
    Evidence,
}

/// Where the installation's keys are, and how it speaks.
#[derive(Args, Debug)]
pub(super) struct Kept {
    /// The file of the installation's keys.
    #[arg(long, value_name = "FILE", default_value = "installation.json")]
    pub(super) keys: PathBuf,
    /// PEM file with certificate authorities to trust beside the platform's.
    #[arg(long, value_name = "FILE")]
    pub(super) ca: Option<PathBuf>,
    /// Print one line of JSON.
    #[arg(long)]
    pub(super) json: bool,
}

impl Enrol {
    pub(super) fn run(self) -> Result<(), Failure> {
        let service = self.service.trim_end_matches('/');
        let installation = Installation::open_or_make(&self.kept.keys, service).map_err(kept)?;
        let Some(by) = self.evidence()? else {
            self.tell_key(&installation);
            return Ok(());
        };
        let upstream = users_way_out(self.kept.ca.as_deref())?;
        let enrolled = block_on(async {
            let vendor = VendorService::new(upstream);
            vendor.enrol(&installation, by).await.map_err(|error| Failure::Refused {
                why: error.to_string(),
                hint: "get a new code, or fresh evidence, from the vendor; docs/vendor.md says what each answer means"
                    .to_owned(),
            })
        })?;
        self.tell(&enrolled);
        Ok(())
    }

    fn evidence(&self) -> Result<Option<EnrolBy>, Failure> {
        let (Some(by), Some(with)) = (self.by, &self.with) else { return Ok(None) };
        let text = |path: &str| {
            let bytes = fetch::read(Path::new(path))?;
            String::from_utf8(bytes).map_err(|_| no_evidence(path))
        };
        Ok(Some(match by {
            By::Code => EnrolBy::Code(with.as_str().into()),
            By::IdToken => EnrolBy::IdToken(text(with)?.trim().into()),
            By::Evidence => {
                let read = strict::parse(text(with)?.as_bytes());
                EnrolBy::Evidence(read.map_err(|_| no_evidence(with))?)
            }
        }))
    }

    fn tell_key(&self, installation: &Installation) {
        let name = installation.device_key().key_id();
        if self.kept.json {
            output::json(&json!({ "device_key": name }));
        } else {
            output::data(name);
            output::talk(
                "This is the device key. Nobody knows it yet: enrol it with --by and --with.",
            );
        }
    }

    fn tell(&self, enrolled: &Enrolled) {
        let Enrolled { installation, checked } = enrolled;
        if self.kept.json {
            output::json(&json!({ "installation": installation, "installation_check": checked }));
        } else {
            output::data(installation);
            output::talk(&format!("It is enrolled; its attestations will say \"{checked}\"."));
        }
    }
}

fn no_evidence(path: &str) -> Failure {
    Failure::Refused {
        why: format!("{path} holds no text, or no JSON"),
        hint: "name the file with the ID token, or with the evidence as JSON".to_owned(),
    }
}

/// Why the keys of an installation cannot be had, in the words of a command.
#[expect(clippy::needless_pass_by_value, reason = "the form that map_err wants")]
pub(super) fn kept(error: KeptError) -> Failure {
    let hint = match &error {
        KeptError::Open(path) => format!("chmod 600 {}", path.display()),
        KeptError::OtherService { .. } => "name another file with --keys".to_owned(),
        KeptError::File { .. } | KeptError::Malformed(_) | KeptError::Key(_) => {
            "name the file with --keys; `salver client enrol` makes one".to_owned()
        }
    };
    Failure::Refused { why: error.to_string(), hint }
}
