//! What a model is told about this server before it sees a tool.

use std::sync::Arc;

use super::search;
use crate::config::Offer;
use crate::tools::Callable;

/// The text for these tools. Under 1 kB, so that it costs a model little.
pub fn text(tools: &[Arc<dyn Callable>], offer: Offer, sandbox: bool) -> String {
    let mut text = String::from(
        "Itential Platform: network automation. Read before you change; name things exactly as \
         the listing tools show them.",
    );
    if sandbox {
        text.push_str(
            " THIS IS A SANDBOX: a simulated platform with invented data; nothing real changes.",
        );
    }
    if offer == Offer::Search {
        text.push(' ');
        text.push_str(search::USE);
    }
    for area in search::areas(tools) {
        text.push_str("\n- ");
        text.push_str(area.about);
    }
    if tools.iter().any(|tool| tool.hints().destructive) {
        text.push_str(
            "\nDestructive tools act on real systems: be sure of the target. A started job goes on \
             by itself: poll describe_job, never start it twice.",
        );
    } else {
        text.push_str("\nNothing here changes the network.");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_area_has_a_line_and_all_of_them_fit() {
        let tools: Vec<_> = crate::tools::all().map(super::super::chosen::shared).collect();
        for tool in &tools {
            let about = tool.area().about;
            assert!(text(&tools, Offer::All, false).contains(about), "{}", tool.name());
        }
        assert!(
            text(&tools, Offer::Search, true).len() < 1024,
            "{}",
            text(&tools, Offer::Search, true).len()
        );
    }
}
