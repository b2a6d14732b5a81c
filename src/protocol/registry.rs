//! What a server offers.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::call::Call;
use super::elsewhere::Elsewhere;
use super::error::RpcError;
use super::input::Reply;
use super::page::List;
use super::revision;
use super::uri_template::{UriTemplate, Variables};
use crate::json;

/// Serves one call of a tool with the given arguments.
pub type Run = Arc<dyn Fn(&Call, &Map<String, Value>) -> Result<Reply, RpcError> + Send + Sync>;

/// Serves one request that is known whole.
pub type Handler = Box<dyn FnOnce(&Call) -> Result<Reply, RpcError> + Send>;

/// Serves one read of a resource, with what the variables of its template stand for.
pub type Read = Arc<dyn Fn(&Call, &str, &Variables) -> Result<Reply, RpcError> + Send + Sync>;

/// Suggests values for one argument or variable: its name, what is typed so far, and what the
/// others are. Everything that fits is given; the engine cuts.
pub type Complete =
    Arc<dyn Fn(&Call, &str, &str, &Variables) -> Result<Vec<String>, RpcError> + Send + Sync>;

/// Whether this call of a tool is to become a task.
pub type Becomes = Arc<dyn Fn(&Call, &Map<String, Value>) -> bool + Send + Sync>;

/// How a tool uses the tasks extension.
#[derive(Clone)]
pub enum Tasking {
    /// It answers in one go.
    Never,
    /// It becomes a task when the client declared the extension and this says so.
    Optional(Becomes),
    /// As above, and clients without the extension are refused.
    Required(Becomes),
    /// It answers with [`Reply::GoesOn`] when what it started goes on [`Elsewhere`].
    Elsewhere,
}

/// A tool as the engine knows it.
#[derive(Clone)]
pub struct ToolEntry {
    /// The entry of `tools/list`.
    pub definition: Map<String, Value>,
    /// Serves `tools/call`.
    pub run: Run,
    /// Whether calls may go on after their answer.
    pub tasking: Tasking,
}

impl ToolEntry {
    /// The tool's name.
    pub fn name(&self) -> &str {
        text(&self.definition, "name")
    }

    /// Whether this call of it is to become a task at once.
    ///
    /// # Errors
    /// -32021 when it can be nothing else, and its client knows no tasks.
    pub fn becomes_task(&self, call: &Call) -> Result<bool, RpcError> {
        let able = call.may_become_task();
        match &self.tasking {
            Tasking::Never | Tasking::Elsewhere => Ok(false),
            Tasking::Required(_) if !able => Err(RpcError::needs_tasks()),
            Tasking::Optional(becomes) | Tasking::Required(becomes) => {
                Ok(able && becomes(call, call.arguments()))
            }
        }
    }
}

/// A prompt as the engine knows it.
#[derive(Clone)]
pub struct PromptEntry {
    /// The entry of `prompts/list`.
    pub definition: Map<String, Value>,
    /// Serves `prompts/get`, without waiting for anything. Required arguments are there, and all are text.
    pub run: Run,
    /// Suggests values for its arguments.
    pub complete: Option<Complete>,
}

impl PromptEntry {
    /// The prompt's name.
    pub fn name(&self) -> &str {
        text(&self.definition, "name")
    }

    /// Checks the arguments of a `prompts/get`.
    ///
    /// # Errors
    /// -32602 when a required one is missing or one is not text.
    pub fn check(&self, given: &Map<String, Value>) -> Result<(), RpcError> {
        if let Some((name, _)) = given.iter().find(|(_, value)| !value.is_string()) {
            return Err(RpcError::invalid_params(format!("Argument '{name}' must be text")));
        }
        let declared = self.definition.get("arguments").and_then(Value::as_array);
        for argument in declared.into_iter().flatten().filter_map(Value::as_object) {
            let name = text(argument, "name");
            if argument.get("required") == Some(&Value::Bool(true)) && !given.contains_key(name) {
                return Err(RpcError::invalid_params(format!("Argument '{name}' is required")));
            }
        }
        Ok(())
    }
}

/// A resource as the engine knows it.
#[derive(Clone)]
pub struct ResourceEntry {
    /// The entry of `resources/list`.
    pub definition: Map<String, Value>,
    /// Serves `resources/read`.
    pub read: Read,
}

