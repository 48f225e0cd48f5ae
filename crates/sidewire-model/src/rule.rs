//! What has to hold, and the judgement of a view.

use core::fmt;

use sidewire_core::timeline::Row;

use crate::wire::Session;

/// A rule of the specification. All but the last are checked after every input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// S1: no id twice in a view.
    NoDuplicate,
    /// S2: a view is ordered.
    Ordered,
    /// S3: a view holds its own session only.
    Isolated,
    /// S4: a view holds what the server has only.
    Provenance,
    /// S5: within a watch nothing disappears.
    Monotonic,
    /// S6: one socket at most, and frames to it only while it is open.
    OneSocket,
    /// A signature is used on the socket it was made for.
    OwnSignature,
    /// S7: one read of a session at most is in flight.
    OneRead,
    /// S8: one authorisation at most is in flight.
    OneAuthorisation,
    /// S9: every change of the status is told once, in order.
    ToldOnce,
    /// S10: stopped is stopped.
    Stopped,
    /// Nothing of a user outlives the token.
    SignedOut,
    /// S11: a timer that fires leaves nothing due.
    TimersMove,
    /// S12: answers and frames with a retired id change nothing.
    RetiredIds,
    /// S18: no panic.
    NoPanic,
    /// L2, L3 as safety: *connected* means subscribed, with everything shown that is not just on its way.
    Honest,
    /// L1 as safety: left alone with a good network, the view becomes the log.
    Settles,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::NoDuplicate,
        Self::Ordered,
        Self::Isolated,
        Self::Provenance,
        Self::Monotonic,
        Self::OneSocket,
        Self::OwnSignature,
        Self::OneRead,
        Self::OneAuthorisation,
        Self::ToldOnce,
        Self::Stopped,
        Self::SignedOut,
        Self::TimersMove,
        Self::RetiredIds,
        Self::NoPanic,
        Self::Honest,
        Self::Settles,
    ];

    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoDuplicate => "S1 no duplicate",
            Self::Ordered => "S2 order",
            Self::Isolated => "S3 isolation",
            Self::Provenance => "S4 provenance",
            Self::Monotonic => "S5 monotonic",
            Self::OneSocket => "S6 one socket",
            Self::OwnSignature => "S6 own signature",
            Self::OneRead => "S7 one read",
            Self::OneAuthorisation => "S8 one authorisation",
            Self::ToldOnce => "S9 told once",
            Self::Stopped => "S10 stopped",
            Self::SignedOut => "S10 signed out",
            Self::TimersMove => "S11 timers move",
            Self::RetiredIds => "S12 retired ids",
            Self::NoPanic => "S18 no panic",
            Self::Honest => "L2/L3 connected is honest",
            Self::Settles => "L1 settles",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A rule that was broken, and how.
pub(crate) type Broken = (Rule, String);

/// Message numbers as bits, the first message the lowest.
pub(crate) type Numbers = u8;

/// The bit of a message.
pub(crate) const fn bit(number: u8) -> Numbers {
    match number.checked_sub(1) {
        Some(index) if index < 8 => 1 << index,
        _ => 0,
    }
}

/// The bits of the first messages.
pub(crate) fn first(count: u8) -> Numbers {
    (1..=count).fold(0, |all, number| all | bit(number))
}

/// The numbers that a set of bits stands for.
pub(crate) fn listed(numbers: Numbers) -> Vec<u8> {
    (1..=8).filter(|&number| numbers & bit(number) != 0).collect()
}

/// Judges the view of a session whose log is `length` long, and tells which messages it shows.
pub(crate) fn judge<'a>(
    session: Session,
    length: u8,
    rows: impl Iterator<Item = Row<'a>>,
) -> Result<Numbers, Broken> {
    let (mut shown, mut last) = (0, 0);
    for row in rows {
        let foreign = || (Rule::Isolated, format!("{} in the view of {}", row.id, session.letter()));
        let (letter, number) = row.id.split_at_checked(1).ok_or_else(foreign)?;
        let number = number.parse::<u8>().map_err(|_| foreign())?;
        if letter != session.letter() {
            return Err(foreign());
        }
        if number == 0 || number > length {
            return Err((Rule::Provenance, format!("{} is not in the log of {length}", row.id)));
        }
        if shown & bit(number) != 0 {
            return Err((Rule::NoDuplicate, format!("{} twice", row.id)));
        }
        if number < last {
            return Err((Rule::Ordered, format!("{} behind number {last}", row.id)));
        }
        shown |= bit(number);
        last = number;
    }
    Ok(shown)
}

#[cfg(test)]
mod tests {
    use sidewire_core::timeline::Role;

    use super::*;

    fn judged(ids: &[&'static str]) -> Result<Numbers, Rule> {
        let row = |id| Row {
            slot: 0,
            version: 0,
            id,
            role: Role::Assistant,
            status: "sent",
            sequence: None,
            time: None,
            revision: None,
            client_message_id: None,
            echo: None,
            raw: b"{}",
            tail: &[],
            placeholder: false,
        };
        judge(Session::A, 3, ids.iter().copied().map(row)).map_err(|(rule, _)| rule)
    }

    #[test]
    fn a_good_view_tells_which_messages_it_shows() {
        assert_eq!(judged(&["A1", "A3"]), Ok(0b101));
        assert_eq!(listed(0b101), [1, 3]);
    }

    #[test]
    fn every_way_to_spoil_a_view_breaks_its_rule() {
        assert_eq!(judged(&["A1", "A1"]), Err(Rule::NoDuplicate));
        assert_eq!(judged(&["A2", "A1"]), Err(Rule::Ordered));
        assert_eq!(judged(&["A1", "B2"]), Err(Rule::Isolated));
        assert_eq!(judged(&["A4"]), Err(Rule::Provenance));
    }
}
