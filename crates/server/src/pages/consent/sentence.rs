//! What does the page say, without the page? The same sentences as plain text, for those who are told beforehand what people will see.

use askama::Template;

use super::{Proof, Recipient, Warning};
use crate::pages::Site;

#[derive(Template)]
#[template(path = "proof.html")]
struct Proven<'a> {
    proof: &'a Proof,
    site: &'a Site,
}

#[derive(Template)]
#[template(path = "warning.html")]
struct Warned<'a> {
    warning: &'a Warning,
}

impl Proof {
    /// The sentence of the page of this server.
    #[must_use]
    pub fn sentence(&self, site: &Site) -> String {
        plain(&Proven { proof: self, site }.to_string())
    }
}

impl Warning {
    /// The sentence of the page.
    #[must_use]
    pub fn sentence(&self) -> String {
        plain(&Warned { warning: self }.to_string())
    }
}

impl Recipient {
    /// The words of the page.
    #[must_use]
    pub fn sentence(&self) -> String {
        plain(&self.to_string())
    }
}

/// Text without its marks. Strangers' characters were escaped, so every `<` is one of ours.
fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, mark)) = rest.split_once('<') {
        text.push_str(before);
        rest = mark.split_once('>').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    ESCAPED.iter().fold(text, |text, (escaped, plain)| text.replace(escaped, plain)).trim().into()
}

/// What the templates escape; the ampersand last.
const ESCAPED: [(&str, &str); 5] =
    [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::{HostName, Untrusted};

    #[test]
    fn sentences_are_those_of_the_page_without_its_marks() {
        let site = &crate::pages::tests::SITE;
        let host = || HostName::of_text("login.claude.ai");
        assert_eq!(
            Proof::Anchored { host: host(), vouched: None, vetted: false }.sentence(site),
            "It is proven that login.claude.ai describes this application, and that nobody else can use your answer."
        );
        let entered = Proof::Entered { anchored: true }.sentence(site);
        assert!(entered.starts_with("An administrator of as.example.org entered"), "{entered}");
        let warning = Warning::OtherRecipientHost { client: host(), recipient: host() }.sentence();
        assert!(warning.starts_with("Your answer does not go to login.claude.ai,"), "{warning}");
        let recipient = Recipient::ThisComputer { port: Some(80) }.sentence();
        assert_eq!(recipient, "a program on this computer, port 80");
    }

    #[test]
    fn what_strangers_wrote_comes_through_as_it_is_shown() {
        let document = Untrusted::identifier("https://x.example/<b>&#60;'");
        let said = Proof::SelfDeclared { document }.sentence(&crate::pages::tests::SITE);
        assert!(said.ends_with("“https://x.example/<b>&#60;'”"), "{said}");
    }
}
