//! `tls check`: what the server would do with its certificate and key, and why.

use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::text::{print, tell};
use crate::config::{ClientIdentity, Server, TlsVersion, Transport};
use crate::http::tls::{self, Facts, Identity, Problem, TlsError, TlsFiles};

/// The TLS files of a server; `None` when it is to serve without TLS.
pub fn files(settings: &Server) -> Option<TlsFiles> {
    let files = TlsFiles {
        certificate_file: settings.certificate_file.clone(),
        private_key_file: settings.private_key_file.clone(),
        client_ca_file: settings.client_ca_file.clone(),
        client_crl_file: settings.client_crl_file.clone(),
        client_identity: match settings.client_identity {
            ClientIdentity::Subject => Identity::Subject,
            ClientIdentity::San => Identity::AlternativeName,
        },
        tls13_only: settings.tls_min_version == TlsVersion::Tls13,
        allow_expired_certificate: settings.allow_expired_certificate,
    };
    let TlsFiles { certificate_file, private_key_file, client_ca_file, client_crl_file, .. } =
        &files;
    let any = [certificate_file, private_key_file, client_ca_file, client_crl_file];
    any.iter().any(|file| file.is_some()).then_some(files)
}

/// Reports on the files that `settings` name, and on whether clients may connect to `host`. The exit
/// code is 0 when they can be used.
pub fn check(settings: &Server, host: Option<&str>, as_json: bool) -> ExitCode {
    let report = Report::of(settings, host);
    let told = if as_json { print(&report.json()) } else { tell(&report.text()) };
    match told {
        ExitCode::SUCCESS if !report.usable() => ExitCode::FAILURE,
        code => code,
    }
}

/// What was found out.
struct Report<'a> {
    files: Option<TlsFiles>,
    transport: Transport,
    host: Option<&'a str>,
    /// The certificate, unless it could not be read.
    facts: Option<Facts>,
    warnings: Vec<String>,
    /// Why the server would not start.
    refusal: Option<TlsError>,
    /// Why clients that connect to `host` would not go on.
    mismatch: Option<TlsError>,
}

impl<'a> Report<'a> {
    fn of(settings: &Server, host: Option<&'a str>) -> Self {
        let mut report = Self {
            files: files(settings),
            transport: settings.transport,
            host,
            facts: None,
            warnings: Vec::new(),
            refusal: None,
            mismatch: None,
        };
        let Some(files) = &report.files else { return report };
        let mut loaded = tls::load(files);
        if let Err(error) = &loaded
            && error.problem == Problem::Expired
        {
            report.refusal = Some(error.clone());
            // What else there is to know does not depend on the date.
            loaded = tls::load(&TlsFiles { allow_expired_certificate: true, ..files.clone() });
        }
        match loaded {
            Ok(loaded) => {
                report.mismatch = host.and_then(|host| loaded.check_hostname(host).err());
                // The refusal says the same.
                let expired = Problem::Expired.to_string();
                let told = |line: &String| report.refusal.is_none() || !line.starts_with(&expired);
                report.warnings = loaded.warnings.into_iter().filter(told).collect();
                report.facts = Some(loaded.facts);
            }
            Err(error) => report.refusal = Some(error),
        }
        report
    }

    fn usable(&self) -> bool {
        self.files.is_some() && self.refusal.is_none() && self.mismatch.is_none()
    }

    fn verdict(&self) -> String {
        match (&self.files, &self.refusal, &self.mismatch) {
            (None, ..) => "TLS is off: neither certificate_file nor private_key_file is set, and \
                           the server would speak plain HTTP."
                .into(),
            (_, Some(_), _) => "The server would not start with these files.".into(),
            (.., Some(_)) => format!(
                "The server would start, and clients that connect to {} would refuse it.",
                self.host.unwrap_or_default()
            ),
            _ if self.transport == Transport::Stdio => {
                "The files can be used. The transport is stdio, which does not use them: set \
                 transport to http or sse."
                    .into()
            }
            _ => "The server would serve HTTPS with these files.".into(),
        }
    }

