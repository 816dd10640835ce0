//! Answers in each agent's own words.

use serde_json::{Value, json};

use super::event::{Event, Kind};
use super::{Agent, Reply};

/// Lets the agent go on, in the way that changes least about what it would have done without the hook.
pub fn go_on(agent: Agent, event: &Event) -> Reply {
    match (agent, event.kind) {
        // Cursor wants an answer, and these give no permission.
        (Agent::Cursor, Kind::Prompt) => said(&json!({ "continue": true })),
        (Agent::Cursor, _) => said(&json!({})),
        _ => Reply::default(),
    }
}

/// Stops what is about to happen, and says why.
pub fn stop(agent: Agent, event: &Event, why: &str) -> Reply {
    match agent {
        Agent::ClaudeCode | Agent::Codex => said(&decision(event, why)),
        Agent::Gemini => said(&json!({ "decision": "deny", "reason": why })),
        Agent::Cursor => match event.kind {
            Kind::Prompt => said(&json!({ "continue": false, "user_message": why })),
            // Nothing can be stopped any more, and the answer is not read.
            Kind::Written => Reply { stderr: format!("keysweep: {why}\n"), ..Reply::default() },
            // Older versions read the second spelling.
            _ => said(&json!({
                "permission": "deny",
                "user_message": why, "agent_message": why,
                "userMessage": why, "agentMessage": why,
            })),
        },
        Agent::Copilot => match (event.kind, event.name.is_empty()) {
            (Kind::Tool, true) => said(&json!({ "permissionDecision": "deny", "permissionDecisionReason": why })),
            (Kind::Tool, false) => {
                // The same events reach the editor, which reads the inner object, and the command line, which reads the outer.
                let mut answer = decision(event, why);
                answer["permissionDecision"] = json!("deny");
                answer["permissionDecisionReason"] = json!(why);
                said(&answer)
            }
            // What is printed is not read here; the exit code and the error output are.
            _ => warned(why),
        },
    }
}

/// Stops what is about to happen because it could not be checked, whatever that is.
pub fn failed(agent: Agent, why: &str) -> Reply {
    // Of Copilot's events those of tools alone can be stopped, and by what is printed.
    let answer = json!({ "permissionDecision": "deny", "permissionDecisionReason": why });
    let stdout = if agent == Agent::Copilot { said(&answer).stdout } else { String::new() };
    Reply { stdout, ..warned(why) }
}

fn warned(why: &str) -> Reply {
    Reply { stderr: format!("keysweep: {why}\n"), code: 2, ..Reply::default() }
}

/// Makes the decision that Claude Code and those who took over its protocol understand.
fn decision(event: &Event, why: &str) -> Value {
    match event.kind {
        Kind::Tool => json!({ "hookSpecificOutput": {
            "hookEventName": "PreToolUse",
            "permissionDecision": "deny",
            "permissionDecisionReason": why,
        }}),
        _ => json!({ "decision": "block", "reason": why }),
    }
}

fn said(answer: &Value) -> Reply {
    Reply { stdout: format!("{answer}\n"), ..Reply::default() }
}
