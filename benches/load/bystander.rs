//! What others get while somebody is a burden.

use std::time::{Duration, Instant};

use crate::client::Target;
use crate::table::{self, median, millis, verdict};

/// How long a bystander waits for one answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The columns of [`Seen::cells`].
pub const COLUMNS: [&str; 6] = ["asked", "answered", "median ms", "slowest ms", "target ms", ""];

/// What became of the questions of a bystander.
#[derive(Default)]
pub struct Seen {
    asked: usize,
    times: Vec<f64>,
}

impl Seen {
    /// Asks over a new connection. Returns true if there was an answer that is no failure.
    pub fn ask(&mut self, target: &Target, request: &[u8]) -> bool {
        self.asked += 1;
        let begun = Instant::now();
        let answer = target.connect().and_then(|mut client| {
            client.wait_for(PATIENCE)?;
            client.ask(request)
        });
        let answered = answer.is_ok_and(|answer| answer.status < 500);
        if answered {
            self.times.push(begun.elapsed().as_secs_f64());
        }
        answered
    }

    /// How often it asked.
    pub fn asked(&self) -> usize {
        self.asked
    }

    /// One row of figures; `judged`: whether it is held to the target.
    pub fn row(&self, start: &[&str], target: Duration, judged: bool) {
        let slowest = self.times.iter().copied().fold(0.0, f64::max);
        let all = self.times.len() == self.asked;
        let shown = |seconds: f64| if self.times.is_empty() { "-".into() } else { millis(seconds) };
        let slowest_shown = match all {
            true => shown(slowest),
            false => format!("none within {} s", PATIENCE.as_secs()),
        };
        let met = all && slowest < target.as_secs_f64();
        let cells = [
            self.asked.to_string(),
            self.times.len().to_string(),
            shown(median(&self.times)),
            slowest_shown,
            format!("all below {}", target.as_millis()),
            if judged { verdict(met).into() } else { String::new() },
        ];
        table::row(start.iter().copied().chain(cells.iter().map(String::as_str)));
    }
}
