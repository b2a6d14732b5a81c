//! rmcp: client-rmcp legacy|2026-07-28 http URL

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, ClientCapabilities, ClientConfig, ElicitRequestParams,
    ElicitResult, ElicitationAction, ErrorData, GetTaskParams, Implementation,
    ProgressNotificationParam, ProtocolVersion, TaskPayload,
};
use rmcp::service::{NotificationContext, RequestContext, RoleClient};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::{ClientHandler, ClientLifecycleMode, ClientServiceExt};
use serde_json::{Value, json};

#[derive(Clone, Default)]
struct Person {
    asked: Arc<AtomicUsize>,
    told: Arc<AtomicUsize>,
}

impl ClientHandler for Person {
    fn get_info(&self) -> ClientConfig {
        let can = json!({"elicitation": {}, "extensions": {"io.modelcontextprotocol/tasks": {}}});
        let can: ClientCapabilities = serde_json::from_value(can).expect("capabilities");
        ClientConfig::new(can, Implementation::new("interop", "3"))
    }

    async fn create_elicitation(
        &self,
        _request: ElicitRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(ElicitResult::new(ElicitationAction::Accept).with_content(json!({"value": true})))
    }

    async fn on_progress(
        &self,
        _params: ProgressNotificationParam,
        _context: NotificationContext<RoleClient>,
    ) {
        self.told.fetch_add(1, Ordering::SeqCst);
    }
}

fn call(name: &'static str, arguments: Value) -> CallToolRequestParams {
    let arguments = arguments.as_object().cloned().unwrap_or_default();
    CallToolRequestParams::new(name).with_arguments(arguments)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mode, _, url] = arguments.as_slice() else { return Err("MODE http URL".into()) };
    let lifecycle = match mode.as_str() {
        "legacy" => ClientLifecycleMode::Initialize,
        _ => ClientLifecycleMode::Discover {
            preferred_versions: vec![ProtocolVersion::V_2026_07_28],
        },
    };
    let person = Person::default();
    let transport = StreamableHttpClientTransport::from_uri(url.as_str());
    let client = person.clone().serve_with_lifecycle(transport, lifecycle).await?;
    let tools = client.list_all_tools().await?;
    let health = client.call_tool(call("get_health", json!({}))).await?;
    let restarted = client.call_tool(call("restart_adapter", json!({"name": "NetBox"}))).await?;
    let agreed = restarted.is_error != Some(true) && person.asked.load(Ordering::SeqCst) == 1;
    let backup = json!({"route_name": "backup-device", "wait": 60,
                        "data": {"device": "ams-access-sw-008"}});
    let mut params = call("start_workflow", backup);
    let (kind, ended) = loop {
        match client.call_tool_once(params.clone()).await? {
            CallToolResponse::Complete(result) => break ("waited", json!(result)),
            CallToolResponse::InputRequired(asked) => {
                let agree = json!({"action": "accept", "content": {"value": true}});
                let keys = asked.input_requests.unwrap_or_default().into_keys();
                params.input_responses = Some(keys.map(|key| (key, agree.clone())).collect());
                params.request_state = asked.request_state;
            }
            CallToolResponse::Task(started) => {
                break loop {
                    let params = GetTaskParams::new(started.task.task_id.clone());
                    match client.get_task(params).await?.task.payload {
                        TaskPayload::Working => {
                            tokio::time::sleep(Duration::from_millis(200)).await
                        }
                        TaskPayload::Completed { result } => break ("followed", json!(result)),
                        other => return Err(format!("{other:?}").into()),
                    }
                };
            }
            _ => return Err("an answer of a kind that nobody knows".into()),
        }
    };
    let protocol = client.peer_info().map(|info| json!(info.protocol_version));
    println!(
        "{}",
        json!({
            "protocol": protocol,
            "tools": tools.len(),
            "called": health.is_error != Some(true),
            "confirmed": agreed,
            "progress": person.told.load(Ordering::SeqCst),
            "task": if ended["structuredContent"]["result"]["status"] == "complete" { kind } else { "" },
        })
    );
    client.cancel().await?;
    Ok(())
}
