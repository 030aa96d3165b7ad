//! `salver admin client rotate`: another secret, beside that of before or in its place.

use clap::Args;
use salver_server::{
    clock::{Clock as _, SystemClock},
    flow::registrar::desk::Rotation,
};
use serde_json::json;

use super::{By, Office};
use crate::{
    command::{Where, block_on, duration},
    failure::Failure,
    output,
};

#[derive(Args, Debug)]
pub(in crate::command) struct Rotate {
    /// Its `client_id`.
    client_id: String,
    /// For how long the secret of before goes on, like 15m or 24h; without it, it ends at once.
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    overlap: Option<i64>,
    /// What the new secret is called.
    #[arg(long, value_name = "TEXT", default_value = "rotated")]
    name: String,
    /// When the new secret ends by itself, like 7d from now.
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    expires: Option<i64>,
    #[command(flatten)]
    by: By,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

impl Rotate {
    pub(super) fn run(self) -> Result<(), Failure> {
        let office = Office::open(&self.place)?;
        let rotation = Rotation {
            name: &self.name,
            overlap_seconds: self.overlap.unwrap_or_default(),
            expires_at: self.expires.map(|seconds| SystemClock.now().plus_seconds(seconds)),
        };
        let rotated = block_on(office.at_desk(&self.by.by, async |desk| {
            let client = desk.find(&self.client_id).await?;
            desk.rotate(&client, rotation).await
        }))?;
        if self.json {
            output::json(&json!({
                "client_id": self.client_id, "client_secret": rotated.new.text.as_str(),
                "expires_at": rotated.new.secret.expires_at, "before_ends_at": rotated.before_ends_at,
            }));
        } else {
            output::data(&rotated.new.text);
        }
        output::talk(match (rotated.before_ends_at, self.overlap) {
            (None, _) => "The secret is shown this once.",
            (Some(_), None) => {
                "The secret is shown this once; that of before has ended, with all that it began."
            }
            (Some(_), Some(_)) => {
                "The secret is shown this once; that of before goes on for a while."
            }
        });
        Ok(())
    }
}
