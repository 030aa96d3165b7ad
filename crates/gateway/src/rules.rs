//! What does a call need? The rules of one resource, asked for every message.
//!
//! All rules that fit count; what no rule names needs the default scope. A resource URI that can be written in several ways is
//! judged in each, and in any but its plain form needs the default scope too: the server behind may read it either way.

mod pattern;
mod uri;

use salver_oauth::Scope;

use self::pattern::Patterns;
use crate::{
    ResourceSettings, RuleSubject, SettingsError,
    message::{Message, Named},
    scopes::Scopes,
};

/// The rules of one resource.
#[derive(Debug)]
pub(crate) struct Rules {
    tools: Patterns,
    prompts: Patterns,
    resources: Patterns,
    methods: Patterns,
    default_scope: Scope,
}

impl Rules {
    pub(crate) fn compile(
        settings: &ResourceSettings,
        scopes: &Scopes,
    ) -> Result<Self, SettingsError> {
        let mut rules = Self {
            tools: Patterns::default(),
            prompts: Patterns::default(),
            resources: Patterns::default(),
            methods: Patterns::default(),
            default_scope: settings.default_scope.clone(),
        };
        for rule in &settings.rules {
            scopes.check_known(settings, &rule.scope)?;
            let (patterns, pattern) = match &rule.subject {
                RuleSubject::Tool(pattern) => (&mut rules.tools, pattern),
                RuleSubject::Prompt(pattern) => (&mut rules.prompts, pattern),
                RuleSubject::Resource(pattern) => (&mut rules.resources, pattern),
                RuleSubject::Method(pattern) => (&mut rules.methods, pattern),
            };
            patterns.add(pattern, &rule.scope).map_err(|()| SettingsError::Pattern {
                resource: settings.name.clone(),
                pattern: pattern.clone(),
            })?;
        }
        Ok(rules)
    }

    /// What a call needs that is no message: opening a stream, ending a session.
    pub(crate) fn default_scope(&self) -> &Scope {
        &self.default_scope
    }

    /// Tells every scope that a message needs.
    pub(crate) fn each_need<'r>(&'r self, message: &Message<'_>, tell: &mut impl FnMut(&'r Scope)) {
        let Some(method) = message.method.as_deref() else {
            return tell(&self.default_scope);
        };
        let mut named = self.methods.each(method, tell);
        match (method, message.name.as_deref(), message.uri.as_deref()) {
            ("tools/call", Some(name), _) => named |= self.tools.each(name, tell),
            ("prompts/get", Some(name), _) => named |= self.prompts.each(name, tell),
            // resources/read, /subscribe, /unsubscribe, /directory/read
            (_, _, Some(uri)) if method.starts_with("resources/") => {
                named |= self.each_for_uri(uri, tell);
            }
            _ => {}
        }
        for deeper in &message.also_named {
            match deeper {
                Named::Prompt(name) => named |= self.prompts.each(name, tell),
                Named::Resource(uri) => named |= self.each_for_uri(uri, tell),
            }
        }
        if !named {
            tell(&self.default_scope);
        }
    }

    fn each_for_uri<'r>(&'r self, uri: &str, tell: &mut impl FnMut(&'r Scope)) -> bool {
        if self.resources.is_empty() {
            return false;
        }
        let mut named = self.resources.each(uri, tell);
        let others = uri::other_forms(uri);
        for other in &others {
            named |= self.resources.each(other, tell);
        }
        if !others.is_empty() {
            tell(&self.default_scope);
        }
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Rule, message::scan, settings::tests};

    fn rules() -> Rules {
        let mut settings = tests::resource("http://localhost/mcp");
        settings.default_scope = "default".parse().unwrap();
        settings.scopes =
            ["default", "a", "b", "c", "m", "p", "r"].map(|name| tests::scope(name, "")).to_vec();
        settings.rules = [
            (RuleSubject::Tool("add".into()), "a"),
            (RuleSubject::Tool("admin_*".into()), "b c"),
            (RuleSubject::Tool("free".into()), ""),
            (RuleSubject::Prompt("secret".into()), "p"),
            (RuleSubject::Resource("file:///private/*".into()), "r"),
            (RuleSubject::Resource("file:///public/*".into()), ""),
            (RuleSubject::Method("logging/*".into()), "m"),
            (RuleSubject::Method("tools/list".into()), "m"),
        ]
        .map(|(subject, scope)| Rule { subject, scope: scope.parse().unwrap() })
        .to_vec();
        Rules::compile(&settings, &Scopes::compile(&settings).unwrap()).unwrap()
    }

    #[test]
    fn what_is_named_needs_its_rule_and_the_rest_the_default_scope() {
        let rules = rules();
        for (body, expected) in CASES {
            let payload = scan(body.as_bytes()).unwrap();
            let mut needed = Scope::empty();
            for message in payload.messages() {
                rules.each_need(message, &mut |scope| needed = needed.union(scope));
            }
            assert_eq!(needed.to_string(), *expected, "{body}");
        }
    }

    const CASES: &[(&str, &str)] = &[
        (r#"{"method":"tools/call","params":{"name":"add"}}"#, "a"),
        (r#"{"method":"tools/call","params":{"name":"other"}}"#, "default"),
        (r#"{"method":"tools/call","params":{"name":"admin_delete"}}"#, "b c"),
        (r#"{"method":"tools/call","params":{"name":"free"}}"#, ""),
        (r#"{"method":"tools/call","params":{"name":"Add"}}"#, "default"),
        (r#"{"method":"tools/call","params":{}}"#, "default"),
        (r#"{"params":{"name":"\u0061dd"},"method":"tools/call"}"#, "a"),
        (r#"{"method":"prompts/get","params":{"name":"secret"}}"#, "p"),
        (r#"{"method":"prompts/get","params":{"name":"add"}}"#, "default"),
        (r#"{"method":"resources/read","params":{"uri":"file:///private/x"}}"#, "r"),
        (r#"{"method":"resources/subscribe","params":{"uri":"file:///private/x"}}"#, "r"),
        (r#"{"method":"resources/read","params":{"uri":"file:///public/x"}}"#, ""),
        (
            r#"{"method":"resources/read","params":{"uri":"file:///public/../private/x"}}"#,
            "default r",
        ),
        (r#"{"method":"resources/read","params":{"uri":"FILE:///%70rivate/x"}}"#, "default r"),
        (r#"{"method":"resources/read","params":{"uri":"file:///other"}}"#, "default"),
        (r#"{"method":"tools/list"}"#, "m"),
        (r#"{"method":"logging/setLevel"}"#, "m"),
        (r#"{"method":"initialize","params":{}}"#, "default"),
        (r#"{"result":{}}"#, "default"),
        (
            r#"{"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"secret"}}}"#,
            "p",
        ),
        (
            r#"{"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"x"}}}"#,
            "default",
        ),
        (
            r#"{"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["file:///private/x"]}}}"#,
            "r",
        ),
        (
            r#"[{"method":"tools/list"},{"method":"tools/call","params":{"name":"add"}},{"method":"ping"}]"#,
            "a default m",
        ),
    ];
}
