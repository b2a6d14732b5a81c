//! What is wrong with arguments, each with its place.

use std::fmt;

use crate::limits;
use crate::tools::shown::ToolError;

/// Where a value stands in the arguments of a call.
#[derive(Clone, Copy)]
pub struct Place<'p> {
    above: Option<&'p Place<'p>>,
    step: Step<'p>,
    /// Schemas that were gone through to get here.
    pub depth: usize,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Here,
    Name(&'p str),
    Index(usize),
}

impl Place<'_> {
    /// The arguments themselves.
    pub const TOP: Self = Self { above: None, step: Step::Here, depth: 0 };

    pub fn name<'p>(&'p self, name: &'p str) -> Place<'p> {
        self.below(Step::Name(name))
    }

    pub fn index(&self, index: usize) -> Place<'_> {
        self.below(Step::Index(index))
    }

    /// The same place, by a schema inside the one of this place.
    pub fn inside(&self) -> Place<'_> {
        self.below(Step::Here)
    }

    fn below<'p>(&'p self, step: Step<'p>) -> Place<'p> {
        Place { above: Some(self), step, depth: self.depth + 1 }
    }

    fn write(&self, to: &mut String) {
        if let Some(above) = self.above {
            above.write(to);
        }
        match self.step {
            Step::Here => {}
            Step::Name(name) => {
                let dot = if to.is_empty() { "" } else { "." };
                let name: String = name.chars().take(limits::SHOWN_NAME_CHARS).collect();
                to.push_str(dot);
                to.push_str(&name);
            }
            Step::Index(index) => to.push_str(&format!("[{index}]")),
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut path = String::new();
        self.write(&mut path);
        match path.as_str() {
            "" => f.write_str("the input"),
            path => write!(f, "'{path}'"),
        }
    }
}

/// What is wrong, all at once, as far as anyone reads.
#[derive(Default)]
pub struct Problems {
    told: Vec<String>,
    more: usize,
}

impl Problems {
    pub fn add(&mut self, at: &Place, why: impl fmt::Display) {
        if self.told.len() < limits::ADVICE {
            self.told.push(format!("{at} {why}"));
        } else {
            self.more += 1;
        }
    }

    pub fn append(&mut self, mut others: Self) {
        self.more += others.more;
        while self.told.len() < limits::ADVICE && !others.told.is_empty() {
            self.told.push(others.told.remove(0));
        }
        self.more += others.told.len();
    }

    pub fn count(&self) -> usize {
        self.told.len() + self.more
    }

    pub fn into_error(mut self) -> ToolError {
        if self.more > 0 {
            self.told.push(format!("and {} more", self.more));
        }
        ToolError::invalid(self.told.join("; "))
    }
}
