//! How are questions asked? On standard error, one line each; where nobody sits at a terminal, the flag that is missing is named.

use std::io::{BufRead, IsTerminal as _, stdin};

use clap::ValueEnum as _;

use super::Kind;
use crate::{command::client::quoted, failure::Failure, output};

/// Whoever can be asked.
pub(super) struct Asker<'a> {
    /// Their lines; nothing if nobody is there.
    lines: Option<Box<dyn BufRead + 'a>>,
}

impl Asker<'_> {
    /// The person at this terminal, if there is one.
    pub(super) fn here() -> Self {
        let somebody = stdin().is_terminal();
        Self { lines: somebody.then(|| Box::new(stdin().lock()) as Box<dyn BufRead>) }
    }

    /// What the flag says, or else the answer, or else what is usual.
    pub(super) fn text(
        &mut self,
        said: Option<&str>,
        flag: &str,
        question: &str,
        usual: Option<&str>,
    ) -> Result<String, Failure> {
        if let Some(said) = said {
            return Ok(said.to_owned());
        }
        let answer = self.answer(question)?.filter(|answer| !answer.is_empty());
        answer.or_else(|| usual.map(str::to_owned)).ok_or_else(|| Failure::Refused {
            why: format!("{flag} is missing"),
            hint: "say it with the flag, or start at a terminal to be asked".to_owned(),
        })
    }

    pub(super) fn kind(&mut self) -> Result<Kind, Failure> {
        let question =
            "Does it run on its users' computers (native) or on a server of yours (web)?";
        let kind = self.text(None, "--kind", question, None)?;
        Kind::from_str(&kind, true).map_err(|_| Failure::Refused {
            why: format!("{} is neither native nor web", quoted(&kind)),
            hint: "answer native or web".to_owned(),
        })
    }

    pub(super) fn redirect_uris(&mut self, usual: &[String]) -> Result<Vec<String>, Failure> {
        let question =
            format!("Where answers go, separated by spaces; empty for {}:", usual.join(" "));
        let answer = self.answer(&question)?.unwrap_or_default();
        let named: Vec<String> = answer.split_whitespace().map(str::to_owned).collect();
        Ok(if named.is_empty() { usual.to_vec() } else { named })
    }

    /// Only a clear yes is one.
    pub(super) fn yes(&mut self, question: &str) -> Result<bool, Failure> {
        let answer = self.answer(&format!("{question} (y/N)"))?.unwrap_or_default();
        Ok(["y", "yes"].contains(&answer.to_ascii_lowercase().as_str()))
    }

    /// Their line; nothing if nobody is there.
    fn answer(&mut self, question: &str) -> Result<Option<String>, Failure> {
        let Some(lines) = &mut self.lines else {
            return Ok(None);
        };
        output::talk(question);
        let mut line = String::new();
        lines.read_line(&mut line).map_err(|error| Failure::Refused {
            why: format!("the answer cannot be read: {error}"),
            hint: "answer in UTF-8, or use the flags".to_owned(),
        })?;
        Ok(Some(line.trim().to_owned()))
    }
}

#[cfg(test)]
impl<'a> Asker<'a> {
    pub(super) fn answering(answers: &'a str) -> Self {
        Self { lines: Some(Box::new(answers.as_bytes())) }
    }

    pub(super) fn nobody() -> Self {
        Self { lines: None }
    }
}
