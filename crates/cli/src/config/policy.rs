//! Which rules decide who may come in? Understood in `salver-policy`; here they get their file and line.

use std::sync::Arc;

use salver_oauth::Timestamp;
use salver_policy::{
    ban::Bans,
    check::{Finding, Found, check},
    rules::{Known, PolicySection, RuleProblem, RuleSet},
};

use super::{
    problem::{Origins, Problem, Problems},
    resources::Resource,
};

/// Rules, understood, with what they could name.
#[derive(Clone, Debug)]
pub(crate) struct PolicySettings {
    /// The rules.
    pub(crate) rules: Arc<RuleSet>,
    /// The resources and scopes of this server.
    pub(crate) known: Known,
    section: PolicySection,
    origins: Origins,
}

/// What the section means.
pub(crate) fn resolve(
    section: &PolicySection,
    resources: &[Resource],
    problems: &mut Problems,
) -> Option<PolicySettings> {
    let mut known = Known::default();
    for resource in resources {
        known.add_resource(&resource.name, resource.id.as_str());
        resource.scopes.iter().for_each(|scope| known.add_scope(&scope.name));
    }
    match RuleSet::new(section, &known) {
        Ok(rules) => Some(PolicySettings {
            rules: Arc::new(rules),
            known,
            section: section.clone(),
            origins: problems.origins().clone(),
        }),
        Err(faults) => {
            refuse(&faults, problems);
            None
        }
    }
}

fn refuse(faults: &[RuleProblem], problems: &mut Problems) {
    for fault in faults {
        let key = format!("policy.{}", fault.key);
        problems.refuse(key, fault.why.to_string(), fault.why.hint());
    }
}

impl PolicySettings {
    /// The same rules on a server that has these resources.
    pub(crate) fn on(&self, known: &Known) -> Result<RuleSet, Vec<Problem>> {
        RuleSet::new(&self.section, known).map_err(|faults| {
            let mut problems = Problems::new(self.origins.clone());
            refuse(&faults, &mut problems);
            problems.into_list()
        })
    }

    /// What a check finds about the rules, each finding with its place.
    pub(crate) fn findings(
        &self,
        known: &Known,
        bans: &Bans,
        now: Timestamp,
    ) -> Vec<(Finding, Problem)> {
        let findings = check(&self.rules, known, bans, now);
        findings.into_iter().map(|finding| self.placed(finding)).collect()
    }

    /// Rules that let in exactly what a ban shuts out: they promise what will not happen, so no server starts with them.
    pub(crate) fn shadows(&self, bans: &Bans, now: Timestamp) -> Vec<Problem> {
        let lets_in = |finding: &Finding| {
            let mut rules = self.rules.rules().iter();
            rules.any(|rule| rule.name == finding.rule && rule.then.lets_in())
        };
        let shut_out = |finding: &Finding| matches!(finding.what, Found::ShutOut { .. });
        let findings = check(&self.rules, &self.known, bans, now).into_iter();
        findings
            .filter(|finding| shut_out(finding) && lets_in(finding))
            .map(|finding| self.placed(finding).1)
            .collect()
    }

    fn placed(&self, finding: Finding) -> (Finding, Problem) {
        let key = format!("policy.{}", finding.key);
        let place = self.origins.find(&key).cloned();
        let why = format!("rule {}: {}", finding.rule, finding.what);
        let hint = finding.what.hint().to_owned();
        (finding, Problem { place, key, why, hint })
    }
}

#[cfg(test)]
mod tests {
    use salver_policy::ban::{Ban, BanSubject};

    use super::*;
    use crate::config::{Environment, Layers, Settings, problem::Place};

    fn settings(text: &str) -> Settings {
        let mut origins = Origins::default();
        for (key, line) in [("policy.rules[0]", 3), ("policy.rules[0].when", 5)] {
            origins.insert(key.to_owned(), Place::File { path: "salver.toml".into(), line });
        }
        let table = format!("data = \"/nowhere\"\n{text}").parse().unwrap();
        let layers = Layers { table, origins, protect: None, master_key: None };
        Settings::resolve(&layers, &Environment::new()).unwrap()
    }

    #[test]
    fn rules_that_let_in_what_a_ban_shuts_out_are_told_with_their_line() {
        let now = Timestamp::from_unix(0);
        let subject = BanSubject::parse("domain", "a.example").unwrap();
        let ban = Ban { number: 3, subject, reason: "x".into(), made_at: now, expires_at: None };
        let bans = Bans::new(vec![ban]);
        for (host, then, shadows) in [
            ("a.example", "allow", true),
            ("b.example", "allow", false),
            ("a.example", "review", false),
            ("a.example", "deny", false),
        ] {
            let rule = format!(
                "[[policy.rules]]\nname = \"one\"\nsentence = \"A test.\"\nwhen = {{ document = [\"https://{host}/c\"] }}\nthen = \"{then}\"\n"
            );
            let policy = settings(&rule).policy;
            let told: Vec<String> =
                policy.shadows(&bans, now).iter().map(ToString::to_string).collect();
            let expected = "salver.toml:5: `policy.rules[0].when`: rule one: lets in https://a.example/c, which ban 3 shuts out\n  hint: bans go before rules: lift the ban, or take this away";
            let expected: &[&str] = if shadows { &[expected] } else { &[] };
            assert_eq!(told, expected, "{host} {then}");
            assert!(policy.shadows(&Bans::default(), now).is_empty());
        }
    }

    #[test]
    fn rules_are_understood_again_for_the_resources_that_run() {
        let resource = "[[resources]]\nname = \"Notes\"\npath = \"/notes\"\nupstream = \"http://127.0.0.1:1/\"\n";
        let rule = "[[policy.rules]]\nname = \"one\"\nsentence = \"A test.\"\nwhen = { resource = [\"Notes\"] }\nthen = \"deny\"\n";
        let policy = settings(&format!("{resource}{rule}")).policy;
        assert!(policy.on(&policy.known).is_ok());
        let problems = policy.on(&settings("").policy.known).unwrap_err();
        assert!(
            problems[0].to_string().starts_with("salver.toml:5: `policy.rules[0].when.resource"),
            "{problems:?}"
        );
    }
}
