//! The levers of tests and training, under `/sandbox/`: clearly no path of the platform.

use serde_json::{Value, json};

use crate::sandbox::answer::{Answered, Refusal};
use crate::sandbox::faults::Fault;
use crate::sandbox::incoming::Incoming;
use crate::sandbox::routing::{Route, delete, get, post, put};
use crate::sandbox::sessions::Credentials;
use crate::sandbox::world::World;

/// Everything under `/sandbox/`; needs no login.
pub const ROUTES: &[Route] = &[
    get("/sandbox", overview),
    get("/sandbox/faults", list_faults),
    put("/sandbox/faults", set_faults),
    delete("/sandbox/faults", clear_faults),
    get("/sandbox/requests", list_requests),
    delete("/sandbox/requests", clear_requests),
    get("/sandbox/world/{}", read_collection),
    put("/sandbox/world/{}", replace_collection),
    put("/sandbox/page-cap", set_page_cap),
    put("/sandbox/absent", set_absent),
    put("/sandbox/credentials", set_credentials),
    post("/sandbox/expire-sessions", expire_sessions),
    post("/sandbox/reset", reset),
];

fn overview(world: &mut World, _: &Incoming) -> Answered {
    let routes = ROUTES.iter().map(|route| json!(format!("{} {}", route.method, route.path)));
    let rows = world.collections.iter().map(|kind| {
        let count = world.rows(kind.name).len();
        (kind.name.to_owned(), json!({"key": kind.key, "rows": count}))
    });
    Ok(json!({
        "message": "This is a sandbox: a simulated Itential Platform. Nothing here is real.",
        "routes": routes.collect::<Value>(),
        "collections": Value::Object(rows.collect()),
    })
    .into())
}

fn list_faults(world: &mut World, _: &Incoming) -> Answered {
    Ok(json!({"faults": world.control.faults.iter().map(Fault::describe).collect::<Vec<_>>()})
        .into())
}

/// Takes one rule or a list of rules; they replace those that were set.
fn set_faults(world: &mut World, call: &Incoming) -> Answered {
    let rules = match &call.body {
        Value::Array(rules) => rules.as_slice(),
        rule => std::slice::from_ref(rule),
    };
    world.control.faults = rules.iter().map(Fault::parse).collect::<Result<_, _>>()?;
    list_faults(world, call)
}

fn clear_faults(world: &mut World, call: &Incoming) -> Answered {
    world.control.faults.clear();
    list_faults(world, call)
}

fn list_requests(world: &mut World, _: &Incoming) -> Answered {
    let control = &world.control;
    Ok(json!({"requests": control.requests, "dropped": control.dropped}).into())
}

fn clear_requests(world: &mut World, _: &Incoming) -> Answered {
    world.control.requests.clear();
    world.control.dropped = 0;
    Ok(json!({"message": "forgotten"}).into())
}

fn read_collection(world: &mut World, call: &Incoming) -> Answered {
    Ok(json!(world.rows(known(world, call.param(0))?)).into())
}

fn replace_collection(world: &mut World, call: &Incoming) -> Answered {
    let name = known(world, call.param(0))?;
    let rows = call.list("")?;
    if !rows.iter().all(Value::is_object) {
        return Err(Refusal::invalid("every row must be an object"));
    }
    *world.rows_mut(name) = rows.to_vec();
    Ok(json!({"collection": name, "rows": rows.len()}).into())
}

/// Caps the rows of every page (`{"cap": 10}`); null lifts the cap.
fn set_page_cap(world: &mut World, call: &Incoming) -> Answered {
    world.page_cap = match call.value("/cap") {
        Value::Null => None,
        cap => {
            let cap = cap.as_u64().and_then(|cap| usize::try_from(cap).ok());
            Some(cap.ok_or_else(|| Refusal::invalid("cap must be an integer >= 0 or null"))?)
        }
    };
    Ok(json!({"cap": world.page_cap}).into())
}

/// Takes services away (`["/work-center-service"]`): every path that begins so is unknown.
fn set_absent(world: &mut World, call: &Incoming) -> Answered {
    let paths = call.list("")?.iter().map(|path| path.as_str().map(str::to_owned));
    let paths: Option<Vec<String>> = paths.collect();
    world.absent = paths.ok_or_else(|| Refusal::invalid("every path must be string"))?;
    Ok(json!({"absent": world.absent}).into())
}

/// Changes what opens a session; what is not named goes back to the documented credentials.
fn set_credentials(world: &mut World, call: &Incoming) -> Answered {
    let mut credentials = Credentials::default();
    for (name, field) in [
        ("/username", &mut credentials.username),
        ("/password", &mut credentials.password),
        ("/client_id", &mut credentials.client_id),
        ("/client_secret", &mut credentials.client_secret),
    ] {
        if call.body.pointer(name).is_some() {
            *field = call.text(name)?.to_owned();
        }
    }
    if let Value::Object(others) = call.value("/others") {
        let others = others.iter().filter_map(|(name, password)| Some((name, password.as_str()?)));
        credentials.others = others.map(|(a, b)| (a.clone(), b.to_owned())).collect();
    }
    world.sessions.set_credentials(credentials);
    Ok(json!({"message": "credentials changed"}).into())
}

fn expire_sessions(world: &mut World, _: &Incoming) -> Answered {
    Ok(json!({"expired": world.sessions.expire_all()}).into())
}

fn reset(world: &mut World, _: &Incoming) -> Answered {
    *world = World::new(world.options.clone(), world.collections.clone());
    Ok(json!({"message": "The sandbox is as it was at its start"}).into())
}

fn known(world: &World, name: &str) -> Result<&'static str, Refusal> {
    world.collections.iter().map(|kind| kind.name).find(|known| *known == name).ok_or_else(|| {
        let names: Vec<&str> = world.collections.iter().map(|kind| kind.name).collect();
        Refusal::new(404, format!("no collection '{name}'; there are: {}", names.join(", ")))
    })
}
