//! On which line of a file a record stands, as whoever opens the file in an editor counts.

/// The text with line feeds only: the reader counts lines by them, and after CR LF one too few.
pub fn plain_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// The line of `text` that a record begins on; the first is 1. The reader says where it began to
/// look: empty lines before the record are not counted.
pub fn line_of(record: &csv::StringRecord, text: &str) -> u32 {
    let Some(position) = record.position() else {
        return 0;
    };
    let begun = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(begun..).unwrap_or_default();
    let empty = rest.iter().take_while(|b| **b == b'\n').count() as u64;
    u32::try_from(position.line() + empty).unwrap_or(u32::MAX)
}
