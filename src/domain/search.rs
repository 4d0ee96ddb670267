//! Finding a SKU by words: which words a SKU is found by, and what a search asks for.
//!
//! A word is a run of letters and digits. Chinese, Japanese and Korean are written without
//! spaces, so there every two neighbours are a word, and the last character alone. Searching for
//! the beginning of a word finds it; writing is compared without case, and full-width letters are
//! the same as narrow ones.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// Longer words are cut: what begins alike is found alike.
pub const WORD_MAX_CHARS: usize = 64;

/// The words that a SKU is found by; at least one.
pub fn words(sku: &str, name: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for text in [sku, name] {
        for run in runs(&fold(text)) {
            match run {
                Run::Letters(word) => words.extend([cut(&word)]),
                Run::Characters(characters) => {
                    words.extend(characters.windows(2).map(|pair| pair.iter().collect()));
                    words.extend(characters.last().map(|last| last.to_string()));
                }
            }
        }
    }
    if words.is_empty() {
        words.insert(cut(&fold(sku)));
    }
    words
}

/// What somebody searches for: every one of these must be the beginning of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    beginnings: Vec<String>,
}

impl Search {
    /// Longer searches are cut after so many words.
    const MAX_WORDS: usize = 8;

    pub fn new(typed: &str) -> Self {
        let folded = fold(typed.trim());
        let mut beginnings = Vec::new();
        for run in runs(&folded) {
            match run {
                Run::Letters(word) => beginnings.push(cut(&word)),
                Run::Characters(characters) if characters.len() == 1 => {
                    beginnings.push(characters.iter().collect());
                }
                Run::Characters(characters) => {
                    beginnings.extend(characters.windows(2).map(|pair| pair.iter().collect()));
                }
            }
        }
        if beginnings.is_empty() {
            beginnings.push(cut(&folded));
        }
        beginnings.truncate(Self::MAX_WORDS);
        Self { beginnings }
    }

    /// At least one, none of them empty unless nothing was typed.
    pub fn beginnings(&self) -> &[String] {
        &self.beginnings
    }

    pub fn finds(&self, sku: &str, name: &str) -> bool {
        let words = words(sku, name);
        let begins = |beginning: &String| {
            let first = words.range::<String, _>(beginning..).next();
            first.is_some_and(|word| word.starts_with(beginning))
        };
        self.beginnings.iter().all(begins)
    }
}

enum Run {
    Letters(String),
    Characters(Vec<char>),
}

fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

fn cut(word: &str) -> String {
    word.chars().take(WORD_MAX_CHARS).collect()
}

fn runs(folded: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut open = false;
    for c in folded.chars() {
        match (runs.last_mut(), open) {
            _ if !c.is_alphanumeric() => {
                open = false;
                continue;
            }
            (Some(Run::Characters(run)), true) if unspaced(c) => run.push(c),
            (Some(Run::Letters(run)), true) if !unspaced(c) => run.push(c),
            _ if unspaced(c) => runs.push(Run::Characters(vec![c])),
            _ => runs.push(Run::Letters(c.to_string())),
        }
        open = true;
    }
    runs
}

/// Whether this character belongs to a writing without spaces between words.
fn unspaced(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sku_is_found_by_the_beginnings_of_its_words() {
        let finds = |typed: &str| Search::new(typed).finds("CUP-1003-RED", "保温杯 500ml 红色");
        for typed in [
            "cup",
            "CUP-1003",
            "100",
            "red cup",
            "保温",
            "温杯",
            "杯",
            "红 500",
            "ＣＵＰ",
            "500ML",
        ] {
            assert!(finds(typed), "{typed}");
        }
        for typed in ["up", "003", "cups", "杯红", "保杯", "blue", "%", "cup 9"] {
            assert!(!finds(typed), "{typed}");
        }
    }

    #[test]
    fn every_sku_has_a_word() {
        assert_eq!(words("%-%", "--").into_iter().collect::<Vec<_>>(), ["%-%"]);
        assert!(Search::new("%").finds("%-%", ""));
        let long = "x".repeat(200);
        assert_eq!(
            words(&long, "").first().map(String::len),
            Some(WORD_MAX_CHARS)
        );
        assert!(Search::new(&long).finds(&long, ""));
    }

    #[test]
    fn an_enormous_search_is_cut() {
        assert_eq!(Search::new(&"a b ".repeat(100)).beginnings().len(), 8);
    }
}
