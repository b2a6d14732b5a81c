//! `load echo [CERTIFICATE KEY]`: a tool that needs no platform, behind the product's own engine,
//! transport and HTTP server. Prints its address and serves.

use std::sync::Arc;
use std::time::Duration;

use itential_mcp::auth::Authority;
use itential_mcp::config::{self, Sources};
use itential_mcp::http::tls::{Reloader, TlsFiles};
use itential_mcp::http::{Listen, Options, Server};
use itential_mcp::limits;
use itential_mcp::protocol::{Engine, Offers, Registry, Tasking, ToolEntry};
use itential_mcp::seal::Seal;
use itential_mcp::transport::http::Service;
use serde_json::{Value, json};

pub fn serve(files: &[String]) {
    let config = config::load(&Sources::default()).expect("the defaults are sound").config;
    let info = json!({"name": "echo", "version": env!("CARGO_PKG_VERSION")});
    let offers = Offers { tools: vec![tool()], ..Offers::default() };
    let engine = Arc::new(Engine::new(info, Registry::new(offers)));
    let authority =
        Arc::new(Authority::new(&config, Seal::random().into()).expect("nobody is asked"));
    let service = Service::new(engine, &config, authority, Box::new(|| true));
    let tls = match files {
        [certificate, key] => Some(TlsFiles {
            certificate_file: Some(certificate.into()),
            private_key_file: Some(key.into()),
            ..TlsFiles::default()
        }),
        _ => None,
    };
    let tls = tls.map(|files| Arc::new(Reloader::load(files, |_| ()).expect("a sound pair")));
    let options =
        Options { tls, max_connections_per_address: limits::CONNECTIONS, ..Options::default() };
    let listen = Listen::Name("127.0.0.1".into(), 0);
    let server = Server::start(listen, options, service.clone()).expect("a free port");
    service.tend().expect("a thread");
    println!("{}", server.local_addr());
    loop {
        std::thread::sleep(Duration::from_secs(60));
    }
}

fn tool() -> ToolEntry {
    let definition = json!({
        "name": "echo",
        "description": "Answers with the message it was given",
        "inputSchema": {
            "type": "object",
            "properties": {"message": {"type": "string"}},
            "required": ["message"]
        }
    });
    let Value::Object(definition) = definition else { unreachable!("it is an object") };
    let run = Arc::new(|_: &_, arguments: &serde_json::Map<String, Value>| {
        let message = arguments.get("message").cloned().unwrap_or_default();
        Ok(json!({"content": [{"type": "text", "text": message}], "isError": false}).into())
    });
    ToolEntry { definition, run, tasking: Tasking::Never }
}
