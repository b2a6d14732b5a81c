//! Compliance plans and their runs as the platform keeps them.

use serde_json::{Value, json};

use crate::limits;
use crate::platform::Path;
use crate::time::moment;
use crate::tools::asked::{Directory, Listing, Paging, Source, record};
use crate::tools::context::Context;
use crate::tools::shown::ToolError;

/// `POST /configuration_manager/search/compliance_plans`
const COMPLIANCE_PLANS: Source =
    Source::new("/configuration_manager/search/compliance_plans", "plans", "totalCount")
        .paged(Paging::Search("options"), 100);
/// How plans are found.
pub static DIRECTORY: Directory = Directory {
    one: "compliance plan",
    many: "compliance plans",
    query: &[],
    by_id: true,
    lister: "get_compliance_plans",
};

/// The plan with this name or id. The platform may take the name as a part of names or as a
/// pattern, so what it finds is compared here, and everything is read when it finds nothing.
pub fn find(context: &Context<'_>, name: &str) -> Result<Value, ToolError> {
    let mut found = DIRECTORY.named(context, &plans(name), name)?;
    match found.len() {
        0 => DIRECTORY.find(context, &plans(""), name),
        1 => Ok(found.remove(0)),
        _ => Err(DIRECTORY.ambiguous(name, &found)),
    }
}

/// The plans whose name holds this; all of them when it is empty.
pub fn plans(name: &str) -> Listing<'static> {
    COMPLIANCE_PLANS.listing().searched(json!({"name": name, "options": {}}))
}

/// Runs stand at the top of the answer or in groups, as versions differ.
pub fn instances(reply: &Value) -> impl Iterator<Item = &Value> {
    listed(reply, "plans").chain(listed(reply, "groups").flat_map(|group| listed(group, "plans")))
}

fn listed<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// Whether a run is one of the plan, as far as it says.
pub fn of_plan(instance: &Value, plan_id: &str) -> bool {
    instance.get("planId").and_then(Value::as_str).is_none_or(|id| id == plan_id)
}

/// `POST /configuration_manager/search/compliance_plan_instances`: the newest runs, of every plan or of
/// this one, and how many there are in all.
pub fn runs(context: &Context<'_>, plan: Option<&str>) -> Result<(Vec<Value>, u64), ToolError> {
    let mut search = json!({
        "limit": limits::COMPLIANCE_RUNS, "start": 0, "sort": {"started": -1},
    });
    if let Some(plan) = plan {
        search["planId"] = json!(plan);
    }
    let path = Path::literal("/configuration_manager/search/compliance_plan_instances");
    let reply = context.api.search(&path, &[], &json!({"searchParams": search}))?;
    let mut runs: Vec<Value> = instances(&reply).cloned().collect();
    record::sort_down(&mut runs, &|run| run.get("started").and_then(moment));
    let total = reply.get("totalCount").and_then(Value::as_u64).unwrap_or(runs.len() as u64);
    Ok((runs, total))
}
