//! Does the log say what the client is not told? One line for each failure, under the code that the client was shown.

use std::{
    io::{Result, Write},
    sync::{Arc, Mutex},
};

use crate::world::{PING, World, json, notes, tool};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Lines {
    fn take(&self) -> Vec<String> {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap());
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }
}

#[tokio::test]
async fn each_failure_is_one_line_with_its_code_and_cause_and_without_secrets() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber =
        tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    // The runtime of a test is its own thread, so everything below logs here.
    let _guard = tracing::subscriber::set_default(subscriber);
    let world = World::with(|_| notes("http://127.0.0.1:1/mcp"), |_| {}).await;
    let token = world.token("notes:read");
    for (token, body, level, cause) in [
        (&*token, PING, "WARN", "upstream failed: no answer: no connection: "),
        (&*token, &*tool("write_note"), "INFO", "scope missing: notes:write"),
        (&*token, "{", "INFO", "body refused: not read: NotJson"),
        ("forged", PING, "INFO", "token refused: not believed: "),
    ] {
        let told = json(world.post(token, body).await).await.to_string();
        assert!(told.contains("INCIDENT"), "{told}");
        let lines = lines.take();
        assert_eq!(lines.len(), 1, "{lines:?}");
        for part in [level, "INCIDENT", "Notes", cause] {
            assert!(lines[0].contains(part), "{part}: {lines:?}");
        }
        assert!(!lines[0].contains(token), "{lines:?}");
        assert!(!told.contains("no connection"), "{told}");
    }
    // A first call without a token is no failure.
    let request = http::Request::get("/mcp").body(http_body_util::Full::default()).unwrap();
    assert_eq!(world.send(request).await.status(), 401);
    assert_eq!(lines.take(), Vec::<String>::new());
}
