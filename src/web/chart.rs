//! Charts as paths of an SVG: drawn by the server, shown by any browser, with no script and no
//! style of their own.

use crate::domain::history::History;

/// Width and height of a chart in its own units; the style sheet stretches it.
pub const WIDTH: i64 = 480;
pub const HEIGHT: i64 = 96;

/// A level over time, as a line of steps. The lowest line is zero.
pub fn steps(history: &History) -> String {
    let span = (history.to - history.from).num_seconds().max(1);
    let top = history.high().max(1);
    let x = |at: chrono::DateTime<chrono::Utc>| {
        ((at - history.from).num_seconds() * WIDTH / span).clamp(0, WIDTH)
    };
    let y = |level: i64| {
        // Levels go up to a thousand million: no product leaves an i64.
        HEIGHT - 1 - level * (HEIGHT - 2) / top
    };
    let mut path = String::new();
    let mut last = (-1, -1);
    for (at, level) in &history.points {
        let (x, y) = (x(*at), y(*level));
        match path.is_empty() {
            true => path.push_str(&format!("M{x} {y}")),
            // What would fall on the same spot is left out.
            false if (x, y) == last => continue,
            false => path.push_str(&format!("H{x}V{y}")),
        }
        last = (x, y);
    }
    path.push_str(&format!("H{WIDTH}"));
    path
}

/// Numbers side by side, as bars on a common ground; the highest is as high as the chart.
pub fn bars(numbers: &[u64]) -> String {
    bars_up_to(numbers, numbers.iter().max().copied().unwrap_or(0))
}

/// The same, where `most` is as high as the chart.
pub fn bars_up_to(numbers: &[u64], most: u64) -> String {
    let most = most.max(1);
    let width = WIDTH / i64::try_from(numbers.len().max(1)).unwrap_or(WIDTH);
    let bar = |(index, &number): (usize, &u64)| {
        let x = i64::try_from(index).unwrap_or(0) * width;
        let share = u128::from(number) * (HEIGHT as u128 - 1) / u128::from(most);
        let top = HEIGHT - i64::try_from(share).unwrap_or(0);
        format!("M{x} {HEIGHT}V{top}H{}V{HEIGHT}Z", x + width - 2)
    };
    numbers.iter().enumerate().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    #[test]
    fn a_level_is_a_line_of_steps_from_edge_to_edge() {
        let from = DateTime::UNIX_EPOCH;
        let history = History {
            from,
            to: from + TimeDelta::hours(48),
            points: vec![
                (from, 10),
                (from + TimeDelta::hours(24), 5),
                (from + TimeDelta::hours(24), 5),
            ],
            sampled: false,
        };
        assert_eq!(steps(&history), "M0 1H240V48H480");
        let nothing = History {
            points: vec![(from, 0)],
            ..history
        };
        assert_eq!(steps(&nothing), "M0 95H480");
    }

    #[test]
    fn bars_stand_side_by_side() {
        assert_eq!(bars(&[0, 2]), "M0 96V96H238V96ZM240 96V1H478V96Z");
        assert_eq!(bars_up_to(&[1], 2), "M0 96V49H478V96Z");
        assert_eq!(bars(&[]), "");
        assert!(bars(&[u64::MAX; 24]).starts_with("M0 96V1H18V96Z"));
    }
}
