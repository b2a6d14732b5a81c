//! Completion for bash.

use std::collections::BTreeMap;

use super::words::{Complete, names, of_arguments, of_option};
use crate::cli::command::{Command, PROGRAM};

/// The script.
pub fn script(commands: &[Command]) -> String {
    // One option name can mean different things after different commands.
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut cases = String::new();
    for command in commands {
        let flags = command.flags();
        for flag in &flags {
            let reply = match of_option(flag) {
                Complete::Nothing => continue,
                Complete::Words(words) => {
                    format!("compgen -W '{}' -- \"$current\"", words.join(" "))
                }
                Complete::Several(words) => {
                    let words = words.join(" ");
                    format!("compgen -P \"$before\" -W '{words}' -- \"${{current##*,}}\"")
                }
                Complete::Files => "compgen -f -- \"$current\"".into(),
                Complete::Anything => "true".into(),
            };
            values.entry(reply).or_default().push(format!("{}:--{}", command.name, flag.name));
        }
        let options: Vec<_> = flags.iter().map(|flag| format!("--{}", flag.name)).collect();
        let (name, options) = (command.name, options.join(" "));
        let arguments = of_arguments(command).join(" ");
        cases.push_str(&format!("        {name}) options='{options}' words='{arguments}' ;;\n"));
    }
    let value = |(reply, places): (String, Vec<String>)| {
        let places = places.join(" | ");
        format!("        {places})\n            COMPREPLY=($({reply})); return ;;\n")
    };
    let values: String = values.into_iter().map(value).collect();
    format!(
        "# bash completion for {PROGRAM}\n\
         _itential_mcp() {{\n\
         \x20   local current=\"${{COMP_WORDS[COMP_CWORD]}}\" previous=\"${{COMP_WORDS[COMP_CWORD-1]}}\"\n\
         \x20   # bash takes --option=value apart.\n\
         \x20   if [[ $current == = ]]; then\n\
         \x20       current=''\n\
         \x20   elif [[ $previous == = ]]; then\n\
         \x20       previous=\"${{COMP_WORDS[COMP_CWORD-2]}}\"\n\
         \x20   fi\n\
         \x20   local command='' options='' words='' word before=''\n\
         \x20   [[ $current == *,* ]] && before=\"${{current%,*}},\"\n\
         \x20   for word in \"${{COMP_WORDS[@]:1:COMP_CWORD-1}}\"; do\n\
         \x20       case \" {names} \" in *\" $word \"*) command=\"$word\"; break ;; esac\n\
         \x20   done\n\
         \x20   case \"${{command:-run}}:$previous\" in\n{values}    esac\n\
         \x20   case \"$command\" in\n\
         \x20       '') options='--config --help --version' words='{names}' ;;\n{cases}    esac\n\
         \x20   # Options where one begins, or nothing else can stand.\n\
         \x20   if [[ $current == -* || -z $words ]]; then words=$options; fi\n\
         \x20   COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n\
         }}\n\
         complete -o bashdefault -o default -F _itential_mcp {PROGRAM}\n",
        names = names(commands),
    )
}
