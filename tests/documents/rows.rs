//! Blocks that are not simply run, by document and a part of their text that no other block there has.

/// One of them.
pub struct Row {
    pub document: &'static str,
    pub part: &'static str,
    pub fate: Fate,
}

/// What becomes of a block.
pub enum Fate {
    /// Run or checked as it stands: what becomes of a block without a row.
    Run,
    /// Run behind the block before it, whose variables and servers it uses.
    After,
    /// Run where these files are, by their path on the machine; what the page itself shows before is
    /// there already. A configuration is written as it stands here, not checked.
    Given(&'static [(&'static str, &'static str)]),
    /// Tried by this file, or this test of a file (`tests/file.rs::function`), which names the document.
    By(&'static str),
    /// Not tried, for this reason.
    Not(&'static str),
}
use Fate::{After, By, Given, Not};

const fn row(document: &'static str, part: &'static str, fate: Fate) -> Row {
    Row { document, part, fate }
}

/// By document.
pub static ROWS: &[Row] = &[
    row("CONTRIBUTING.md", ".ci/run", Not("this is how tests are started")),
    row("CONTRIBUTING.md", "FORM_LIST", Not("an example of a row, which stands in the source")),
    row("CONTRIBUTING.md", "queue_time", Not("an example of a row, which stands in the source")),
    //
    row("docs/authentication.md", "TENANT/discovery", By("tests/recipes.rs::microsoft_entra_id")),
    row("docs/authentication.md", "https://TENANT.auth0.com/", By("tests/recipes.rs::auth0")),
    row(
        "docs/authentication.md",
        "auth_oauth_client_id",
        By("tests/recipes.rs::a_login_at_a_provider"),
    ),
    row("docs/authentication.md", "ssl_verify_client", By("tests/nginx.rs")),
    //
    row("docs/bindings.md", "", By("tests/bindings/page.rs")),
    //
    row("docs/building.md", "apt-get install", Not("it would change the machine")),
    row("docs/building.md", "buildah manifest", Not("it needs a registry")),
    row("docs/building.md", "", By("packaging/release.sh")),
    //
    row("docs/clients.md", "--write", Given(&[("/home/.cursor/argv.json", "{}")])),
    //
    row("docs/custom-tools.md", "", By("tests/declared/document.rs")),
    //
    row("docs/deployment.md", "apt install", By("packaging/tests/deb")),
    row(
        "docs/deployment.md",
        "chown root:itential-mcp",
        Given(&[("/var/log/itential-mcp/itential-mcp.log", "")]),
    ),
    //
    row("docs/migration.md", "[Service]", Not("two lines for the unit of a role that is not ours")),
    row("docs/migration.md", "", By("tests/deployments/page.rs")),
    //
    row("docs/packages.md", "dnf install", By("packaging/tests/deb")),
    row("docs/packages.md", "apt purge", By("packaging/tests/deb")),
    row("docs/packages.md", "notify-reload.conf", By("packaging/tests/systemd-guest")),
    row("docs/packages.md", "low-port.conf", By("packaging/tests/systemd-guest")),
    //
    row("docs/sandbox.md", "S=http", After),
    row("docs/sandbox.md", "$S/sandbox/faults", After),
];
