//! The forms of a page, as a browser would see them. Knows the HTML that this project writes, not all that there is.

/// A form.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Where it is posted to.
    pub action: String,
    /// Its fields with their values, hidden ones included.
    pub fields: Vec<(String, String)>,
    /// Its buttons with their values.
    pub buttons: Vec<(String, String)>,
}

impl Form {
    /// All forms of a page.
    #[must_use]
    pub fn all(html: &str) -> Vec<Self> {
        html.split("<form ")
            .skip(1)
            .map(|rest| Self::read(rest.split("</form>").next().unwrap_or_default()))
            .collect()
    }

    /// The form that is posted to a path which ends like this.
    #[must_use]
    pub fn to(html: &str, action: &str) -> Self {
        let found = Self::all(html).into_iter().find(|form| form.action.ends_with(action));
        found.unwrap_or_else(|| panic!("no form to {action} in:\n{html}"))
    }

    /// The same with a field set.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self.fields.push((name.into(), value.into()));
        self
    }

    /// The body that a browser would send.
    #[must_use]
    pub fn body(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish()
    }

    fn read(text: &str) -> Self {
        let (own, inside) = text.split_once('>').unwrap_or((text, ""));
        let mut form =
            Self { action: attribute(own, "action").unwrap_or_default(), ..Self::default() };
        for tag in inside.split('<').map(|tag| tag.split('>').next().unwrap_or_default()) {
            let Some(name) = attribute(tag, "name") else {
                continue;
            };
            let value = attribute(tag, "value").unwrap_or_default();
            let choice = tag.contains("type=\"radio\"") || tag.contains("type=\"checkbox\"");
            if choice && !tag.ends_with(" checked") {
                continue;
            }
            if tag.starts_with("input") {
                form.fields.push((name, value));
            } else if tag.starts_with("button") {
                form.buttons.push((name, value));
            }
        }
        form
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag
        .split_once(&format!(" {name}=\""))
        .or_else(|| tag.strip_prefix(&format!("{name}=\"")).map(|rest| ("", rest)))?;
    let raw = rest.split('"').next()?;
    let unescaped = raw
        .replace("&#38;", "&")
        .replace("&amp;", "&")
        .replace("&#34;", "\"")
        .replace("&quot;", "\"");
    Some(unescaped.replace("&#39;", "'").replace("&#60;", "<").replace("&#62;", ">"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_with_its_fields_and_buttons() {
        let html = r#"<form method="post" action="/x/consent" class="c"><input type="hidden" name="t" value="a&#38;b">
            <button name="decision" value="allow">Allow</button></form>"#;
        let form = Form::to(html, "/consent");
        assert_eq!(form.fields, [("t".to_owned(), "a&b".to_owned())]);
        assert_eq!(form.buttons, [("decision".to_owned(), "allow".to_owned())]);
        assert_eq!(form.with("decision", "deny").body(), "t=a%26b&decision=deny");
    }
}
