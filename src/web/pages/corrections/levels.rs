use chrono::{DateTime, Utc};

use crate::domain::survey::{Step, SurveyLine};
use crate::web::i18n::{Text, msg};

/// Now, change and after: every level of one SKU, or the available units of several.
pub struct Levels {
    /// What stands above the first column.
    pub heading: String,
    /// `None` where there is no level: unlimited.
    pub rows: Vec<(String, Option<Step>)>,
    pub as_of: DateTime<Utc>,
}

impl Levels {
    pub fn of(lines: &[SurveyLine], as_of: DateTime<Utc>, text: &Text) -> Self {
        let say = |id| text.say(&msg(id)).into_owned();
        let (heading, rows) = match lines {
            [line] => {
                let rows = vec![
                    (say("available"), line.available),
                    (say("reserved"), Some(line.reserved)),
                    (say("on-hand"), line.on_hand()),
                ];
                (line.sku.to_string(), rows)
            }
            lines => {
                let row = |line: &SurveyLine| (line.sku.to_string(), line.available);
                (say("available"), lines.iter().map(row).collect())
            }
        };
        Self {
            heading,
            rows,
            as_of,
        }
    }
}
