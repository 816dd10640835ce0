//! The sheet that text is written on: its width, its colours, its columns.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::finding::Severity;
use crate::report::RenderOptions;
use crate::report::columns::wrap;

/// Columns before the text of a field.
const INDENT: usize = 12;

/// What a piece of text means, and so how it is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Critical,
    High,
    Medium,
    Low,
    Good,
    Strong,
    Soft,
}

impl Tone {
    /// Returns the tone of a severity.
    pub const fn of(severity: Severity) -> Self {
        match severity {
            Severity::Critical => Self::Critical,
            Severity::High => Self::High,
            Severity::Medium => Self::Medium,
            Severity::Low => Self::Low,
        }
    }

    const fn style(self) -> Style {
        match self {
            Self::Critical => AnsiColor::BrightRed.on_default().bold(),
            Self::High => AnsiColor::Red.on_default().bold(),
            Self::Medium => AnsiColor::Yellow.on_default().bold(),
            Self::Low => AnsiColor::Cyan.on_default(),
            Self::Good => AnsiColor::Green.on_default().bold(),
            Self::Strong => Style::new().bold(),
            Self::Soft => Style::new().dimmed(),
        }
    }
}

/// Where text goes, and how wide and colourful it may be.
pub struct Page<'a> {
    out: &'a mut dyn Write,
    color: bool,
    width: usize,
}

impl<'a> Page<'a> {
    /// Begins a page of between 20 and 120 columns.
    pub fn new(options: &RenderOptions, out: &'a mut dyn Write) -> Self {
        Self { out, color: options.color, width: options.width.clamp(20, 120) }
    }

    /// Returns the number of columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Returns `text` in its colour, or as it is.
    pub fn paint(&self, tone: Tone, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        let style = tone.style();
        format!("{style}{text}{style:#}")
    }

    /// Writes one line; blanks at its end are left out.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", text.trim_end_matches(' '))
    }

    /// Writes an empty line.
    pub fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// Writes a heading with a rule behind it.
    pub fn heading(&mut self, text: &str) -> io::Result<()> {
        let text = format!("── {text} ");
        let rest = self.width.saturating_sub(text.chars().count());
        let line = self.paint(Tone::Soft, &format!("{text}{}", "─".repeat(rest)));
        self.line(&line)
    }

    /// Writes a text of its own, wrapped.
    pub fn paragraph(&mut self, text: &str) -> io::Result<()> {
        for line in wrap(text, self.width.saturating_sub(2)) {
            self.line(&format!("  {line}"))?;
        }
        Ok(())
    }

    /// Writes a named text, wrapped beside its name; nothing if it is empty.
    pub fn field(&mut self, name: &str, text: &str) -> io::Result<()> {
        if text.is_empty() { Ok(()) } else { self.item(name, "", text) }
    }

    /// Writes a text with a bullet such as `1. ` beside a name, which may be empty for all but the first.
    pub fn item(&mut self, name: &str, bullet: &str, text: &str) -> io::Result<()> {
        let hang = bullet.chars().count();
        for (index, line) in wrap(text, self.width.saturating_sub(INDENT + hang)).iter().enumerate() {
            let name = if index == 0 { name } else { "" };
            let name = self.paint(Tone::Soft, &format!("{name:<width$}", width = INDENT - 2));
            let bullet = if index == 0 { bullet.to_owned() } else { " ".repeat(hang) };
            self.line(&format!("  {name}{bullet}{line}"))?;
        }
        Ok(())
    }

    /// Writes a text that is meant to be copied: never wrapped.
    pub fn verbatim(&mut self, name: &str, bullet: &str, text: &str) -> io::Result<()> {
        let name = self.paint(Tone::Soft, &format!("{name:<width$}", width = INDENT - 2));
        let text = self.paint(Tone::Strong, text);
        self.line(&format!("  {name}{bullet}{text}"))
    }
}
