//! An echo tool served by rmcp: `peer-rmcp [CERTIFICATE KEY]` prints its address and serves.
//!
//! Stateless with JSON answers, its leanest mode, on as many threads as there are cores.

use std::fs::File;
use std::io::BufReader;
use std::sync::Arc;

use axum::Router;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ServerHandler, schemars, tool, tool_handler, tool_router};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Echo {
    message: String,
}

#[derive(Clone)]
struct Server;

#[tool_router]
impl Server {
    #[tool(description = "Answers with the message it was given")]
    fn echo(&self, Parameters(Echo { message }): Parameters<Echo>) -> String {
        message
    }
}

#[tool_handler]
impl ServerHandler for Server {}

type Error = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true);
    let sessions = Arc::new(NeverSessionManager::default());
    let service = StreamableHttpService::new(|| Ok(Server), sessions, config);
    let router = Router::new().nest_service("/mcp", service);
    let files: Vec<String> = std::env::args().skip(1).collect();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    match files.as_slice() {
        [certificate, key] => serve_tls(listener, router, tls(certificate, key)?).await,
        _ => {
            let listener = axum::serve::ListenerExt::tap_io(listener, |socket| {
                let _ = socket.set_nodelay(true);
            });
            Ok(axum::serve(listener, router).await?)
        }
    }
}

async fn serve_tls(listener: TcpListener, router: Router, tls: TlsAcceptor) -> Result<(), Error> {
    loop {
        let (socket, _) = listener.accept().await?;
        let _ = socket.set_nodelay(true);
        let (tls, service) = (tls.clone(), TowerToHyperService::new(router.clone()));
        tokio::spawn(async move {
            let Ok(stream) = tls.accept(socket).await else { return };
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            // A client that leaves is no error of the server.
            let _ = connection.await;
        });
    }
}

fn tls(certificate: &str, key: &str) -> Result<TlsAcceptor, Error> {
    let open = |path: &str| File::open(path).map(BufReader::new);
    let chain = rustls_pemfile::certs(&mut open(certificate)?).collect::<Result<_, _>>()?;
    let key = rustls_pemfile::private_key(&mut open(key)?)?.ok_or("no key in the file")?;
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.ticketer = tokio_rustls::rustls::crypto::ring::Ticketer::new()?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
