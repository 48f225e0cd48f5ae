//! `docs/policy.md` says what the table in the code says.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use std::fmt::Write as _;

use sidewire_core::policy::{CLOSE_RULES, CloseAction, Policy, RULES};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/policy.md");

/// The value of a field as `Debug` prints it, found by name: the document needs no second list of fields.
fn values() -> Vec<(String, String)> {
    let text = format!("{:?}", Policy::default());
    let body = text.trim_start_matches("Policy { ").trim_end_matches(" }");
    let mut depth = 0_i32;
    let split = body.split(|c: char| {
        depth += i32::from("([".contains(c)) - i32::from(")]".contains(c));
        c == ',' && depth == 0
    });
    split
        .filter_map(|field| field.trim().split_once(": "))
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect()
}

fn render() -> String {
    let values = values();
    let mut out = String::from(
        "# Connection policy\n\nWritten by `cargo test -p sidewire-core --test policy_document` from the tables in\n\
         `crates/sidewire-core/src/policy.rs`, which are what the engine runs on. Do not edit.\n\n\
         ## Numbers\n\n| matter | name | value | rule | reason |\n|---|---|---|---|---|\n",
    );
    for rule in RULES {
        let value = values.iter().find(|(name, _)| name == rule.name).map(|(_, value)| value.as_str());
        let value = value.unwrap_or_else(|| panic!("no field {}", rule.name));
        writeln!(out, "| {} | `{}` | {value} | {} | {} |", rule.matter, rule.name, rule.rule, rule.reason)
            .unwrap();
    }
    out.push_str("\n## Close codes\n\n| codes | meaning | action |\n|---|---|---|\n");
    for rule in CLOSE_RULES {
        let codes = if rule.first == rule.last {
            rule.first.to_string()
        } else {
            format!("{}–{}", rule.first, rule.last)
        };
        writeln!(out, "| {codes} | {} | {} |", rule.meaning(), action(rule.action)).unwrap();
    }
    writeln!(out, "| any other | | {} |", action(CloseAction::Backoff)).unwrap();
    out.push_str(
        "\nAn error *frame* is never a close: the socket stays open until a close event says otherwise.\n",
    );
    out
}

fn action(action: CloseAction) -> &'static str {
    match action {
        CloseAction::Refused => {
            "fallback with reason `refused`; wait `probe_refused`, or for another token or configuration"
        }
        CloseAction::Quick => "wait `quick_retry`, once per stable connection; then as any other",
        CloseAction::Overload => "as any other, at least `overload_retry`",
        CloseAction::Backoff => {
            "wait `backoff`; after the third try fallback, then `probe_early`, `probe_late`"
        }
    }
}

#[test]
fn the_policy_document_is_current() {
    let expected = render();
    let found = std::fs::read_to_string(DOCUMENT).unwrap_or_default();
    if found != expected && std::env::var_os("CI").is_none() {
        std::fs::write(DOCUMENT, &expected).unwrap();
    }

    assert!(found == expected, "docs/policy.md was out of date; it has been rewritten, commit it");
}
