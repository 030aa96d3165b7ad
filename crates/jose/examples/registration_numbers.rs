//! What does a registration cost? The work of its number in `docs/benchmarks.md`, to be counted from outside.
//!
//! `registration_numbers WHAT N` does it N times for the longest of the registrations of real clients and prints nothing: run it under
//! `valgrind --tool=callgrind` with two values of N, and the difference is the price of those between. `registration_numbers lengths` prints how long
//! their `client_id`s are.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "an example is read on a terminal, and stops where it cannot go on"
)]

use std::hint::black_box;

use salver_jose::{SealingKeys, SealingRoot};
use salver_oauth::{
    Issuer,
    client::{id::ClientId, sealed::SealedId},
    registration::{Answer, InstallationNonce, Registration, RegistrationRequest},
};

const CLIENTS: [(&str, &[u8]); 8] = [
    ("Cursor", include_bytes!("../../../tests/fixtures/registrations/cursor.json")),
    ("Claude", include_bytes!("../../../tests/fixtures/registrations/claude.json")),
    (
        "Claude with a secret",
        include_bytes!("../../../tests/fixtures/registrations/claude-with-secret.json"),
    ),
    ("Claude Code", include_bytes!("../../../tests/fixtures/registrations/claude-code.json")),
    ("VS Code", include_bytes!("../../../tests/fixtures/registrations/vscode.json")),
    ("Gemini CLI", include_bytes!("../../../tests/fixtures/registrations/gemini-cli.json")),
    ("the Inspector", include_bytes!("../../../tests/fixtures/registrations/inspector.json")),
    ("mcp-remote", include_bytes!("../../../tests/fixtures/registrations/mcp-remote.json")),
];

/// Six redirect URIs.
const LONGEST: &[u8] = include_bytes!("../../../tests/fixtures/registrations/vscode.json");

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (what, times) = (arguments.next().unwrap_or_default(), arguments.next());
    let times: u32 = times.and_then(|text| text.parse().ok()).unwrap_or(1000);
    let issuer = Issuer::parse("https://as.example").unwrap();
    let roots = [(1, SealingRoot::from_bytes([1; 32]))];
    let keys = SealingKeys::new(&issuer, roots, []).unwrap();
    match what.as_str() {
        "register" => (0..times).for_each(|_| {
            black_box(register(&keys, black_box(LONGEST)));
        }),
        "answer" => (0..times).for_each(|_| {
            black_box(registered(&keys, black_box(LONGEST)));
        }),
        "open" => {
            let id = register(&keys, LONGEST);
            (0..times).for_each(|_| open(&keys, black_box(id.as_str())));
        }
        "lengths" => {
            for (client, body) in CLIENTS {
                println!("{client}: {}", register(&keys, body).as_str().len());
            }
        }
        _ => println!("registration_numbers register|answer|open|lengths [N]"),
    }
}

/// From the body to the identifier.
fn register(keys: &SealingKeys, body: &[u8]) -> SealedId {
    sealed(keys, RegistrationRequest::parse(body).unwrap()).0
}

/// From the body to the body of the answer.
fn registered(keys: &SealingKeys, body: &[u8]) -> Vec<u8> {
    let request = RegistrationRequest::parse(body).unwrap();
    let sent = request.redirect_uris().to_vec();
    let (id, registration) = sealed(keys, request);
    let told = Answer {
        client_id: id.as_str(),
        registration: &registration,
        redirect_uris: &sent,
        credentials: None,
        software_statement: None,
    };
    serde_json::to_vec(&told).unwrap()
}

fn sealed(keys: &SealingKeys, request: RegistrationRequest) -> (SealedId, Registration) {
    let nonce = || Ok::<_, ()>(InstallationNonce::from_bytes([7; 16]));
    let registration = request.register(nonce).unwrap();
    (keys.seal(&registration).unwrap(), registration)
}

/// From the text of a request to the metadata.
fn open(keys: &SealingKeys, client_id: &str) {
    if let Ok(ClientId::Sealed(id)) = ClientId::parse(client_id) {
        black_box(keys.open(&id).unwrap().metadata(ClientId::Sealed(id)));
    }
}
