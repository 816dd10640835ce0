//! `mcp/approves-everything`: a setting switches the questions off.

use super::{About, Lint, LintFinding, Persona, Subject};
use crate::finding::{Confidence, Severity};

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/approves-everything",
    title: "settings that approve everything",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Regular,
    why: "Whoever can change a file of the repository can start a server or run a command on the machine of everybody who opens it.",
    fix: "Name the servers and commands that may run, and leave the rest to be asked for.",
    details: "`enableAllProjectMcpServers`, `Bash(*)` and `*` among the allowed rules, `bypassPermissions` and `dangerouslySkipPermissions`, `chat.tools.autoApprove`, `trust: true` and `alwaysAllow: [\"*\"]` of a server, `approval_policy = \"never\"` with full access.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        let servers = subject.servers.iter().flat_map(|server| &server.leaves).map(|leaf| (leaf, true));
        for (leaf, of_server) in subject.settings.iter().map(|leaf| (leaf, false)).chain(servers) {
            let value = leaf.scalar.text.as_str();
            let rule = matches!(value, "Bash" | "Bash(*)" | "Bash(*:*)" | "Bash(:*)" | "*" | "mcp__*");
            let approved = match leaf.name.as_ref() {
                "enableAllProjectMcpServers"
                | "chat.tools.autoApprove"
                | "chat.tools.global.autoApprove"
                | "autoApproveAll"
                | "dangerouslySkipPermissions"
                | "skipDangerousModePermissionPrompt" => value == "true",
                "allow" => leaf.pointer.is_below("permissions") && rule,
                "defaultMode" => value == "bypassPermissions",
                "trust" => of_server && value == "true",
                "alwaysAllow" | "autoApprove" => value == "*",
                "sandbox_mode" => value == "danger-full-access",
                _ => false,
            };
            if approved {
                let message = format!("`{}` approves everything", subject.shown(&leaf.name));
                found.push(LintFinding::new(&ABOUT, leaf.node.whole(), &leaf.pointer, message));
            }
        }
    }
}
