//! Is this a software that statements speak for? And is it that of one entry alone?

use salver_oauth::registration::MAX_SOFTWARE_ID_BYTES;
use toml::Spanned;

use super::{Report, Taken};
use crate::catalogue::{
    file::RawStatement,
    problem::Rule,
    software::{Software, is_issuer},
};

pub(super) fn read(
    raw: Vec<Spanned<RawStatement>>,
    entry: &str,
    taken: &mut Taken,
    report: &mut Report,
) -> Vec<Software> {
    let mut read = Vec::new();
    for statement in raw {
        let span = statement.span();
        let RawStatement { issuer, software_id } = statement.into_inner();
        if !is_issuer(issuer.get_ref()) {
            report.spanned(&issuer, entry, Rule::Issuer(issuer.get_ref().as_str().into()));
        }
        let most = MAX_SOFTWARE_ID_BYTES;
        if software_id.get_ref().len() > most {
            report.spanned(&software_id, entry, Rule::Size { what: SOFTWARE_ID, most });
        } else {
            report.text(&software_id, entry, (SOFTWARE_ID, most));
        }
        let software = Software {
            issuer: issuer.into_inner().into(),
            software_id: software_id.into_inner().into(),
        };
        report.once(taken, &Spanned::new(span, software.to_string()), entry, entry);
        read.push(software);
    }
    read
}

const SOFTWARE_ID: &str = "software_id";
