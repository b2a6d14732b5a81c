//! What every call of a tool needs besides its arguments.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use super::acting::Acting;
use super::means::Means;
use crate::config::{
    Config, Confirm, ConfirmFallback, PlatformCredentials, ResponseFormat, Server, TraceContext,
    Transport,
};
use crate::observe::{metrics, spans};
use crate::protocol::{Call, Caller};
use crate::tools::Tool;
use crate::tools::shown::{ErrorKind, ToolError};
use crate::trace::Trace;

/// How calls of tools run, are confirmed, written down and rendered.
#[derive(Clone)]
pub struct ToolRunner {
    /// What they run with.
    pub means: Arc<Means>,
    /// How results are rendered.
    pub format: ResponseFormat,
    /// Which calls a person must agree to.
    pub confirm: Confirm,
    /// What counts where nobody can be asked.
    pub fallback: ConfirmFallback,
    /// How much a client is given at a time.
    pub share: Share,
    tracing: TraceContext,
    terms: Arc<HashMap<Arc<str>, Terms>>,
    /// Whether callers act at the platform with accounts of their own.
    callers_accounts: bool,
}

/// On what terms callers of a role call.
struct Terms {
    acting: Acting,
    calls_per_minute: Option<usize>,
}

/// How much of what there is a client is given at a time.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// Items of a list, when the call does not say how many; none: all.
    pub items: Option<usize>,
    /// Bytes of an answer; none: any.
    pub bytes: Option<usize>,
}

impl ToolRunner {
    /// As the configuration has it.
    pub fn new(config: &Config, means: &Arc<Means>) -> Self {
        let terms = config.roles.iter().zip(means.as_roles(&config.roles)).map(|(role, acting)| {
            let calls_per_minute = role.settings.calls_per_minute;
            (Arc::clone(&role.name), Terms { acting, calls_per_minute })
        });
        Self {
            terms: Arc::new(terms.collect()),
            callers_accounts: config.server.transport != Transport::Stdio
                && config.server.platform_credentials == PlatformCredentials::Caller,
            means: Arc::clone(means),
            format: config.server.response_format,
            confirm: config.server.confirm,
            fallback: config.server.confirm_fallback,
            share: Share::of(&config.server),
            tracing: config.server.trace_context,
        }
    }

    /// The same for tools that ask the platform nothing, so that nobody needs an account there.
    pub fn at_home(&self) -> Arc<Self> {
        Arc::new(Self { callers_accounts: false, ..self.clone() })
    }

    /// Who calls of this caller are at the platform.
    ///
    /// # Errors
    /// When its role is gone, or when it shows no account where it must.
    pub fn acting(&self, caller: &Caller) -> Result<Acting, ToolError> {
        let terms = self.terms(caller)?;
        if self.callers_accounts {
            return self.means.logins.of(&self.means.client, caller);
        }
        Ok(match terms {
            Some(terms) => terms.acting.clone(),
            None => self.means.as_server(),
        })
    }

    /// The trace to which a call belongs: its client's, or one of its own. Whoever collects spans wants
    /// to see every call.
    pub fn trace(&self, call: &Call) -> Option<Trace> {
        match self.tracing {
            TraceContext::Off => None,
            TraceContext::Client if !spans::are_collected() => call.trace(),
            TraceContext::Client | TraceContext::Always => call.trace().or_else(Trace::begin),
        }
    }

    /// Counts a call that begins.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`] when its caller has begun too many.
    pub fn count(&self, caller: &Caller) -> Result<(), ToolError> {
        let Some((role, terms)) = caller.role.as_ref().zip(self.terms(caller)?) else {
            return Ok(());
        };
        let Some(most) = terms.calls_per_minute else { return Ok(()) };
        let who = format!("{role}\n{}", caller.key).as_str().into();
        self.means.rates.count(&who, most, Instant::now()).map_err(|wait| {
            metrics::TURNED.count(&[metrics::Turned::Rate.at()]);
            let seconds = wait.as_secs() + 1;
            ToolError::new(
                ErrorKind::Busy,
                format!(
                    "the role '{role}' may begin {most} calls a minute; nothing was done, call again \
                     in {seconds} seconds"
                ),
            )
        })
    }

    fn terms(&self, caller: &Caller) -> Result<Option<&Terms>, ToolError> {
        let Some(role) = &caller.role else { return Ok(None) };
        self.terms.get(role).map(Some).ok_or_else(|| {
            let gone = format!("the role '{role}' is not defined here any more; ask the operator");
            ToolError::state(gone)
        })
    }
}

impl Share {
    /// Everything.
    pub const ALL: Self = Self { items: None, bytes: None };

    /// What the configuration says.
    pub fn of(server: &Server) -> Self {
        match server.full {
            true => Self::ALL,
            false => Self { items: Some(server.max_items), bytes: Some(server.max_answer_bytes) },
        }
    }
}

/// The tool called `name`, if it is among these.
pub fn among(tools: &[&'static Tool], name: &str) -> Option<&'static Tool> {
    tools.iter().find(|tool| tool.name == name).copied()
}
