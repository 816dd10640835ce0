//! Writes moments of history for people and for machines, always in UTC.

use jiff::Timestamp;

/// Returns the day as `2024-03-01`, or the raw seconds where no calendar reaches.
pub fn day(seconds: i64) -> String {
    match Timestamp::from_second(seconds) {
        Ok(time) => time.strftime("%Y-%m-%d").to_string(),
        Err(_) => format!("@{seconds}"),
    }
}

/// Returns the moment as `2024-03-01T12:34:56Z`, or `None` where no calendar reaches.
pub fn moment(seconds: i64) -> Option<String> {
    Timestamp::from_second(seconds).ok().map(|time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_beyond_the_calendar_is_shown_raw() {
        assert_eq!(day(1_709_296_496), "2024-03-01");
        assert_eq!(moment(1_709_296_496).as_deref(), Some("2024-03-01T12:34:56Z"));
        assert_eq!(day(i64::MAX), "@9223372036854775807");
        assert_eq!(moment(i64::MIN), None);
    }
}
