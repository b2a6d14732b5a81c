//! Rows in columns that fit the screen.

use super::text::{columns, fitted};

/// Between two columns.
const GAP: usize = 2;

/// Narrowest column of a text that is cut, and widest that is kept whole before others are left out:
/// ids and times must not be cut, or nobody could use them.
const NARROW: usize = 12;
const WHOLE: usize = 26;

/// A table before it is known how much room there is.
#[derive(Default)]
pub struct Table {
    /// Names of the columns.
    pub head: Vec<String>,
    /// As many cells in each row as there are columns.
    pub rows: Vec<Vec<String>>,
    /// Columns of numbers.
    pub right: Vec<bool>,
    /// How soon each column is left out: the highest first, and of those the last.
    pub ranks: Vec<u8>,
}

/// A table as it is shown.
pub struct Laid {
    /// The names first.
    pub lines: Vec<String>,
    /// Columns for which there was no room.
    pub left_out: Vec<String>,
    /// Whether a cell was cut.
    pub cut: bool,
}

impl Table {
    /// The table in so many columns of the screen.
    pub fn laid(&self, room: usize) -> Laid {
        let cells = |column: usize| {
            let below = self.rows.iter().map(move |row| row[column].as_str());
            std::iter::once(self.head[column].as_str()).chain(below)
        };
        let all = 0..self.head.len();
        let wanted: Vec<usize> =
            all.clone().map(|n| cells(n).map(columns).max().unwrap_or(0)).collect();
        let mut least: Vec<usize> = all
            .clone()
            .map(|n| {
                let words = cells(n).flat_map(|cell| cell.split(' ')).map(columns);
                let word = words.max().unwrap_or(0).min(WHOLE);
                wanted[n].min(if self.right[n] { wanted[n] } else { word.max(NARROW) })
            })
            .collect();
        let mut kept: Vec<usize> = all.collect();
        let needed = |kept: &[usize], widths: &[usize]| {
            let gaps = GAP * kept.len().saturating_sub(1);
            kept.iter().map(|n| widths[*n]).sum::<usize>() + gaps
        };
        let mut left_out = Vec::new();
        while kept.len() > 1 && needed(&kept, &least) > room {
            if let [first, second] = kept[..]
                && !self.right[second]
                && let rest @ NARROW.. = room.saturating_sub(least[first] + GAP)
            {
                // A name that is cut says more than none.
                least[second] = rest;
                break;
            }
            // The first column says what a row is about.
            let others = 1..kept.len();
            let gone = others.max_by_key(|at| (self.ranks[kept[*at]], *at)).unwrap_or_default();
            left_out.push(kept.remove(gone));
        }
        left_out.sort_unstable();
        // What is left over goes to the widest last, so that the narrow ones are whole.
        let mut widths = least;
        let mut order = kept.clone();
        order.sort_by_key(|n| wanted[*n]);
        let mut left = room.saturating_sub(needed(&kept, &widths));
        for n in order {
            let more = (wanted[n] - widths[n]).min(left);
            (widths[n], left) = (widths[n] + more, left - more);
        }
        if let [only] = kept[..] {
            widths[only] = widths[only].min(room);
        }
        let line = |cells: &Vec<String>| {
            let shown = kept.iter().map(|n| fitted(&cells[*n], widths[*n], self.right[*n]));
            shown.collect::<Vec<_>>().join(&" ".repeat(GAP)).trim_end().to_owned()
        };
        let lines = std::iter::once(&self.head).chain(&self.rows).map(line).collect();
        Laid {
            lines,
            cut: kept.iter().any(|n| widths[*n] < wanted[*n]),
            left_out: left_out.into_iter().map(|n| self.head[n].clone()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        Table {
            head: row(["id", "name", "description", "runs"]),
            rows: vec![
                row(["70b500000000000000000003", "日本語のワークフロー", "what it is for", "7"]),
                row(["70b500000000000000000004", "e", "-", "1024"]),
            ],
            right: vec![false, false, false, true],
            ranks: vec![1, 0, 2, 1],
        }
    }

    #[test]
    fn columns_are_kept_cut_or_left_out_as_there_is_room() {
        let wide = table().laid(100);
        assert!(!wide.cut && wide.left_out.is_empty());
        assert_eq!(
            wide.lines[1..],
            [
                "70b500000000000000000003  日本語のワークフロー  what it is for     7",
                "70b500000000000000000004  e                     -               1024"
            ]
        );
        let middle = table().laid(52);
        assert_eq!(middle.left_out, ["description"]);
        assert!(
            middle.lines[1].starts_with("70b500000000000000000003  日本語の"),
            "{:?}",
            middle.lines
        );
        let narrow = table().laid(40);
        assert_eq!(narrow.left_out, ["description", "runs"]);
        assert_eq!(narrow.lines[1], "70b500000000000000000003  日本語のワー…");
        for room in 26..100 {
            let laid = table().laid(room);
            assert!(
                laid.lines.iter().all(|line| columns(line) <= room),
                "{room}: {:?}",
                laid.lines
            );
        }
    }
}
