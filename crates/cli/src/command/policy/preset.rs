//! `salver policy preset`: which ready-made rules are there, and how are they written?

use clap::{Args, builder::PossibleValuesParser};
use salver_policy::rules::Preset;

use crate::output;

#[derive(Args, Debug)]
pub(in crate::command) struct Print {
    /// Which rules to print; without it, a list of all presets.
    #[arg(value_parser = PossibleValuesParser::new(Preset::ALL.map(Preset::id)))]
    name: Option<String>,
}

impl Print {
    pub(super) fn run(self) {
        let wanted = |preset: &Preset| self.name.as_deref() == Some(preset.id());
        match Preset::ALL.into_iter().find(wanted) {
            None => {
                let row =
                    |preset: Preset| vec![preset.id().to_owned(), preset.sentence().to_owned()];
                output::table(&["PRESET", "WHO COMES IN"], &Preset::ALL.map(row));
            }
            Some(preset) if preset.text().is_empty() => {
                output::talk(&format!("The preset {preset} has no rules: {}.", preset.sentence()));
            }
            Some(preset) => output::data(preset.text().trim_end()),
        }
    }
}
