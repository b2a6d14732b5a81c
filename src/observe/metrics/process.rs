//! What the system knows of this process, where it has `/proc`.

use super::page::Sample;

/// The numbers of the process that can be had here.
#[cfg(target_os = "linux")]
pub fn process() -> Vec<Sample<'static>> {
    use std::fs;

    use rustix::param::{clock_ticks_per_second, page_size};
    use rustix::process::{Resource, getrlimit};

    use super::table;

    let mut found = Vec::new();
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program may hold anything; the third field stands behind its bracket.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split(' ').collect();
    let field = |number: usize| fields.get(number - 2)?.parse::<f64>().ok();
    let cpu = field(14).zip(field(15)).map(|(user, system)| user + system);
    let pages = page_size() as f64;
    for (metric, value) in [
        (&table::PROCESS_CPU, cpu.map(|ticks| ticks / clock_ticks_per_second() as f64)),
        (&table::PROCESS_RESIDENT, field(24).map(|resident| resident * pages)),
        (&table::PROCESS_VIRTUAL, field(23)),
        (&table::PROCESS_THREADS, field(20)),
        // The folder itself is open while it is read.
        (
            &table::PROCESS_FDS,
            fs::read_dir("/proc/self/fd").ok().map(|all| all.count() as f64 - 1.0),
        ),
        (&table::PROCESS_FDS_MAX, getrlimit(Resource::Nofile).current.map(|most| most as f64)),
    ] {
        found.extend(value.map(|value| Sample::new(metric, value)));
    }
    found
}

/// The numbers of the process that can be had here.
#[cfg(not(target_os = "linux"))]
pub fn process() -> Vec<Sample<'static>> {
    Vec::new()
}
