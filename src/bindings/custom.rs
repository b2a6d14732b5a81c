//! Tools that the operator wrote: those of the folder that `tools_path` names.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::areas::CUSTOM;
use super::declared::Declared;
use super::files::{self, Document, Does, Manifest, Part, Problem, Text};
use super::made::{Act, MadeTool};
use super::program::{Program, Runner};
use crate::nearest::nearest;
use crate::tools;
use crate::tools::Tasking;
use crate::tools::shown::Output;
use crate::tools::told::Input;

/// What a folder of tools gives.
#[derive(Debug, Default)]
pub struct Custom {
    /// The tools that are sound, in the order of their files.
    pub tools: Vec<Arc<MadeTool>>,
    /// The file of each of them.
    files: Vec<String>,
    /// What is wrong with the others, and what somebody should know.
    pub problems: Vec<Problem>,
}

impl Custom {
    /// The same, with the tools that files had `before` and for a mistake have no more.
    pub fn keeping(mut self, before: &Self) -> Self {
        let serious = self.problems.iter().filter(|problem| problem.serious);
        let wrong: Vec<&str> = serious.map(|problem| problem.file.as_str()).collect();
        for (file, tool) in before.files.iter().zip(&before.tools) {
            let is_wrong = wrong.iter().any(|wrong| Path::new(file).starts_with(wrong));
            if is_wrong && !self.tools.iter().any(|other| other.name == tool.name) {
                self.files.push(file.clone());
                self.tools.push(Arc::clone(tool));
            }
        }
        self
    }
}

/// Reads the tools in the folder at `path`, beside bindings of these names. A file with a mistake costs
/// its own tool and no other.
pub fn load(path: &Path, bound: &[&str]) -> Custom {
    let files::Held { texts, problems } = files::read(path);
    let mut custom = Custom { problems, ..Custom::default() };
    let mut taken: Vec<(String, String)> = Vec::new();
    for Text { file, text } in texts {
        let document = match Document::read(file.clone(), text) {
            Ok(document) => document,
            Err(problem) => {
                custom.problems.push(problem);
                continue;
            }
        };
        let tool = made(&document, bound, &mut taken, &file, path);
        custom.problems.extend(document.problems());
        if let Some(tool) = tool {
            custom.files.push(file);
            custom.tools.push(Arc::new(tool));
        }
    }
    custom
}

/// The tool in a file, unless something is wrong with it, which is noted.
fn made(
    document: &Document,
    bound: &[&str],
    taken: &mut Vec<(String, String)>,
    file: &str,
    folder: &Path,
) -> Option<MadeTool> {
    let root = document.root();
    let (manifest, does) = Manifest::read(&root)?;
    if let Some(problem) = clash(&manifest, bound, taken) {
        root.get("name").unwrap_or(root).wrong(problem);
        return None;
    }
    let what = What::read(&manifest, does, &root, folder)?;
    taken.push((manifest.name.clone(), file.to_owned()));
    let (output, output_schema) = what.output;
    let others = manifest.tags.iter().cloned().chain(["default".to_owned()]);
    Some(MadeTool {
        tags: MadeTool::tags_of(&CUSTOM, &manifest.name, others),
        hints: manifest.hints(what.reads),
        input: Input::new(&what.input, None),
        name: manifest.name,
        title: manifest.title,
        description: manifest.description,
        area: &CUSTOM,
        output,
        output_schema,
        tasking: what.tasking,
        act: what.act,
    })
}

/// What a tool does, and what of it depends on that.
struct What {
    /// It only reads, as far as this shows.
    reads: bool,
    input: Value,
    output: (Output, Option<Value>),
    tasking: Tasking,
    act: Box<dyn Act>,
}

impl What {
    /// None: something is wrong with it, which is noted.
    fn read(manifest: &Manifest, does: Does<'_>, root: &Part<'_>, folder: &Path) -> Option<Self> {
        match does {
            Does::Requests(requests) => {
                let declared = Declared::read(manifest, &requests, root.get("result").as_ref())?;
                Some(Self {
                    reads: declared.reads(),
                    input: declared.input(manifest),
                    output: declared.output(manifest),
                    tasking: Tasking::Never,
                    act: Box::new(declared),
                })
            }
            Does::Program(program) => {
                if let Some(result) = root.get("result") {
                    result.wrong("'result' belongs to 'requests'; a program prints its result");
                }
                let runner = Runner::new(Program::read(&program, folder)?, manifest);
                Some(Self {
                    reads: false,
                    input: manifest.input.clone(),
                    output: runner.output(manifest),
                    tasking: Tasking::Always,
                    act: Box::new(runner),
                })
            }
        }
    }
}

/// Why a tool cannot have its name, if it cannot.
fn clash(manifest: &Manifest, bound: &[&str], taken: &[(String, String)]) -> Option<String> {
    let name = manifest.name.as_str();
    if let Some((_, file)) = taken.iter().find(|(known, _)| known == name) {
        return Some(format!("{file} has a tool called '{name}' already; give one another name"));
    }
    if bound.contains(&name) {
        return Some(format!("[tool:{name}] is a tool already; give one another name"));
    }
    match (tools::find(name).is_some(), manifest.replaces) {
        (true, false) => Some(format!(
            "'{name}' is a built-in tool; give this one another name, or say \"replaces\": true to \
             put it in the place of that one"
        )),
        (false, true) => {
            let hint = match nearest(name, tools::all().map(|tool| tool.name)) {
                Some(close) => format!("; did you mean '{close}'?"),
                None => String::new(),
            };
            Some(format!("'replaces' is true, and no built-in tool is called '{name}'{hint}"))
        }
        _ => None,
    }
}
