//! How many calls a caller may begin in a minute.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::limits;
use crate::places::CallerKey;
use crate::sync::Lock;

/// When each caller will have used up nothing again. A caller who has been quiet for a minute may begin
/// all its calls at once; after that they come back one by one, evenly.
#[derive(Debug, Default)]
pub struct Rates(Lock<HashMap<CallerKey, Instant>>);

impl Rates {
    /// Counts a call that begins now.
    ///
    /// # Errors
    /// When there were too many: how long until there is room for it.
    pub fn count(&self, who: &CallerKey, per_minute: usize, now: Instant) -> Result<(), Duration> {
        let share = limits::MINUTE / u32::try_from(per_minute.max(1)).unwrap_or(u32::MAX);
        let mut used = self.0.lock();
        let free = used.get(who).copied().filter(|free| *free > now).unwrap_or(now);
        let after = free + share;
        let wait = after.saturating_duration_since(now + limits::MINUTE);
        if !wait.is_zero() {
            return Err(wait);
        }
        if used.len() >= limits::RATED_CALLERS && !used.contains_key(who) {
            make_room(&mut used, now);
        }
        used.insert(who.clone(), after);
        Ok(())
    }
}

/// Forgets whoever has used up nothing, and else who has used up least.
fn make_room(used: &mut HashMap<CallerKey, Instant>, now: Instant) {
    used.retain(|_, free| *free > now);
    while used.len() >= limits::RATED_CALLERS {
        let Some(least) = used.iter().min_by_key(|(_, free)| **free) else { return };
        let least = least.0.clone();
        used.remove(&least);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_holds_so_many_calls_and_they_come_back_one_by_one() {
        let rates = Rates::default();
        let begin = Instant::now();
        let at = |seconds: u64| begin + Duration::from_secs(seconds);
        let (ann, bob): (CallerKey, CallerKey) = ("ann".into(), "bob".into());
        for _ in 0..3 {
            assert_eq!(rates.count(&ann, 3, begin), Ok(()));
        }
        assert_eq!(rates.count(&ann, 3, begin), Err(Duration::from_secs(20)));
        assert_eq!(rates.count(&bob, 3, begin), Ok(()), "another one's calls");
        assert_eq!(rates.count(&ann, 3, at(19)), Err(Duration::from_secs(1)));
        assert_eq!(rates.count(&ann, 3, at(20)), Ok(()));
        assert!(rates.count(&ann, 3, at(39)).is_err());
        for _ in 0..3 {
            assert_eq!(rates.count(&ann, 3, at(200)), Ok(()));
        }
    }

    #[test]
    fn the_table_is_bounded() {
        let rates = Rates::default();
        let now = Instant::now();
        for number in 0..limits::RATED_CALLERS + 10 {
            assert_eq!(rates.count(&number.to_string().into(), 60, now), Ok(()));
        }
        assert!(rates.0.lock().len() <= limits::RATED_CALLERS);
    }
}
