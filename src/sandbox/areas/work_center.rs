//! Work Center, which newer platforms have: what waits for a person beside the manual tasks of jobs,
//! as when an agent asks somebody.

use serde_json::{Value, json};

use crate::sandbox::answer::{Answered, Refusal};
use crate::sandbox::clock::{iso, now_ms};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::listing::{Filters, Listing, Page, Paging, at};
use crate::sandbox::query::Query;
use crate::sandbox::routing::{Area, Route, get, patch, post};
use crate::sandbox::world::{Collection, World, merge};

/// This part of the platform.
pub const AREA: Area =
    Area { routes: ROUTES, collections: &[Collection { name: "work_items", key: "id" }] };

const ROUTES: &[Route] = &[
    get("/work-center-service/work-items", of_execution),
    post("/work-center-service/work-items/search", search),
    get("/work-center-service/work-items/{}", |world, call| {
        Ok(world.require("work_items", "Work item", call.param(0))?.clone().into())
    }),
    get("/work-center-service/work-items/{}/variables/incoming", |world, call| {
        let item = world.require("work_items", "Work item", call.param(0))?;
        Ok(at(item, "variables.incoming").clone().into())
    }),
    post("/work-center-service/work-items/{}/claim", |world, call| {
        let owner = json!(call.account);
        set(world, call, json!({"owner": owner}))
    }),
    post("/work-center-service/work-items/{}/assign", |world, call| {
        let owner = json!(call.text("/userId")?);
        set(world, call, json!({"owner": owner}))
    }),
    post("/work-center-service/work-items/{}/release", |world, call| {
        set(world, call, json!({"owner": null}))
    }),
    patch("/work-center-service/work-items/{}/complete", |world, call| {
        let variables = call.value("/variables");
        let done = json!({
            "status": "completed", "finishState": call.text("/finishState")?,
            "completedAt": iso(now_ms()), "variables": {"outgoing": variables},
        });
        set(world, call, done)
    }),
];

const ITEMS: Listing = Listing {
    collection: "work_items",
    filters: Filters::Pairs,
    fields: &[],
    bare: &[],
    paging: Paging::Skip,
    default_limit: 25,
    max_limit: 100,
    envelope: |page: Page| {
        let Page { rows, skip, limit, total } = page;
        json!({"results": rows, "skip": skip, "limit": limit, "total": total})
    },
};

fn of_execution(world: &mut World, call: &Incoming) -> Answered {
    let Some(execution) = call.query.get("rootExecutionId") else {
        return Err(Refusal::invalid("querystring must have required property 'rootExecutionId'"));
    };
    let items = world.rows("work_items").iter();
    let items = items.filter(|item| at(item, "rootExecution.id") == execution);
    ITEMS.answer_from(items, world, call)
}

/// Takes `sort`, which it cannot do without, `skip`, `limit`, and `filters` of the form
/// `{field: value}`; others are ignored.
fn search(world: &mut World, call: &Incoming) -> Answered {
    let (field, order) = (call.text("/sort/field")?, call.text("/sort/order")?);
    let number = |name, absent: u64| call.value(name).as_u64().unwrap_or(absent);
    let (skip, limit) = (number("/skip", 0), number("/limit", 25));
    let query = format!("sort={field}&order={order}&skip={skip}&limit={limit}");
    let page = Incoming { query: Query::parse(&query), ..Incoming::default() };
    let filters = call.value("/filters");
    let wanted = |item: &&Value| {
        let mut filters = filters.as_object().into_iter().flatten();
        filters.all(|(field, value)| !value.is_string() || at(item, field) == value)
    };
    ITEMS.answer_from(world.rows("work_items").iter().filter(wanted), world, &page)
}

fn set(world: &mut World, call: &Incoming, change: Value) -> Answered {
    let item = world.require_mut("work_items", "Work item", call.param(0))?;
    if item.get("status") != Some(&json!("pending")) {
        return Err(Refusal::invalid("the work item is not pending"));
    }
    merge(item, change);
    Ok(item.clone().into())
}
