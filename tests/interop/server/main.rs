//! The fixtures of MCP's official conformance suite, behind the product's own engine, HTTP server
//! and transports: `conformance-server [PORT]`, or `conformance-server stdio`.

mod asking;
mod content;
mod prompts;
mod resources;
mod running;
mod tools;

use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use itential_mcp::auth::Authority;
use itential_mcp::config::{self, Sources};
use itential_mcp::http::{Listen, Options, Server};
use itential_mcp::protocol::{Engine, Offers, Registry};
use itential_mcp::seal::Seal;
use itential_mcp::transport::http::Service;
use itential_mcp::transport::{Workers, stdio};
use serde_json::json;

/// The engine, for fixtures that change what it offers.
pub type Own = Arc<OnceLock<Weak<Engine>>>;

fn main() {
    let own = Own::default();
    let offers = Offers {
        instructions: "Fixtures of the MCP conformance suite.".into(),
        tools: [content::tools(), tools::tools(&own), asking::tools(), running::tools()].concat(),
        prompts: prompts::prompts(),
        resources: resources::resources(),
        templates: resources::templates(),
        subscribe: true,
        changes: true,
        ..Offers::default()
    };
    let info = json!({"name": "conformance-server", "version": env!("CARGO_PKG_VERSION")});
    let engine = Arc::new(Engine::new(info, Registry::new(offers)));
    own.set(Arc::downgrade(&engine)).expect("it is set here only");
    let wanted = std::env::args().nth(1).unwrap_or_else(|| "0".into());
    if wanted == "stdio" {
        let (calls, input) = (Workers::new(64, 64), std::io::stdin());
        stdio::serve(&engine, calls, Arc::default(), &mut input.lock(), std::io::stdout())
            .expect("standard input can be read");
        return;
    }
    serve(engine, wanted.parse().expect("a port"));
}

fn serve(engine: Arc<Engine>, port: u16) {
    let config = config::load(&Sources::default()).expect("the defaults are sound").config;
    let authority =
        Arc::new(Authority::new(&config, Seal::random().into()).expect("nobody is asked"));
    let service = Service::new(engine, &config, authority, Box::new(|| true));
    let listen = Listen::Name("127.0.0.1".into(), port);
    let server = Server::start(listen, Options::default(), service.clone()).expect("a free port");
    service.tend().expect("a thread");
    println!("http://{}{}", server.local_addr(), config.server.path);
    loop {
        std::thread::sleep(Duration::from_secs(60));
    }
}