/// A family of resources as the engine knows it.
#[derive(Clone)]
pub struct TemplateEntry {
    /// The entry of `resources/templates/list`.
    pub definition: Map<String, Value>,
    /// Serves `resources/read`.
    pub read: Read,
    /// Suggests values for its variables.
    pub complete: Option<Complete>,
}

/// Everything a server offers.
#[derive(Clone, Default)]
pub struct Offers {
    /// What a model is told about the server before it sees anything of it.
    pub instructions: String,
    /// In listing order.
    pub tools: Vec<ToolEntry>,
    /// Tools that can be called and are not listed.
    pub unlisted: Vec<ToolEntry>,
    /// Where calls go on that answer with [`Reply::GoesOn`].
    pub elsewhere: Option<Arc<dyn Elsewhere>>,
    /// The listed tool through which others are called: the arguments `name` and `arguments` of its
    /// call say which, and the call then is that other tool's.
    pub through: Option<&'static str>,
    /// In listing order.
    pub prompts: Vec<PromptEntry>,
    /// In listing order.
    pub resources: Vec<ResourceEntry>,
    /// In listing order; the first that matches a URI serves it.
    pub templates: Vec<TemplateEntry>,
    /// Whether resources can be subscribed to.
    pub subscribe: bool,
    /// Whether the lists can change while the server runs.
    pub changes: bool,
}

/// What a server offers, ready to serve. Never changes; a reload makes a new one.
pub struct Registry {
    offers: Offers,
    templates: Vec<UriTemplate>,
    lists: [List; 4],
}

/// The method that reads each list, and what tells that it has changed, in the order of
/// [`Registry::lists`].
pub const LISTS: [(&str, &str); 4] = [
    ("tools/list", "notifications/tools/list_changed"),
    ("prompts/list", "notifications/prompts/list_changed"),
    ("resources/list", "notifications/resources/list_changed"),
    ("resources/templates/list", "notifications/resources/list_changed"),
];

impl Registry {
    /// A server that offers this.
    pub fn new(offers: Offers) -> Self {
        let templates = offers
            .templates
            .iter()
            .map(|entry| UriTemplate::new(text(&entry.definition, "uriTemplate")))
            .collect();
        let lists = [
            List::new("tools", offers.tools.iter().map(|entry| &entry.definition)),
            List::new("prompts", offers.prompts.iter().map(|entry| &entry.definition)),
            List::new("resources", offers.resources.iter().map(|entry| &entry.definition)),
            List::new("resourceTemplates", offers.templates.iter().map(|entry| &entry.definition)),
        ];
        Self { offers, templates, lists }
    }

    /// Everything offered.
    pub fn offers(&self) -> &Offers {
        &self.offers
    }

    /// The tool called `name`.
    pub fn tool(&self, name: &str) -> Option<&ToolEntry> {
        self.tools().find(|tool| tool.name() == name)
    }

    /// Every tool that can be called.
    pub fn tools(&self) -> impl Iterator<Item = &ToolEntry> {
        self.offers.tools.iter().chain(&self.offers.unlisted)
    }

    /// Makes the parameters of a `tools/call` those of the tool that is really meant, so that nothing
    /// that looks at them later sees the tool through which it is called. What names no such tool
    /// stays as it is: the tool itself tells what is wrong.
    pub fn resolve(&self, params: &mut Map<String, Value>) {
        if self.offers.through.is_none()
            || params.get("name").and_then(Value::as_str) != self.offers.through
        {
            return;
        }
        if settle(params).is_err() {
            return;
        }
        let Some(Value::Object(given)) = params.get_mut("arguments") else { return };
        let named = given.get("name").and_then(Value::as_str);
        if !named.is_some_and(|name| self.offers.unlisted.iter().any(|tool| tool.name() == name)) {
            return;
        }
        let name = given.shift_remove("name").unwrap_or_default();
        // Models also write the arguments beside the name.
        if let Some(inner) = given.shift_remove("arguments").filter(|inner| !inner.is_null()) {
            params.insert("arguments".into(), inner);
        }
        params.insert("name".into(), name);
    }

    /// The prompt called `name`.
    pub fn prompt(&self, name: &str) -> Option<&PromptEntry> {
        self.offers.prompts.iter().find(|prompt| prompt.name() == name)
    }

