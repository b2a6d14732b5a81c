//! A server that asks for tokens of a file.

use super::http_server::HttpServer;
use super::run;
use super::scratch::Scratch;

pub struct House {
    pub scratch: Scratch,
    /// The file of the tokens.
    pub file: String,
}

impl House {
    pub fn new() -> Self {
        let scratch = Scratch::new();
        let file = scratch.path().join("tokens").to_str().expect("text").to_owned();
        Self { scratch, file }
    }

    /// A new token, as an operator makes it.
    pub fn token(&self, name: &str, more: &[&str]) -> String {
        let arguments = [&["token", "new", name, "--file", &self.file], more].concat();
        let (code, out, err) = run(&[], &arguments);
        assert_eq!(code, 0, "{err}");
        out.strip_suffix('\n').expect("a line").to_owned()
    }

    /// Its arguments.
    pub fn arguments(&self) -> [&str; 6] {
        ["--transport", "http", "--auth-type", "token", "--auth-tokens-file", &self.file]
    }

    pub fn serve(&self, env: &[(String, String)], more: &[&str]) -> HttpServer {
        HttpServer::start(env, &[&self.arguments(), more].concat())
    }
}
