//! How does an installation become known? By a one-time code, by the vendor's sign-in, or by what the platform says of it; and what its attestations will say of that.

use salver_jose::EnrolBy;
use salver_store::sqlite::vendor::{Account, Checked, Enrol, Enrolled};
use serde_json::{Map, Value, json};

use super::Asker;
use crate::{Vendor, hook::HookFailure, refusal::Refusal, sign_in};

pub(super) async fn enrol(
    vendor: &Vendor,
    asker: &Asker,
    by: EnrolBy,
    challenge: &str,
) -> Result<Map<String, Value>, Refusal> {
    let (account, checked) = match by {
        EnrolBy::Code(code) => (by_code(vendor, asker, &code)?, Checked::DeviceKey),
        EnrolBy::IdToken(token) => {
            let subject = sign_in::verify(vendor, &token, asker.key.thumbprint()).await?;
            (Account::Named(subject), Checked::User)
        }
        EnrolBy::Evidence(evidence) => {
            let account = by_evidence(vendor, asker, &evidence, challenge).await?;
            (Account::Named(account), Checked::Platform)
        }
    };
    let enrol = Enrol {
        id: asker.key.thumbprint().to_owned(),
        key: Value::Object(asker.key.to_jwk()).to_string(),
        account,
        checked,
        challenge: asker.challenge,
        most: vendor.settings.limits.installations,
        now: asker.now,
    };
    match vendor.store.enrol(enrol).await? {
        Enrolled::Done(account) => {
            let installation = asker.key.thumbprint();
            let checked = checked.word();
            tracing::info!(installation, account, checked, "an installation is enrolled");
            let said =
                [("installation", json!(installation)), ("installation_check", json!(checked))];
            Ok(said.map(|(name, value)| (name.to_owned(), value)).into_iter().collect())
        }
        Enrolled::UnknownCode => {
            // It was looked at just now whether there is room for one more.
            let _ = vendor.wrong_codes.take(asker.address, asker.now);
            Err(Refusal::Code)
        }
        Enrolled::Known => Err(Refusal::Known),
        Enrolled::TooMany => Err(Refusal::TooManyInstallations),
        Enrolled::Replayed => Err(Refusal::Challenge),
    }
}

fn by_code(vendor: &Vendor, asker: &Asker, code: &str) -> Result<Account, Refusal> {
    if !vendor.settings.codes {
        return Err(Refusal::NoSuchWay);
    }
    vendor.wrong_codes.check(asker.address, asker.now).map_err(Refusal::TooMany)?;
    Ok(Account::OfCode(vendor.codes.digest(code)))
}

/// What the command prints is the account; if it prints nothing, the installation stands for itself.
async fn by_evidence(
    vendor: &Vendor,
    asker: &Asker,
    evidence: &Value,
    challenge: &str,
) -> Result<String, Refusal> {
    let hook = vendor.settings.platform.as_ref().ok_or(Refusal::NoSuchWay)?;
    let thumbprint = asker.key.thumbprint();
    let input = json!({ "evidence": evidence, "key": thumbprint, "challenge": challenge });
    let said = hook.run(input.to_string().as_bytes()).await.map_err(|failure| {
        if !matches!(failure, HookFailure::Status(_)) {
            tracing::error!(%failure, "the command for the platform's evidence failed");
        }
        Refusal::Evidence(failure)
    })?;
    match std::str::from_utf8(&said).map(str::trim) {
        Ok("") => Ok(thumbprint.to_owned()),
        Ok(account) if is_account(account) => Ok(account.to_owned()),
        _ => Err(Refusal::Evidence(HookFailure::NoAccount)),
    }
}

/// Whether this can be the name of an account: a short text without line ends or the like.
fn is_account(text: &str) -> bool {
    text.len() <= 255 && !text.chars().any(char::is_control)
}
