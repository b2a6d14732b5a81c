//! What tools run with. It outlives reloads.

use std::sync::Arc;

use super::acting::Acting;
use super::logins::Logins;
use super::rates::Rates;
use crate::config::Role;
use crate::observe;
use crate::observe::Audit;
use crate::platform::{Account, Client};
use crate::sync::Lock;

/// The way to the platform, where calls are written down, and what callers have used up.
#[derive(Debug)]
pub struct Means {
    /// The platform, with this server's account.
    pub client: Client,
    /// Where calls are written down.
    pub audit: Option<Arc<Audit>>,
    pub(super) rates: Rates,
    pub(super) logins: Logins,
    /// The accounts of roles. One that stays the same across a reload stays logged in.
    accounts: Lock<Vec<(Account, Client)>>,
}

impl Means {
    /// These, and nothing used up.
    pub fn new(client: Client, audit: Option<Arc<Audit>>) -> Self {
        Self {
            client,
            audit,
            rates: Rates::default(),
            logins: Logins::default(),
            accounts: Lock::default(),
        }
    }

    /// This server at the platform.
    pub(super) fn as_server(&self) -> Acting {
        Acting { client: self.client.clone(), account: None, reader: None }
    }

    /// Each of these roles at the platform.
    pub(super) fn as_roles(&self, roles: &[Arc<Role>]) -> Vec<Acting> {
        let mut before = self.accounts.lock();
        let mut accounts: Vec<(Account, Client)> = Vec::new();
        let acting = roles.iter().map(|role| {
            let Some(account) = Account::of_role(&role.settings) else { return self.as_server() };
            let is = |known: &&(Account, Client)| known.0 == account;
            let known = before.iter().find(is).or_else(|| accounts.iter().find(is));
            let client = known.map(|(_, client)| client.clone()).unwrap_or_else(|| {
                observe::keep(account.secret().expose());
                self.client.acting_as(account.clone())
            });
            let name: Arc<str> = account.name().into();
            accounts.push((account, client.clone()));
            Acting { client, account: Some(Arc::clone(&name)), reader: Some(name) }
        });
        let acting = acting.collect();
        *before = accounts;
        acting
    }
}
