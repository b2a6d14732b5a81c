//! Requests to one URL of a server that is not the platform.

use std::io::Read as _;
use std::time::Duration;

use ureq::Agent;
use ureq::http::Uri;

use super::agent::{Reach, Setup, build};
use super::fault::cause;
use super::proxy::proxy;
use super::trust::{Believed, Trust};
use super::unusable::Unusable;

/// An agent for this URL.
///
/// # Errors
/// What of the URL or of this machine cannot work.
pub fn agent_for(url: &str, timeout: Duration, reach: Reach) -> Result<Agent, String> {
    let uri: Uri = url.parse().map_err(|error| format!("it is no URL: {error}"))?;
    let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
        return Err("it must begin with https:// and a host".into());
    };
    let port = uri.port_u16().unwrap_or(if scheme == "http" { 80 } else { 443 });
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let unusable = |Unusable(problem)| problem;
    let tls = Some(Trust::new(Believed::default()).map_err(unusable)?);
    let proxy = proxy(scheme, bare, port).map_err(unusable)?;
    Ok(build(Setup { timeout, tls, proxy, connections: 1, reach }))
}

/// A body of no more than `most` bytes.
///
/// # Errors
/// That it is longer, or why it did not come.
pub fn bounded(body: ureq::Body, most: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = body.into_reader().take(most + 1).read_to_end(&mut bytes);
    read.map_err(|error| cause(&error.into()))?;
    match bytes.len() as u64 > most {
        true => Err(format!("it is larger than {most} bytes")),
        false => Ok(bytes),
    }
}
