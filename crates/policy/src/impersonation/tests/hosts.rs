//! Hosts, against those of the embedded catalogue.

use super::*;

#[test]
fn every_protected_host_is_found_in_every_forgery() {
    let catalogue = Catalogue::embedded();
    let documents = catalogue.clients().iter().flat_map(|client| &client.documents);
    let publishers = catalogue.clients().iter().map(|client| &*client.publisher);
    for host in publishers.chain(documents.filter_map(Pattern::host)) {
        let site = salver_names::registrable_domain(host).unwrap();
        assert_eq!(PROTECTED.host(host), None, "{host}");
        assert_eq!(PROTECTED.host(&format!("a.b-c.{site}")), None, "{site}");
        let dashed = site.replace('.', "-");
        for forgery in [
            format!("{site}.evil.example"),
            format!("login.{site}.evil.example"),
            format!("{dashed}.example"),
            format!("login-{dashed}.evil.example"),
            format!("{}.example", site.replace('.', "")),
            site.replacen('o', "0", 1)
                .replacen('l', "1", 1)
                .replacen("ed", "3d", 1)
                .replacen('a', "4", 1),
            site.replacen('o', "\u{43e}", 1)
                .replacen('a', "\u{430}", 1)
                .replacen('e', "\u{435}", 1),
            site.replacen('o', "\u{f6}", 1).replacen('a', "\u{e4}", 1).replacen('e', "\u{eb}", 1),
        ] {
            let found = PROTECTED.host(&forgery).map(|hit| hit.protected);
            assert_eq!(found, Some(site), "{forgery}");
        }
    }
}

#[test]
fn a_hit_has_words() {
    for (host, words) in [
        ("c1aude.ai", "looks like claude.ai, and is not"),
        ("claude.ai.evil.example", "carries claude.ai in its name, and is not there"),
    ] {
        assert_eq!(PROTECTED.host(host).unwrap().to_string(), words);
    }
}

#[test]
fn legitimate_hosts_are_clean() {
    for host in LEGITIMATE {
        assert_eq!(PROTECTED.host(host), None, "{host}");
    }
}

const LEGITIMATE: &[&str] = &[
    "anthropic.com",
    "api.anthropic.com",
    "claude.com",
    "openai.com",
    "auth.openai.com",
    "chat.com",
    "platform.openai.com",
    "notion.site",
    "motion.com",
    "nation.com",
    "cursor.sh",
    "cursor.directory",
    "curso.com",
    "zed.com",
    "zend.com",
    "zoom.us",
    "zod.dev",
    "opencode.com",
    "code.visualstudio.com",
    "vscode.com",
    "marketplace.visualstudio.com",
    "github.dev",
    "github.blog",
    "gitlab.com",
    "gist.github.com",
    "githubstatus.com",
    "goose.com",
    "block.xyz",
    "block.github.io",
    "alice.github.io",
    "google.dev",
    "googleapis.com",
    "google.de",
    "accounts.google.co.uk",
    "gemini.com",
    "antigravity.google",
    "factory.com",
    "acme-factory.com",
    "skydive.net",
    "skydive-school.com",
    "toolhive.com",
    "stacklok.com",
    "mcpjam.dev",
    "modelcontextprotocol.org",
    "modelcontextprotocol.info",
    "linear.app",
    "vercel.com",
    "my-app.vercel.app",
    "raycast.com",
    "figma.com",
    "atlassian.com",
    "slack.com",
    "stripe.com",
    "sentry.io",
    "cloudflare.com",
    "workers.dev",
    "replit.com",
    "windsurf.com",
    "codeium.com",
    "codex.io",
    "codecov.io",
    "jetbrains.com",
    "huggingface.co",
    "mistral.ai",
    "chat.mistral.ai",
    "perplexity.ai",
    "cohere.com",
    "langchain.com",
    "llamaindex.ai",
    "librechat.ai",
    "openwebui.com",
    "home-assistant.io",
    "n8n.io",
    "zapier.com",
    "make.com",
    "postman.com",
    "insomnia.rest",
    "warp.dev",
    "b\u{fc}cher.de",
    "\u{44f}\u{43d}\u{434}\u{435}\u{43a}\u{441}.\u{440}\u{444}",
    "localhost",
    "10.0.0.1",
    "mcp.internal",
    "as.example.org",
];
