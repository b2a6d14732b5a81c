//! The table of docs/migration.md: what differs.

use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../docs/migration.md");

/// The names in the first column of the table with this heading, and how many cells its rows have.
fn first_column(heading: &str) -> Vec<(Vec<String>, usize)> {
    let (_, table) = PAGE.split_once(heading).expect("the table is there");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with("| "));
    let rows = rows.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
        let names = cells[0].split('`').skip(1).step_by(2).map(str::to_owned).collect();
        let filled = cells.iter().filter(|cell| !cell.trim().is_empty()).count();
        (names, filled)
    });
    rows.collect()
}

/// What differs, by the names of the facts.
pub fn differs() -> BTreeSet<String> {
    let rows = first_column("| Setting | The Python server | Here | What to do |\n");
    let mut names = BTreeSet::new();
    for (row, filled) in rows {
        assert_eq!(filled, 4, "{row:?} says too little");
        assert!(!row.is_empty(), "a row names nothing");
        for name in row {
            assert!(names.insert(name.clone()), "{name} has two rows");
        }
    }
    names
}
