//! Looks for credentials in a text: `some command | cargo run --example text -- config/settings.py`.
//!
//! The argument is the name of the file that the text is or is going to be, which helps to judge it. Exits with 1 if there is one.

use std::io::Read as _;
use std::process::ExitCode;

use keysweep::Scanner;

fn main() -> std::io::Result<ExitCode> {
    let name = std::env::args().nth(1).unwrap_or_default();
    let mut text = Vec::new();
    std::io::stdin().read_to_end(&mut text)?;
    let findings = Scanner::new().text(&name, &text);
    for finding in &findings {
        // Lines count from 0 here, and a finding holds masked text alone.
        let line = finding.places[0].start.line + 1;
        println!("line {line}: {} {} ({})", finding.meta.title, finding.masked, finding.meta.id);
        if let Some(rotation) = &finding.rotation {
            rotation.steps.iter().for_each(|step| println!("    {step}"));
        }
    }
    Ok(ExitCode::from(u8::from(!findings.is_empty())))
}
