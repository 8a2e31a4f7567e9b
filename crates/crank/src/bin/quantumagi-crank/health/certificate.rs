//! When the certificate of the pages should be renewed.

/// So long before its end a certificate should be renewed, seconds: 14 days.
pub(crate) const RENEW_BEFORE: i64 = 14 * 86_400;

/// Why the certificate of the pages should be renewed, where it should.
pub(crate) fn certificate_words(ends_at: i64, unix: i64) -> Option<String> {
    let left = ends_at.saturating_sub(unix);
    let days = left.unsigned_abs() / 86_400;
    match left {
        RENEW_BEFORE.. => None,
        0.. => Some(format!("the certificate of the pages ends in {days} days: renew it and reload")),
        _ => Some(format!("the certificate of the pages ended {days} days ago: renew it and reload")),
    }
}
