//! What a person prefers; `None` where nothing was chosen.

use super::words::words;

words! {
    /// Which colours; `system` leaves it to the device.
    pub enum Theme {
        System = "system",
        Light = "light",
        Dark = "dark",
    }
}

/// Preferences beside the language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Preferences {
    pub theme: Option<Theme>,
    /// Keyboard shortcuts.
    pub shortcuts: Option<bool>,
    /// Rows on a page of a list: one of [`Self::PAGE_ROWS`].
    pub page_rows: Option<u32>,
}

impl Preferences {
    /// What can be chosen for the rows of a page.
    pub const PAGE_ROWS: [u32; 4] = [20, 50, 100, 200];

    /// What was chosen here, else what was chosen there.
    pub fn or(self, other: Self) -> Self {
        Self {
            theme: self.theme.or(other.theme),
            shortcuts: self.shortcuts.or(other.shortcuts),
            page_rows: self.page_rows.or(other.page_rows),
        }
    }
}
