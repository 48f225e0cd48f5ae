//! What the demo agent says. The same text gets the same answer.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// One run, ready to be streamed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Script {
    /// The growing content; the last one is the whole answer.
    pub(super) steps: Vec<String>,
    /// `success` or `failure`.
    pub(super) status: &'static str,
    pub(super) error: Option<Value>,
    pub(super) action: &'static str,
    pub(super) thought: String,
}

/// Steps of an ordinary answer, and of a long one.
const STEPS: usize = 6;
const LONG_STEPS: usize = 24;
/// Characters of the user's text that are quoted.
const QUOTED: usize = 400;

impl Script {
    /// Chooses by the first keyword found: `error`, `long`, `table`, `code`.
    pub(super) fn for_text(text: &str) -> Self {
        let lower = text.to_lowercase();
        let has = |word: &str| lower.contains(word);
        if has("error") {
            return Self::failing(text);
        }
        let (answer, steps, action) = if has("long") {
            (long(text), LONG_STEPS, "write")
        } else if has("table") {
            (format!("## As a table\n\n{}\n{}", quote(text), table(4)), STEPS, "tabulate")
        } else if has("code") {
            (format!("## As code\n\n{}\n{}", quote(text), code(text)), STEPS, "write_code")
        } else {
            (ordinary(text), STEPS, "answer")
        };
        Self {
            steps: split(&answer, steps),
            status: "success",
            error: None,
            action,
            thought: format!("The user wrote {} characters; I answer with “{action}”.", text.chars().count()),
        }
    }

    fn failing(text: &str) -> Self {
        let answer = format!("## This goes wrong\n\n{}\nI was asked for an error, so I stop", quote(text));
        Self {
            steps: split(&answer, 3),
            status: "failure",
            error: Some(json!({ "code": "DEMO_FAILURE", "message": "The demo agent was asked to fail." })),
            action: "fail",
            thought: "The user asked for an error.".to_owned(),
        }
    }
}

fn ordinary(text: &str) -> String {
    format!(
        "## You wrote\n\n{}\n### What I did\n\n1. **Read** your message\n2. *Thought* about it\n3. Wrote this answer\n\n\
         {}\n{}\nMore in the [CommonMark guide](https://commonmark.org/help/).\n",
        quote(text),
        table(2),
        code(text)
    )
}

fn long(text: &str) -> String {
    let mut answer = format!("## A long answer\n\n{}", quote(text));
    for part in 1..=12 {
        // Writing to a String cannot fail.
        let _ = write!(
            answer,
            "\n### Part {part}\n\nThis is paragraph {part} of a long answer, there to be scrolled through. It has a \
             sentence of some length, a second one, and `code` in between.\n\n- first point of part {part}\n- second \
             point of part {part}\n"
        );
    }
    answer
}

/// The beginning of the text as a block quote.
fn quote(text: &str) -> String {
    let shown: String = text.chars().take(QUOTED).collect();
    let more = if text.chars().count() > QUOTED { "…" } else { "" };
    let lines: Vec<String> = format!("{shown}{more}").lines().map(|line| format!("> {line}")).collect();
    format!("{}\n", lines.join("\n"))
}

fn table(rows: usize) -> String {
    let mut text = "| Step | What | Took |\n|---:|---|---:|\n".to_owned();
    for (row, what) in (1..).zip(["thinking", "executing", "verifying", "writing"]).take(rows) {
        let _ = writeln!(text, "| {row} | {what} | {} ms |", row * 120);
    }
    text
}

fn code(text: &str) -> String {
    let words = text.split_whitespace().count();
    format!("```js\nconst words = {words};\nconsole.log(`You wrote ${{words}} words.`);\n```\n")
}

/// Growing beginnings of the text, cut between characters.
fn split(text: &str, steps: usize) -> Vec<String> {
    let length = text.chars().count();
    (1..=steps).map(|step| text.chars().take(length * step / steps).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_grow_to_the_whole_answer_which_quotes_the_user() {
        let script = Script::for_text("Grüße 👋\nline two");
        assert_eq!(script.steps.len(), STEPS);
        assert!(script.steps.windows(2).all(|pair| pair[1].starts_with(&pair[0])));
        let answer = script.steps.last().unwrap();
        for part in
            ["## You wrote", "> Grüße 👋\n> line two\n", "1. **Read**", "|---:|", "```js", "](https://"]
        {
            assert!(answer.contains(part), "{part} is missing in {answer}");
        }
        assert_eq!(script, Script::for_text("Grüße 👋\nline two"));
    }

    #[test]
    fn keywords_choose_the_kind_of_answer() {
        assert!(Script::for_text("a Table please").steps[STEPS - 1].contains("| 4 | writing | 480 ms |"));
        assert!(Script::for_text("some code").steps[STEPS - 1].contains("```js"));
        assert_eq!(Script::for_text("a long one").steps.len(), LONG_STEPS);
        let failing = Script::for_text("an error in a table");
        assert_eq!((failing.status, failing.error.is_some()), ("failure", true));
    }
}
