//! How is it told? As tables for people, or as one line of JSON for programs.

use serde_json::{Value, json};

use super::{check::Told, consent::Preview, quoted};
use crate::output;

pub(super) fn text(told: &Told) {
    let mut rows = Vec::new();
    for line in &told.lines {
        rows.push(row(line.rule, line.verdict, &line.what));
        rows.extend(line.remedy.as_ref().map(|remedy| row("", "", &format!("  hint: {remedy}"))));
    }
    output::table(&["RULE", "VERDICT", "WHAT"], &rows);
    if !told.consents.is_empty() {
        output::data("\nWhat people will be shown");
        told.consents.iter().for_each(preview);
    }
    if !told.elsewhere.is_empty() {
        output::data("");
        let mut rows = Vec::new();
        for line in &told.elsewhere {
            rows.push(vec![line.server.to_owned(), line.what.clone()]);
            rows.push(vec![String::new(), format!("  hint: {}", line.remedy)]);
        }
        output::table(&["STRICTER SERVERS", "WHAT THEY WANT"], &rows);
    }
}

fn row(rule: &str, verdict: &str, what: &str) -> Vec<String> {
    vec![rule.to_owned(), verdict.to_owned(), what.to_owned()]
}

fn preview(preview: &Preview) {
    output::data(&format!("\n  redirect_uri {}", quoted(&preview.redirect_uri)));
    match &preview.outcome {
        Err(refusal) => output::data(&format!("    {refusal}")),
        Ok(page) => {
            output::data(&format!("    {} (rung {})", page.proof, page.rung));
            output::data(&format!("    Where your answer goes: {}", page.recipient));
            for (id, sentence) in &page.warnings {
                output::data(&format!("    {sentence} (warning {id})"));
            }
            let asked =
                if page.remembered { "until somebody has said yes once" } else { "every time" };
            output::data(&format!("    People are asked {asked}."));
        }
    }
}

pub(super) fn json(told: &Told) -> Value {
    let findings = told.lines.iter().map(|line| {
        json!({ "rule": line.rule, "verdict": line.verdict, "what": line.what, "remedy": line.remedy })
    });
    let elsewhere = told
        .elsewhere
        .iter()
        .map(|line| json!({ "server": line.server, "what": line.what, "remedy": line.remedy }));
    json!({
        "url": told.url,
        "sound": told.lines.iter().all(|line| line.verdict != super::rules::FAIL),
        "findings": findings.collect::<Vec<_>>(),
        "consent": told.consents.iter().map(preview_json).collect::<Vec<_>>(),
        "elsewhere": elsewhere.collect::<Vec<_>>(),
    })
}

fn preview_json(preview: &Preview) -> Value {
    match &preview.outcome {
        Err(refusal) => json!({ "redirect_uri": preview.redirect_uri, "refusal": refusal }),
        Ok(page) => {
            let warnings = page.warnings.iter();
            let warnings = warnings.map(|(id, sentence)| json!({ "id": id, "sentence": sentence }));
            json!({
                "redirect_uri": preview.redirect_uri,
                "rung": page.rung,
                "proof": page.proof,
                "recipient": page.recipient,
                "asked_every_time": !page.remembered,
                "warnings": warnings.collect::<Vec<_>>(),
            })
        }
    }
}
