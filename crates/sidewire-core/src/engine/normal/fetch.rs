//! The normal form of reading the log.

use super::super::normal::Form;
use super::{End, Fetch, InFlight, Want};
use crate::engine::query::Query;

impl Fetch {
    pub(in crate::engine) fn write(&self, form: &mut Form) {
        let Self {
            in_flight,
            wanted,
            resume,
            older,
            not_before,
            errors,
            begun,
            change_cursor,
            log_time,
            read_to,
            error,
            urgent,
            refused,
            acknowledgements,
            caught_up_to,
            attempted: _,
            end,
        } = self;
        form.option(in_flight.as_ref(), |form, flight| flight.write(form, *acknowledgements));
        form.option(wanted.as_ref(), |form, want| write_want(*want, form));
        form.option(resume.as_ref(), |form, flight| flight.write(form, *acknowledgements));
        older.write(form);
        form.due(*not_before);
        // The pause doubles five times at most.
        form.long((*errors).min(5).into());
        form.tag(*begun as u8);
        form.option(change_cursor.as_ref(), |form, cursor| form.long(*cursor));
        form.option(log_time.as_ref(), |form, time| form.long(*time));
        form.option(read_to.as_ref(), |form, time| form.long(*time));
        form.flag(error.is_some());
        form.flag(*urgent);
        form.flag(*refused);
        form.flag(caught_up_to == acknowledgements);
        let End { known, shorter } = end;
        form.long(*known);
        form.option(shorter.as_ref(), |form, since| form.age(*since, Form::LONGEST_AGE));
    }
}

impl InFlight {
    fn write(&self, form: &mut Form, seen: u32) {
        let Self { request, want, query, acknowledgements } = self;
        form.request(*request);
        write_want(*want, form);
        let (tag, from) = match query {
            Query::Newest => (0, 0),
            Query::Widest => (4, 0),
            Query::Before(sequence) => (5, *sequence),
            Query::After(sequence) => (1, *sequence),
            Query::Changed(revision) => (2, *revision),
            Query::Since(time) => (3, *time),
        };
        form.tag(tag);
        form.long(from);
        form.flag(*acknowledgements == seen);
    }
}

fn write_want(want: Want, form: &mut Form) {
    match want {
        Want::CatchUp => form.tag(0),
        Want::Hole { end } => {
            form.tag(1);
            form.long(end);
        }
        Want::Older => form.tag(2),
        Want::Stream => form.tag(3),
    }
}
