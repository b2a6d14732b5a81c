//! Completion for PowerShell.

use super::words::{Complete, names, of_arguments, of_option};
use crate::cli::command::{CONFIG, Command, Flag, HELP, PROGRAM, VERSION};

/// The script, for the profile.
pub fn script(commands: &[Command]) -> String {
    let mut out = format!(
        "# PowerShell completion for {PROGRAM}\n\
         Register-ArgumentCompleter -Native -CommandName '{PROGRAM}' -ScriptBlock {{\n\
         \x20   param($wordToComplete, $commandAst, $cursorPosition)\n\
         \x20   $options = @{{\n{}",
        row("", &[CONFIG, HELP, VERSION])
    );
    for command in commands {
        out.push_str(&row(command.name, &command.flags()));
    }
    out.push_str("    }\n    $arguments = @{\n");
    out.push_str(&format!("        '' = '{}'\n", names(commands)));
    for command in commands {
        let words = of_arguments(command).join(" ");
        out.push_str(&format!("        '{}' = '{words}'\n", command.name));
    }
    out.push_str(
        "    }\n\
         \x20   $before = @($commandAst.CommandElements | Select-Object -Skip 1 |\n\
         \x20       Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |\n\
         \x20       ForEach-Object { $_.ToString() })\n\
         \x20   $command = @($before | Where-Object { $arguments.ContainsKey($_) })[0]\n\
         \x20   if (-not $command) { $command = '' }\n\
         \x20   $previous = if ($before.Count) { $before[-1] } else { '' }\n\
         \x20   $known = $options[$command]\n\
         \x20   # What stands before the last comma is done.\n\
         \x20   $done = $wordToComplete -replace '[^,]*$', ''\n\
         \x20   $word = $wordToComplete.Substring($done.Length)\n\
         \x20   $words = if ($known.ContainsKey($previous) -and $null -ne $known[$previous]) {\n\
         \x20       $known[$previous]\n\
         \x20   } elseif ($wordToComplete.StartsWith('-') -or -not $arguments[$command]) {\n\
         \x20       $known.Keys -join ' '\n\
         \x20   } else {\n\
         \x20       $arguments[$command]\n\
         \x20   }\n\
         \x20   # Without words PowerShell completes the names of files.\n\
         \x20   $words.Split(' ') | Sort-Object | Where-Object { $_ -and $_.StartsWith($word) } | ForEach-Object {\n\
         \x20       [System.Management.Automation.CompletionResult]::new($done + $_, $_, 'ParameterValue', $_)\n\
         \x20   }\n\
         }\n",
    );
    out
}

/// The options of one command with the words that complete their values: `$null` for switches.
fn row(command: &str, flags: &[Flag]) -> String {
    let mut out = format!("        '{command}' = @{{\n");
    for flag in flags {
        let words = match of_option(flag) {
            Complete::Nothing => "$null".into(),
            Complete::Words(words) | Complete::Several(words) => format!("'{}'", words.join(" ")),
            Complete::Files | Complete::Anything => "''".into(),
        };
        out.push_str(&format!("            '--{}' = {words}\n", flag.name));
    }
    out.push_str("        }\n");
    out
}
