//! Configurations of network devices: lines, of which the indented ones belong to the line above.
//!
//! What becomes of lines that are typed on a device is up to the device. This is what most of them do:
//! a new line stands behind those of its kind, `no` takes away, some commands have one value only, and
//! `end` stays last.

use crate::limits;

/// One line and those that belong to it.
struct Section {
    line: String,
    below: Vec<Section>,
}

/// Commands of which a section holds one: a new value takes the place of the old one.
const SINGLE: &[&str] = &[
    "bandwidth",
    "delay",
    "description",
    "duplex",
    "encapsulation",
    "hostname",
    "ip address",
    "ip domain name",
    "ip domain-name",
    "ip mtu",
    "mtu",
    "router-id",
    "speed",
    "switchport access vlan",
    "switchport mode",
    "switchport trunk allowed vlan",
    "switchport trunk native vlan",
    "version",
    "vrf forwarding",
];

/// Words that take a line away, and how that line begins instead.
const NEGATIONS: &[(&str, &str)] = &[("no ", ""), ("default ", ""), ("delete ", "set ")];

/// What is typed to get somewhere and stands in no configuration.
const MOVES: &[&str] = &[
    "configure terminal",
    "configure",
    "conf t",
    "enable",
    "end",
    "exit",
    "commit",
    "write memory",
];

/// Whether `text` is a configuration of lines: not JSON, and not one of braces.
pub fn is_lines(text: &str) -> bool {
    let text = text.trim();
    !text.starts_with(['{', '[', '<']) && !text.lines().any(|line| line.trim_end().ends_with('{'))
}

/// The configuration that a device with this one has after `typed` was typed on it.
pub fn enter(running: &str, typed: &str) -> String {
    let mut sections = parse(running);
    for section in parse(typed) {
        put(&mut sections, section);
    }
    let mut text = String::new();
    print(&sections, &mut text);
    text
}

fn parse(text: &str) -> Vec<Section> {
    let mut top = Section { line: String::new(), below: Vec::new() };
    // The indentations of the open sections, the outermost first.
    let mut open: Vec<usize> = Vec::new();
    for line in text.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        let indent = line.len() - line.trim_start().len();
        while open.last().is_some_and(|opened| *opened >= indent) {
            open.pop();
        }
        let mut place = &mut top;
        for _ in &open {
            // Each open section is the last of the one around it.
            match place.below.len().checked_sub(1) {
                Some(last) => place = &mut place.below[last],
                None => break,
            }
        }
        place.below.push(Section { line: line.to_owned(), below: Vec::new() });
        if open.len() < limits::SECTION_DEPTH {
            open.push(indent);
        }
    }
    top.below
}

fn print(sections: &[Section], text: &mut String) {
    for section in sections {
        text.push_str(&section.line);
        text.push('\n');
        print(&section.below, text);
    }
}

impl Section {
    fn command(&self) -> &str {
        self.line.trim()
    }

    /// Whether it is the command `start`, or begins with it.
    fn begins(&self, start: &str) -> bool {
        self.command().strip_prefix(start).is_some_and(|rest| {
            rest.is_empty() || start.is_empty() || rest.starts_with(char::is_whitespace)
        })
    }

    /// Whether it ends what is around it rather than belong to it.
    fn closes(&self) -> bool {
        matches!(self.command(), "end" | "!" | "return")
    }
}

fn put(sections: &mut Vec<Section>, new: Section) {
    let command = new.command().to_owned();
    if MOVES.contains(&command.as_str()) || command.starts_with('!') {
        return;
    }
    for (word, instead) in NEGATIONS {
        if let Some(rest) = command.strip_prefix(word) {
            let gone = format!("{instead}{}", rest.trim());
            return sections.retain(|section| !section.begins(&gone));
        }
    }
    if let Some(there) = sections.iter_mut().find(|section| section.command() == command) {
        return new.below.into_iter().for_each(|line| put(&mut there.below, line));
    }
    let single = |start: &&&str| new.begins(start) && !command.ends_with(" secondary");
    if let Some(start) = SINGLE.iter().find(single)
        && let Some(there) = sections.iter_mut().find(|section| section.begins(start))
    {
        there.line = new.line;
        return;
    }
    let kind = command.split_whitespace().next().unwrap_or_default().to_owned();
    let behind = sections.iter().rposition(|section| section.begins(&kind)).map(|place| place + 1);
    let last = || {
        let closing = sections.iter().rev().take_while(|section| section.closes()).count();
        sections.len() - closing
    };
    let place = behind.unwrap_or_else(last);
    let (line, below) = (new.line, new.below);
    let mut section = Section { line, below: Vec::new() };
    below.into_iter().for_each(|line| put(&mut section.below, line));
    sections.insert(place, section);
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUNNING: &str = "! ios\nhostname r1\ninterface Loopback0\n ip address 10.0.0.1/32\n\
                           interface Gi1\n description old\n shutdown\n!\nntp server 192.0.2.1\n!\nend\n";

    #[test]
    fn lines_go_to_their_places() {
        for (typed, gone, come) in [
            ("ntp server 192.0.2.9", "", "ntp server 192.0.2.1\nntp server 192.0.2.9\n!\nend\n"),
            ("ntp server 192.0.2.1", "", RUNNING),
            ("hostname r2", "hostname r1", "! ios\nhostname r2\n"),
            (
                "interface Gi1\n description new\n no shutdown",
                "shutdown",
                "Gi1\n description new\n!",
            ),
            ("interface Gi1\n  mtu 9000\nend", "", " shutdown\n  mtu 9000\n!"),
            ("no interface Gi1", "Gi1", "10.0.0.1/32\n!\nntp"),
            ("no ntp server 192.0.2", "", RUNNING),
            ("no ntp server", "ntp", "shutdown\n!\n!\nend\n"),
            (
                "interface Lo1\n ip address 10.1.1.1/32",
                "",
                "shutdown\ninterface Lo1\n ip address 10",
            ),
            ("interface Loopback0\n ip address 10.2.2.2/32 secondary", "", "/32\n ip address 10.2"),
            ("snmp-server location x", "", "192.0.2.1\nsnmp-server location x\n!\nend\n"),
            ("configure terminal\n!\nexit\nend", "", RUNNING),
        ] {
            let after = enter(RUNNING, typed);
            assert!(gone.is_empty() || !after.contains(gone), "{typed}: {after}");
            assert!(after.contains(come), "{typed}: {after}");
            assert!(after.ends_with("end\n"), "{typed}: {after}");
        }
        let stairs: String = (0..500).map(|n| format!("{}x\n", " ".repeat(n))).collect();
        assert_eq!(enter(&stairs, ""), stairs);
        assert_eq!(enter("set a 1\nset b 2", "set c 3\ndelete b"), "set a 1\nset c 3\n");
        assert_eq!(enter("", "  a\n b\n\tc"), "  a\n b\n\tc\n", "odd indentation loses nothing");
    }

    #[test]
    fn what_is_not_made_of_lines_is_known() {
        assert!(is_lines(RUNNING) && is_lines("set system host-name r1"));
        assert!(!is_lines("{\"vpcs\": []}") && !is_lines("system {\n    host-name r1;\n}"));
    }
}
