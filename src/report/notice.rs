//! Says of a notice in one line what commands tell on standard error that print no report.

use super::escape::plain;
use crate::finding::Notice;

/// Returns what a notice says, harmless on a terminal: paths in it were chosen by strangers.
pub fn line(notice: &Notice) -> String {
    let help = if notice.help.is_empty() { String::new() } else { format!(" ({})", plain(&notice.help)) };
    format!("{}: {}{help}", plain(&notice.subject), plain(&notice.message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_notice_reaches_the_terminal_as_it_is() {
        let notice = Notice::unread("a\u{1b}[31m", "no\rno", "");
        assert_eq!(line(&notice), r"a\u{1b}[31m: no\rno");
        let notice = Notice::unread("a", "is broken", "mend it\u{202e}");
        assert_eq!(line(&notice), r"a: is broken (mend it\u{202e})");
    }
}