    /// What is known about the files, line by line.
    fn rows(&self) -> Vec<(&'static str, String)> {
        let mut rows = Vec::new();
        let Some(files) = &self.files else { return rows };
        let path = |path: &Path| match mode(path) {
            Some(mode) => format!("{} (mode {mode})", path.display()),
            None => path.display().to_string(),
        };
        for (name, file) in [
            ("Certificate file", &files.certificate_file),
            ("Private key file", &files.private_key_file),
            ("Client CA file", &files.client_ca_file),
            ("Client CRL file", &files.client_crl_file),
        ] {
            rows.extend(file.as_deref().map(|file| (name, path(file))));
        }
        if let Some(facts) = &self.facts {
            let by = if facts.issuer == facts.subject { "itself" } else { &facts.issuer };
            let names = if facts.common_name_only { " (common name only)" } else { "" };
            let mut order = match (facts.chain_length, facts.chain_in_order) {
                (1, _) => "1 certificate".to_owned(),
                (count, true) => format!("{count} certificates, in order"),
                (count, false) => format!("{count} certificates, not in order"),
            };
            if let Some(issuer) = &facts.last_issuer {
                order.push_str(&format!(
                    "; clients must know {issuer}; if that is an intermediate authority, append its \
                     certificate"
                ));
            }
            rows.extend([
                ("Issued to", facts.subject.clone()),
                ("Issued by", by.to_owned()),
                ("Names", facts.names.join(", ") + names),
                ("Key", format!("{}; the private key belongs to it", facts.key)),
                ("Valid from", Facts::date(facts.not_before)),
                ("Valid until", format!("{} ({})", Facts::date(facts.not_after), left(facts))),
                ("Chain", order),
            ]);
        }
        let versions = if files.tls13_only { "1.3" } else { "1.2 and 1.3" };
        let clients = match files.client_ca_file {
            Some(_) if files.client_crl_file.is_some() => {
                "must show a certificate signed by an authority of the client CA file, and not revoked"
            }
            Some(_) => "must show a certificate signed by an authority of the client CA file",
            None => "are not asked for a certificate",
        };
        rows.extend([("TLS versions", versions.to_owned()), ("Clients", clients.to_owned())]);
        if let (Some(host), None, Some(_)) = (self.host, &self.mismatch, &self.facts) {
            rows.push(("Host", format!("{host} is one of the names")));
        }
        rows
    }

    fn text(&self) -> String {
        let rows = self.rows();
        let column = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0) + 2;
        let mut out: String =
            rows.iter().map(|(name, value)| format!("{name:column$}{value}\n")).collect();
        if !rows.is_empty() {
            out.push('\n');
        }
        for warning in &self.warnings {
            out.push_str(&format!("WARNING: {warning}\n"));
        }
        for error in self.refusal.iter().chain(&self.mismatch) {
            out.push_str(&format!("ERROR: {error}\n"));
        }
        out + &self.verdict() + "\n"
    }

    fn json(&self) -> String {
        let file = |file: &Option<std::path::PathBuf>| match file {
            Some(file) => json!({"path": file.to_string_lossy(), "mode": mode(file)}),
            None => Value::Null,
        };
        let problem = |error: &TlsError| {
            json!({
                "problem": error.problem.to_string(),
                "file": error.file.as_ref().map(|file| file.to_string_lossy()),
                "message": error.to_string(),
            })
        };
        let files = self.files.as_ref().map(|files| {
            json!({
                "certificate_file": file(&files.certificate_file),
                "private_key_file": file(&files.private_key_file),
                "client_ca_file": file(&files.client_ca_file),
                "client_crl_file": file(&files.client_crl_file),
                "tls_min_version": if files.tls13_only { "1.3" } else { "1.2" },
            })
        });
        let certificate = self.facts.as_ref().map(|facts| {
            json!({
                "subject": facts.subject,
                "issuer": facts.issuer,
                "names": facts.names,
                "common_name_only": facts.common_name_only,
                "key": facts.key,
                "not_before": Facts::date(facts.not_before),
                "not_after": Facts::date(facts.not_after),
                "days_left": facts.days_left(),
                "chain_length": facts.chain_length,
                "chain_in_order": facts.chain_in_order,
                "last_issuer": facts.last_issuer,
            })
        });
        let report = json!({
            "usable": self.usable(),
            "verdict": self.verdict(),
            "files": files,
            "certificate": certificate,
            "host": self.host,
            "host_matches": self.host.and(self.facts.as_ref()).map(|_| self.mismatch.is_none()),
            "errors": self.refusal.iter().chain(&self.mismatch).map(problem).collect::<Vec<_>>(),
            "warnings": self.warnings,
        });
        format!("{report:#}\n")
    }
}

/// The time left as people say it.
fn left(facts: &Facts) -> String {
    match facts.days_left() {
        days @ ..=-1 => format!("{} days ago", -days),
        1 => "1 day left".into(),
        days => format!("{days} days left"),
    }
}

/// Who may do what with a file, as `chmod` writes it.
#[cfg(unix)]
fn mode(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;

    path.metadata().ok().map(|file| format!("{:04o}", file.mode() & 0o7777))
}

#[cfg(not(unix))]
fn mode(_path: &Path) -> Option<String> {
    None
}
