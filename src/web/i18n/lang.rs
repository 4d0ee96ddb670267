use serde::{Deserialize, Serialize};

/// A language of the pages. The tags are BCP 47, as on `<html lang>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Lang {
    #[serde(rename = "en")]
    En,
    #[serde(rename = "zh-Hans")]
    ZhHans,
}

impl Lang {
    pub const ALL: [Self; 2] = [Self::En, Self::ZhHans];

    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhHans => "zh-Hans",
        }
    }

    /// The language's name in itself, as the switch to it is labelled.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::ZhHans => "中文",
        }
    }

    /// The one that the switch offers.
    pub fn other(self) -> Self {
        match self {
            Self::En => Self::ZhHans,
            Self::ZhHans => Self::En,
        }
    }

    pub fn parse(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.tag() == tag)
    }

    /// The first language of an `Accept-Language` header that we have, by its weights. Any
    /// Chinese is better served by simplified Chinese than by English.
    pub fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(Self, f32)> = None;
        for range in header.split(',').take(20) {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let weight = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
            let lang = match tag.split('-').next().unwrap_or_default() {
                primary if primary.eq_ignore_ascii_case("zh") => Self::ZhHans,
                primary if primary.eq_ignore_ascii_case("en") => Self::En,
                _ => continue,
            };
            if weight > 0.0 && best.is_none_or(|(_, known)| weight > known) {
                best = Some((lang, weight));
            }
        }
        best.map(|(lang, _)| lang)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_language_that_we_have_is_chosen() {
        use Lang::*;
        let cases = [
            ("zh-CN,zh;q=0.9,en;q=0.8", Some(ZhHans)),
            ("en-GB,en;q=0.9", Some(En)),
            ("de-DE,de;q=0.9,en;q=0.5,zh;q=0.7", Some(ZhHans)),
            ("zh-TW", Some(ZhHans)),
            ("en;q=0", None),
            ("de, *;q=0.1", None),
            ("", None),
            ("en;q=x,ZH", Some(ZhHans)),
        ];
        for (header, expected) in cases {
            assert_eq!(Lang::accepted(header), expected, "{header}");
        }
    }
}
