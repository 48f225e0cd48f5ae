//! Figures of the herd, for people and for machines.

use super::sim::Tally;
use super::{Scenario, Variant};

/// Seconds after which 99 % must be back when handshakes are what limits, for the 60 s outage of the design.
const HANDSHAKES_99: f64 = 110.0;

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// What was run.
    pub scenario: Scenario,
    /// Whose clients.
    pub variant: Variant,
    /// Sockets opened since the outage began.
    pub attempts: u64,
    /// Most sockets asked for in one second after the server is back.
    pub peak_opens: u64,
    /// Most signatures asked for in one second after the server is back.
    pub peak_auths: u64,
    /// Most polls made in one second since the outage began.
    pub peak_polls: u64,
    /// Most requests made in one second since the outage began.
    pub peak_requests: u64,
    /// Seconds from the start of the outage until 99 % have push for all their channels.
    pub back_99: Option<f64>,
    /// The same for the session that is shown.
    pub shown_99: Option<f64>,
    /// Clients that are not back at the end.
    pub stuck: u64,
    /// Requests served for nobody.
    pub wasted: u64,
    /// Requests turned away with a slot.
    pub sheds: u64,
    /// The least time possible, in seconds.
    pub bound: f64,
}

impl Row {
    pub(super) fn new(scenario: &Scenario, variant: Variant, tally: &Tally) -> Self {
        let back = tally.back.iter().flatten().count();
        Self {
            scenario: *scenario,
            variant,
            attempts: tally.opens.total(),
            peak_opens: tally.opens.peak(scenario.outage),
            peak_auths: tally.auths.peak(scenario.outage),
            peak_polls: tally.polls.peak(0),
            peak_requests: tally.requests.peak(0),
            back_99: seconds_until_99(&tally.back),
            shown_99: seconds_until_99(&tally.shown),
            stuck: scenario.clients - u64::try_from(back).unwrap_or(u64::MAX).min(scenario.clients),
            wasted: tally.wasted,
            sheds: tally.sheds,
            bound: scenario.bound(),
        }
    }

    /// How many times the bound 99 % took.
    pub fn ratio(&self) -> Option<f64> {
        self.back_99.map(|back| back / self.bound)
    }

    /// Whether the goal of the design is reached; rivals have none.
    pub fn holds(&self) -> bool {
        let limit = match self.variant {
            Variant::Ours if self.scenario.requests == 0 => HANDSHAKES_99 / self.bound,
            Variant::Ours => 3.0,
            Variant::OursSlotted => 1.2,
            Variant::Seeds | Variant::PusherJs => return true,
        };
        self.stuck == 0 && self.ratio().is_some_and(|ratio| ratio <= limit)
    }

    /// For people.
    pub fn line(&self) -> String {
        let seconds = |at: Option<f64>| at.map_or_else(|| "never".to_owned(), |at| format!("{at:.1} s"));
        let ratio = self.ratio().map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
        format!(
            "| {:<34} | {:>9} | {:>9} | {:>9} | {:>9} | {:>9} | {:>7} | {:>7} | {:>8} | {:>8} | {:>7.1} s | {:>5} | {} |",
            self.variant.name(),
            self.attempts,
            self.peak_opens,
            self.peak_auths,
            self.peak_polls,
            seconds(self.back_99),
            seconds(self.shown_99),
            self.stuck,
            self.wasted,
            self.sheds,
            self.bound,
            ratio,
            if self.holds() { "ok" } else { "MISSED" },
        )
    }

