//! Which role a caller has.

use std::sync::Arc;

use super::identity::{Identity, Proof};
use super::refusal::Refusal;
use crate::config::{Config, Role, RoleSettings};

/// The roles of a configuration.
#[derive(Clone, Debug)]
pub struct Roles {
    all: Vec<Arc<Role>>,
    /// That of callers who have none of their own.
    default: Option<Arc<Role>>,
}

impl Roles {
    /// Those of the configuration.
    pub fn of(config: &Config) -> Self {
        let named = |name: &String| config.roles.iter().find(|role| *role.name == **name);
        let default = config.server.default_role.as_ref().and_then(named);
        Self { all: config.roles.clone(), default: default.cloned() }
    }

    /// That of callers who have none of their own.
    pub fn default_role(&self) -> Option<Arc<Role>> {
        self.default.clone()
    }

    /// The role of this caller: the one that its token's line names, else the first one that is
    /// meant for it, else the default one. None where no roles are defined: everything is allowed.
    ///
    /// # Errors
    /// When it has none, or one that is not defined.
    pub fn role_of(&self, who: Option<&Identity>) -> Result<Option<Arc<Role>>, Refusal> {
        if let Some(name) = who.and_then(|who| who.role.as_deref()) {
            let found = self.all.iter().find(|role| *role.name == *name);
            return found.cloned().map(Some).ok_or_else(|| {
                self.refusal(
                    who,
                    format!("your token is for the role '{name}', which is not defined here"),
                )
            });
        }
        if self.all.is_empty() {
            return Ok(None);
        }
        let meant = who.and_then(|who| self.all.iter().find(|role| fits(&role.settings, who)));
        meant.or(self.default.as_ref()).cloned().map(Some).ok_or_else(|| {
            let why = "no role here is meant for you, and none is the default one";
            self.refusal(who, why.to_owned())
        })
    }

    /// That a caller may not come in. Who has a signed token may get one with another scope.
    fn refusal(&self, who: Option<&Identity>, why: String) -> Refusal {
        let signed = who.is_some_and(|who| who.proof == Proof::Jwt && who.role.is_none());
        let mut scopes: Vec<String> = match signed {
            true => self.all.iter().flat_map(|role| role.settings.scopes.clone()).collect(),
            false => Vec::new(),
        };
        scopes.sort_unstable();
        scopes.dedup();
        let who = who.map_or_else(|| "whoever shows no proof".to_owned(), Identity::id);
        Refusal::Role { why: format!("{why}; the operator can change that for {who}"), scopes }
    }
}

/// Whether a role is meant for this caller.
fn fits(role: &RoleSettings, who: &Identity) -> bool {
    let is_known = |known: &String| *known == who.name || *known == who.subject;
    who.scopes.iter().any(|scope| role.scopes.contains(scope))
        || match who.proof {
            Proof::Token => role.tokens.contains(&who.name),
            Proof::Certificate | Proof::Jwt => role.subjects.iter().any(is_known),
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, Sources, load};

    fn roles(variables: &[(&str, &str)]) -> Roles {
        let environment: Environment = variables.iter().copied().collect();
        Roles::of(&load(&Sources { environment, ..Sources::default() }).expect("sound").config)
    }

    fn who(proof: Proof, name: &str, role: Option<&str>, scopes: &[&str]) -> Identity {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let role = role.map(str::to_owned);
        Identity { proof, role, scopes, ..Identity::of_certificate(name) }
    }

    #[test]
    fn the_line_comes_first_then_the_order_then_the_default() {
        let defined = [
            ("ITENTIAL_MCP_ROLE_A_TOKENS", "ann bob"),
            ("ITENTIAL_MCP_ROLE_A_SCOPES", "read"),
            ("ITENTIAL_MCP_ROLE_B_TOKENS", "bob"),
            ("ITENTIAL_MCP_ROLE_B_SCOPES", "read,write"),
            ("ITENTIAL_MCP_ROLE_C_SUBJECTS", "CN=x,O=y;CN=z"),
            ("ITENTIAL_MCP_SERVER_DEFAULT_ROLE", "d"),
            ("ITENTIAL_MCP_ROLE_D_READ_ONLY", "yes"),
        ];
        let cases = [
            (Some(who(Proof::Token, "bob", Some("c"), &[])), Some("c")),
            (Some(who(Proof::Token, "bob", Some("x"), &[])), None),
            (Some(who(Proof::Token, "bob", None, &[])), Some("a")),
            (Some(who(Proof::Jwt, "bob", None, &["write"])), Some("b")),
            (Some(who(Proof::Jwt, "bob", None, &["write", "read"])), Some("a")),
            (Some(who(Proof::Certificate, "CN=x,O=y", None, &[])), Some("c")),
            (Some(who(Proof::Certificate, "CN=x", None, &[])), Some("d")),
            (
                Some(Identity {
                    subject: "CN=z".into(),
                    ..who(Proof::Jwt, "CN=z via a at b", None, &[])
                }),
                Some("c"),
            ),
            (Some(who(Proof::Jwt, "CN=z via a at b", None, &[])), Some("d")),
            // The name of a token is nobody's subject.
            (Some(who(Proof::Token, "CN=z", None, &[])), Some("d")),
            (None, Some("d")),
        ];
        let with = roles(&defined);
        let strict = roles(&[&defined[..5], &defined[6..]].concat());
        for (who, role) in cases {
            let name = |roles: &Roles| match roles.role_of(who.as_ref()) {
                Ok(role) => role.map(|role| role.name.to_string()),
                Err(Refusal::Role { .. }) => None,
                Err(other) => panic!("{other:?}"),
            };
            assert_eq!(name(&with).as_deref(), role, "{who:?}");
            assert_eq!(name(&strict).as_deref(), role.filter(|role| *role != "d"), "{who:?}");
        }
        let Err(Refusal::Role { scopes, .. }) =
            strict.role_of(Some(&who(Proof::Jwt, "eve", None, &["other"])))
        else {
            panic!("eve has no role");
        };
        assert_eq!(scopes, ["read", "write"]);
    }

    #[test]
    fn without_roles_everybody_may_come_in_but_who_was_promised_one() {
        let none = roles(&[]);
        let all = |who: Option<Identity>| none.role_of(who.as_ref()).is_ok_and(|r| r.is_none());
        assert!(all(None) && all(Some(who(Proof::Token, "ann", None, &[]))));
        assert!(none.role_of(Some(&who(Proof::Token, "ann", Some("a"), &[]))).is_err());
    }
}
