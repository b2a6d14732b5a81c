//! What `/metrics` shows of the server besides what is counted where it happens.

use std::time::SystemTime;

use super::service::Service;
use crate::http::{NO_PLACE, REASONS, Stats};
use crate::observe::metrics::{self, AUDIT, Metric, Sample};
use crate::time;

/// The page.
pub fn page(service: &Service) -> String {
    let mut asked = metrics::process();
    let mut add = |metric: &'static Metric, value: f64| asked.push(Sample::new(metric, value));
    let status = &service.status;
    let began = SystemTime::now().checked_sub(status.started.elapsed());
    let began = began.and_then(|began| began.duration_since(SystemTime::UNIX_EPOCH).ok());
    if let Some(began) = began {
        // To the second: what is computed anew each time must not move.
        add(&metrics::PROCESS_START, began.as_secs_f64().round());
    }
    let load = service.workers.load();
    add(&metrics::WORKERS_BUSY, load.taken as f64);
    add(&metrics::WORKERS_MAX, load.most as f64);
    add(&metrics::CALLS_QUEUED, load.waiting as f64);
    add(&metrics::CALLS_RESTING, load.resting as f64);
    add(&metrics::TASKS, service.engine.tasks_running() as f64);
    add(&metrics::SESSIONS, service.sessions.len() as f64);
    if let Some(end) = status.certificate().get("not_after").and_then(time::moment) {
        add(&metrics::CERTIFICATE_END, end as f64 / 1000.0);
    }
    if let Some((written, lost, healthy)) = AUDIT.health() {
        add(&metrics::AUDIT_WRITTEN, written as f64);
        add(&metrics::AUDIT_LOST, lost as f64);
        add(&metrics::AUDIT_HEALTHY, f64::from(u8::from(healthy)));
    }
    if let Some(stats) = status.listener.get().and_then(|stats| stats()) {
        listener(&mut asked, &stats);
    }
    asked.push(Sample {
        metric: &metrics::BUILD,
        label: Some(env!("CARGO_PKG_VERSION")),
        value: 1.0,
    });
    metrics::page(&asked)
}

fn listener(asked: &mut Vec<Sample<'static>>, stats: &Stats) {
    for (metric, value) in [
        (&metrics::CONNECTIONS, stats.connections as u64),
        (&metrics::CONNECTIONS_MAX, stats.max_connections as u64),
        (&metrics::STREAMS, stats.streams as u64),
        (&metrics::ACCEPTED, stats.accepted),
        (&metrics::CLIENT_REFUSED, stats.refused_certificates),
        (&metrics::CLIENT_MISSING, stats.missing_certificates),
    ] {
        asked.push(Sample::new(metric, value as f64));
    }
    let mut add = |metric: &'static Metric, reasons: &[&'static str], counts: &[u64]| {
        for (reason, count) in reasons.iter().zip(counts) {
            asked.push(Sample { metric, label: Some(reason), value: *count as f64 });
        }
    };
    add(&metrics::TURNED_AWAY, &NO_PLACE, &stats.turned_away);
    add(&metrics::HTTP_REFUSED, &REASONS, &stats.refused);
}