    fn json(&self) -> String {
        let figure = |value: Option<f64>| value.map_or_else(|| "null".to_owned(), |v| format!("{v:.3}"));
        let scenario = &self.scenario;
        let place = format!(
            r#""clients":{},"outage":{},"channels":{},"policy":"{}","ok":{}"#,
            scenario.clients,
            scenario.outage,
            scenario.channels,
            self.variant.name(),
            self.holds()
        );
        format!(
            r#"{{{place},"attempts":{},"peakOpens":{},"peakAuths":{},"peakPolls":{},"peakRequests":{},"back99":{},"shown99":{},"stuck":{},"wasted":{},"sheds":{},"bound":{:.1},"ratio":{}}}"#,
            self.attempts,
            self.peak_opens,
            self.peak_auths,
            self.peak_polls,
            self.peak_requests,
            figure(self.back_99),
            figure(self.shown_99),
            self.stuck,
            self.wasted,
            self.sheds,
            self.bound,
            figure(self.ratio()),
        )
    }
}

/// The head of a scenario's table.
pub(super) fn title(scenario: &Scenario) -> String {
    let limit = if scenario.requests == 0 {
        format!("{} handshakes/s, {} may wait", scenario.handshakes, scenario.backlog)
    } else {
        format!("{} requests/s", scenario.requests)
    };
    let (clients, outage, channels) = (scenario.clients, scenario.outage, scenario.channels);
    format!(
        "\n{clients} clients, {channels} channels each, outage {outage} s, {limit}, watched {} s\n\
         | policy | attempts | peak opens/s | peak auths/s | peak polls/s | 99 % back | 99 % shown | stuck | wasted | \
         shed | bound | ratio | goal |",
        scenario.watch
    )
}

/// The head of the table of other worlds.
pub(super) const SENSITIVITY_TITLE: &str = "99 % back, in seconds and as a multiple of the bound, without an outage and after 30 s of it, with 1 and 3 channels\n\
     | server, network or crowd | 0 s, 1 | 0 s, 3 | 30 s, 1 | 30 s, 3 |";

/// One line of that table.
pub(super) fn sensitivity_line(name: &str, rows: &[Row]) -> String {
    let cell = |row: &Row| match (row.back_99, row.ratio()) {
        (Some(back), Some(ratio)) if row.stuck == 0 => format!("{back:>7.1} s {ratio:>5.2}"),
        _ => format!("{:>8} stuck", row.stuck),
    };
    let cells: Vec<String> = rows.iter().map(cell).collect();
    format!("| {name:<28} | {} |", cells.join(" | "))
}

/// Whether nobody was left behind anywhere, and the line for machines.
pub(super) fn sensitivity_summary(rows: &[(&str, Vec<Row>)]) -> (bool, String) {
    let all = || rows.iter().flat_map(|(_, rows)| rows);
    let ok = all().all(|row| row.stuck == 0 && row.back_99.is_some());
    let worst = all().filter_map(Row::ratio).fold(0.0, f64::max);
    let lines = rows.iter().map(|(name, rows)| {
        let ratios =
            rows.iter().map(|row| row.ratio().map_or_else(|| "null".to_owned(), |r| format!("{r:.3}")));
        format!(r#""{name}":[{}]"#, ratios.collect::<Vec<_>>().join(","))
    });
    let lines = lines.collect::<Vec<_>>().join(",");
    (ok, format!(r#"{{"ok":{ok},"worstRatio":{worst:.3},"ratios":{{{lines}}}}}"#))
}

/// Whether all goals are reached, and the line for machines.
pub(super) fn summary(rows: &[Row]) -> (bool, String) {
    let ok = rows.iter().all(Row::holds);
    let rows: Vec<String> = rows.iter().map(Row::json).collect();
    (ok, format!(r#"{{"ok":{ok},"rows":[{}]}}"#, rows.join(",")))
}

#[allow(clippy::cast_precision_loss, reason = "milliseconds of a few minutes")]
fn seconds_until_99(back: &[Option<u64>]) -> Option<f64> {
    let mut times: Vec<u64> = back.iter().flatten().copied().collect();
    times.sort_unstable();
    let needed = (back.len() * 99).div_ceil(100);
    times.get(needed.checked_sub(1)?).map(|at| *at as f64 / 1000.0)
}
