//! `sandbox`: runs only the simulated platform.

use std::net::ToSocketAddrs;
use std::process::ExitCode;

use super::signals::Requests;
use super::text::{fail, print};
use crate::sandbox::{Options, Sandbox};

/// Serves the simulated platform at `host:port` until told to stop.
pub fn sandbox(host: &str, port: u16) -> ExitCode {
    let nowhere = |why: &str| cannot_listen(&format!("cannot listen on {host}:{port}: {why}"));
    let address = match (host, port).to_socket_addrs().map(|mut found| found.next()) {
        Ok(Some(address)) => address,
        Ok(None) => return nowhere("the name has no address"),
        Err(error) => return nowhere(&error.to_string()),
    };
    let requests = match Requests::hear() {
        Ok(requests) => requests,
        Err(error) => return fail(&format!("signals cannot be handled: {error}")),
    };
    requests.finish_by_hand();
    let sandbox = match Sandbox::start(address, Options::default()) {
        Ok(sandbox) => sandbox,
        Err(error) => return cannot_listen(&error.to_string()),
    };
    print(&format!("sandbox platform listening on http://{}\n", sandbox.addr()));
    // Whatever is asked of a sandbox, it has nothing to read again and nothing to finish.
    requests.serve(|| {});
    ExitCode::SUCCESS
}

fn cannot_listen(why: &str) -> ExitCode {
    fail(why);
    ExitCode::from(3)
}