    /// What serves `uri`, and what its variables stand for.
    pub fn resource(&self, uri: &str) -> Option<(&Read, Variables)> {
        let exact = self.offers.resources.iter().find(|r| text(&r.definition, "uri") == uri);
        exact.map(|resource| (&resource.read, Variables::new())).or_else(|| {
            self.templates
                .iter()
                .zip(&self.offers.templates)
                .find_map(|(template, entry)| Some((&entry.read, template.matches(uri)?)))
        })
    }

    /// The template written `uri_template`.
    pub fn template(&self, uri_template: &str) -> Option<&TemplateEntry> {
        self.offers.templates.iter().find(|t| text(&t.definition, "uriTemplate") == uri_template)
    }

    /// The list that `method` reads, if this server has such things at all.
    pub fn list(&self, method: &str) -> Option<&List> {
        let at = LISTS.iter().position(|(known, _)| *known == method)?;
        let offered = match at {
            0 => true,
            1 => self.has_prompts(),
            _ => self.has_resources(),
        };
        self.lists.get(at).filter(|_| offered)
    }

    /// The notifications that tell what differs from `other`, each once.
    pub fn changes(&self, other: &Self) -> Vec<&'static str> {
        let mut changed: Vec<&str> = self
            .lists
            .iter()
            .zip(&other.lists)
            .zip(LISTS)
            .filter(|((a, b), _)| !a.same(b))
            .map(|(_, (_, notification))| notification)
            .collect();
        changed.dedup();
        changed
    }

    /// Whether the server has prompts.
    pub fn has_prompts(&self) -> bool {
        !self.offers.prompts.is_empty()
    }

    /// Whether the server has resources.
    pub fn has_resources(&self) -> bool {
        !self.offers.resources.is_empty() || !self.offers.templates.is_empty()
    }

    /// Whether the server suggests values for anything.
    pub fn has_completions(&self) -> bool {
        self.offers.prompts.iter().any(|prompt| prompt.complete.is_some())
            || self.offers.templates.iter().any(|template| template.complete.is_some())
    }

    /// Whether any tool may become a task.
    pub fn has_tasks(&self) -> bool {
        self.tools().any(|tool| !matches!(tool.tasking, Tasking::Never))
    }

    /// MCP's `ServerCapabilities`.
    pub fn capabilities(&self, modern: bool) -> Value {
        let changes = self.offers.changes;
        let lists = |listed: bool| if listed { json!({"listChanged": true}) } else { json!({}) };
        let mut capabilities = json!({"logging": {}, "tools": lists(changes)});
        if self.has_completions() {
            capabilities["completions"] = json!({});
        }
        if self.has_prompts() {
            capabilities["prompts"] = lists(changes);
        }
        if self.has_resources() {
            capabilities["resources"] = lists(changes);
            if self.offers.subscribe {
                capabilities["resources"]["subscribe"] = json!(true);
            }
        }
        if modern && self.has_tasks() {
            capabilities["extensions"] = json!({revision::TASKS: {}});
        }
        capabilities
    }
}

/// Makes the arguments of a call or of a prompt an object where they are meant as one.
///
/// # Errors
/// -32602 when they are no object, and no text that holds one.
pub fn settle(params: &mut Map<String, Value>) -> Result<(), RpcError> {
    let object = match params.get("arguments") {
        Some(Value::Object(_)) => return Ok(()),
        None | Some(Value::Null) => Map::new(),
        // Models that write the object as text are many.
        Some(Value::String(text)) => match json::parse(text.as_bytes()) {
            Ok(Value::Object(arguments)) => arguments,
            Err(_) if text.trim().is_empty() => Map::new(),
            Err(error) => {
                return Err(RpcError::invalid_params(format!(
                    "arguments must be a JSON object, and the text given is not the JSON of one: \
                     {error}"
                )));
            }
            Ok(_) => return Err(RpcError::invalid_params("arguments must be a JSON object")),
        },
        Some(_) => return Err(RpcError::invalid_params("arguments must be a JSON object")),
    };
    params.insert("arguments".into(), Value::Object(object));
    Ok(())
}

fn text<'a>(definition: &'a Map<String, Value>, key: &str) -> &'a str {
    definition.get(key).and_then(Value::as_str).unwrap_or_default()
}
