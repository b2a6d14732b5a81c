//! Tools that stand for an automation or a service.

use serde_json::{Map, Value};

use super::areas::BINDINGS;
use super::catalogue::{Catalogue, Endpoint};
use super::files::title_of;
use super::made::{Act, MadeTool};
use super::recheck::Recheck;
use super::words;
use crate::config::{BindingKind, ToolBinding};
use crate::tools::areas::gateway_manager::{SERVICE_RUN, run_service};
use crate::tools::areas::operations_manager::start_route;
use crate::tools::asked::record;
use crate::tools::shown::{ErrorKind, Outcome, Output, ToolError};
use crate::tools::told::Input;
use crate::tools::{Context, Hints, Tasking};

/// The one argument of tools whose input has no schema, as the Python server calls it.
const DATA: &str = "data";
const INPUT_PARAMS: &str = "input_params";

/// Starts an automation.
struct Starts {
    automation: String,
    trigger: String,
    /// Its route, when it was looked up.
    route: Option<String>,
    recheck: Recheck,
}

/// Runs a service.
struct RunsService {
    name: String,
    cluster: String,
    recheck: Recheck,
}

/// The hints of a binding.
pub fn hints(binding: &ToolBinding) -> Hints {
    let ToolBinding { read_only, destructive, .. } = *binding;
    Hints { read_only, destructive, idempotent: read_only, ..Hints::RUN }
}

/// The tags of a binding.
pub fn tags(binding: &ToolBinding) -> Vec<String> {
    MadeTool::tags_of(&BINDINGS, &binding.tool_name, binding.tags.iter().cloned())
}

/// The tool of a binding to an endpoint, as it was found.
pub fn endpoint(binding: &ToolBinding, found: &Endpoint<'_>, recheck: &Recheck) -> MadeTool {
    let schema = found.trigger.get("schema").unwrap_or(&Value::Null);
    let said = words::of_endpoint(found);
    made(binding, Some(said), schema, starts(found, recheck))
}

/// The tool of a binding to a service, in the shape of `get_services`, as it was found.
pub fn service(binding: &ToolBinding, found: &Value, cluster: &str, recheck: &Recheck) -> MadeTool {
    let schema = &found["decorator"];
    let said = words::of_service(&binding.name, cluster, found["description"].as_str());
    let act = RunsService {
        name: binding.name.clone(),
        cluster: cluster.to_owned(),
        recheck: recheck.clone(),
    };
    made(binding, Some(said), schema, Box::new(act))
}

/// The tool of a binding that is looked up by whoever calls it.
pub fn unseen(binding: &ToolBinding, recheck: &Recheck) -> MadeTool {
    let recheck = recheck.clone();
    let (name, act): (_, Box<dyn Act>) = match &binding.kind {
        BindingKind::Endpoint { automation } => {
            let (automation, trigger) = (automation.clone(), binding.name.clone());
            let said = format!("Run the automation '{automation}'.");
            (said, Box::new(Starts { automation, trigger, route: None, recheck }))
        }
        BindingKind::Service { cluster } => {
            let (name, cluster) = (binding.name.clone(), cluster.clone());
            let said = format!("Run the service '{name}'.");
            (said, Box::new(RunsService { name, cluster, recheck }))
        }
    };
    made(binding, Some(name), &Value::Null, act)
}

/// What starts this.
pub fn starts(found: &Endpoint<'_>, recheck: &Recheck) -> Box<dyn Act> {
    let name = |of: &Value| record::name(of).unwrap_or_default().to_owned();
    Box::new(Starts {
        automation: name(found.automation),
        trigger: name(found.trigger),
        route: Some(found.route.to_owned()),
        recheck: recheck.clone(),
    })
}

/// What an endpoint takes.
pub fn input(schema: &Value) -> Input {
    Input::new(schema, Some(DATA))
}

fn made(
    binding: &ToolBinding,
    said: Option<String>,
    schema: &Value,
    act: Box<dyn Act>,
) -> MadeTool {
    let endpoint = matches!(binding.kind, BindingKind::Endpoint { .. });
    let generic = if endpoint { DATA } else { INPUT_PARAMS };
    let description = binding.description.clone().or(said).unwrap_or_default();
    MadeTool {
        name: binding.tool_name.clone(),
        title: binding.title.clone().unwrap_or_else(|| title_of(&binding.tool_name)),
        description,
        area: &BINDINGS,
        tags: tags(binding),
        hints: hints(binding),
        input: Input::new(schema, Some(generic)),
        output: if endpoint { Output::Free } else { Output::Object(&SERVICE_RUN) },
        output_schema: None,
        tasking: if endpoint { Tasking::Starts(None) } else { Tasking::Always },
        act,
    }
}

impl Starts {
    /// The route as it is now.
    fn look_up(&self, context: &Context<'_>) -> Result<String, ToolError> {
        let names = [self.automation.as_str()].into();
        let found = Catalogue::named(context, &names)?;
        let endpoint = found.endpoint(&self.automation, &self.trigger);
        endpoint.map(|(endpoint, _)| endpoint.route.to_owned()).map_err(|why| {
            ToolError::not_found(format!(
                "{why}; nothing was started: tell the operator of this server"
            ))
        })
    }
}

impl Act for Starts {
    fn call(
        &self,
        context: &Context<'_>,
        arguments: &Map<String, Value>,
    ) -> Result<Outcome, ToolError> {
        let data = match arguments.is_empty() {
            true => Value::Null,
            false => Value::Object(arguments.clone()),
        };
        let start = |route: &str| start_route(context, route, &data, std::time::Duration::ZERO);
        let Some(route) = &self.route else { return start(&self.look_up(context)?) };
        match start(route) {
            Err(error) if error.kind == ErrorKind::NotFound => {
                self.recheck.ask();
                // Nothing was started, and it may have moved to another route since it was looked up.
                let now = self.look_up(context)?;
                if now == *route { Err(error) } else { start(&now) }
            }
            went => went,
        }
    }
}

impl Act for RunsService {
    fn call(
        &self,
        context: &Context<'_>,
        arguments: &Map<String, Value>,
    ) -> Result<Outcome, ToolError> {
        let input = Value::Object(arguments.clone());
        let went = run_service(context, &self.name, &self.cluster, &input);
        if went.as_ref().is_err_and(|error| error.kind == ErrorKind::NotFound) {
            self.recheck.ask();
        }
        went
    }
}
