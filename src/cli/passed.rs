//! Sockets that a service manager opened and passed on, as `.socket` units of systemd do.

use std::net::TcpListener;

use crate::config::Server;

/// Those that were passed to this process. The variables that tell of them are taken away, which only a
/// process with a single thread may do.
///
/// # Errors
/// Something was passed that no client can come to.
#[cfg(target_os = "linux")]
pub fn sockets() -> Result<Vec<TcpListener>, String> {
    use rustix::net::sockopt::socket_acceptconn;

    use crate::limits;

    let told = |name| std::env::var(name).ok();
    let Some(count) = told("LISTEN_FDS") else { return Ok(Vec::new()) };
    // Of another process, which has started this one.
    if told("LISTEN_PID").and_then(|id| id.parse().ok()) != Some(std::process::id()) {
        return Ok(Vec::new());
    }
    if count.parse().ok().is_none_or(|count: usize| count > limits::PASSED_SOCKETS) {
        let most = limits::PASSED_SOCKETS;
        return Err(format!("LISTEN_FDS={count} is no number of sockets from 0 to {most}"));
    }
    let names = told("LISTEN_FDNAMES").unwrap_or_default();
    let mut names = names.split(':');
    let mut passed = listenfd::ListenFd::from_env();
    let count = passed.len();
    let take = |index| {
        let name = names.next().filter(|name| !name.is_empty()).unwrap_or("without a name");
        let socket = passed.take_tcp_listener(index).map_err(|error| error.to_string());
        let socket = socket.and_then(|socket| socket.ok_or_else(|| "it is gone".into()));
        let listens = socket.and_then(|socket| match socket_acceptconn(&socket) {
            Ok(true) => Ok(socket),
            _ => Err("it does not listen".into()),
        });
        listens.map_err(|error| {
            format!(
                "the service manager passed a socket ({name}) that cannot be served: {error}; \
                 ListenStream= must name TCP ports or addresses, and Accept= must be no"
            )
        })
    };
    (0..count).map(take).collect()
}

/// No service manager passes sockets here.
///
/// # Errors
/// None.
#[cfg(not(target_os = "linux"))]
pub fn sockets() -> Result<Vec<TcpListener>, String> {
    Ok(Vec::new())
}

/// Has the settings say where the server listens: what depends on who can reach it goes by the socket
/// that most can reach.
pub fn place(server: &mut Server, sockets: &[TcpListener]) {
    let mut places = sockets.iter().filter_map(|socket| socket.local_addr().ok());
    let widest = places.clone().find(|place| !place.ip().to_canonical().is_loopback());
    if let Some(place) = widest.or_else(|| places.next()) {
        server.host = place.ip().to_string();
        server.port = place.port();
    }
}
