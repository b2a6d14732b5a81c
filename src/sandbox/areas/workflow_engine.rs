//! Workflow engine: metrics of jobs and tasks.

use crate::sandbox::listing::{Filters, Listing, Paging, results_envelope};
use crate::sandbox::routing::{Area, Route, get};
use crate::sandbox::world::Collection;

/// This part of the platform.
pub const AREA: Area = Area {
    routes: ROUTES,
    collections: &[
        Collection { name: "job_metrics", key: "_id" },
        Collection { name: "task_metrics", key: "_id" },
    ],
};

/// Metrics of jobs and tasks.
const ROUTES: &[Route] = &[
    get("/workflow_engine/jobs/metrics", |world, call| JOB_METRICS.answer(world, call)),
    get("/workflow_engine/tasks/metrics", |world, call| TASK_METRICS.answer(world, call)),
];

const JOB_METRICS: Listing = Listing {
    collection: "job_metrics",
    filters: Filters::Pairs,
    fields: &["workflow.name", "workflow._id"],
    bare: &[],
    paging: Paging::Skip,
    default_limit: 25,
    max_limit: 100,
    envelope: results_envelope,
};

/// Only the workflow can be filtered on: by application or task name everything comes back.
const TASK_METRICS: Listing =
    Listing { collection: "task_metrics", fields: &["workflow.name"], ..JOB_METRICS };
