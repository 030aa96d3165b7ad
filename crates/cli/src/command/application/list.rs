//! All applications, a line each.

use serde_json::json;

use super::picture::Picture;
use crate::output;

pub(super) fn run(picture: &Picture, json: bool) {
    if picture.applications.is_empty() {
        output::talk("Nobody has let in an application yet.");
        return;
    }
    let mut rows = Vec::new();
    for application in &picture.applications {
        let clients = picture.clients_of(application.id).count();
        let sum = picture.sum(|live| live.grant.application == application.id);
        if json {
            output::json(&json!({
                "id": application.id.to_string(), "key": application.key, "label": application.label,
                "clients": clients, "people": sum.people.len(), "installations": sum.installations,
                "last_used_at": sum.last_used_at,
            }));
            continue;
        }
        let label = application.label.escape_debug().to_string();
        let cells = [application.id.to_string(), label, clients.to_string()];
        rows.push(cells.into_iter().chain(sum.cells()).collect());
    }
    if !json {
        output::table(&["ID", "NAME", "CLIENTS", "PEOPLE", "COPIES", "LAST USED"], &rows);
    }
}
