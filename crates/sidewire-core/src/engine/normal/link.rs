//! The normal form of the socket's life.

use crate::time::Duration;

use super::super::normal::Form;
use super::{Heartbeat, Link, OpenLink, Outage};

impl Link {
    pub(in crate::engine) fn write(&self, form: &mut Form) {
        match self {
            Self::Idle => form.tag(0),
            Self::Connecting { connection: _, deadline, upgraded } => {
                form.tag(1);
                form.due(*deadline);
                form.flag(*upgraded);
            }
            Self::Open(open) => {
                form.tag(2);
                open.write(form);
            }
            Self::Waiting { until } => {
                form.tag(3);
                form.due(*until);
            }
        }
    }
}

impl OpenLink {
    fn write(&self, form: &mut Form) {
        let Self { connection: _, socket: _, since, ping_after, heartbeat } = self;
        form.age(*since, Duration::from_secs(60));
        form.duration(*ping_after);
        match heartbeat {
            Heartbeat::Quiet { ping_at } => {
                form.tag(0);
                form.due(*ping_at);
            }
            Heartbeat::Asked { deadline } => {
                form.tag(1);
                form.due(*deadline);
            }
        }
    }
}

impl Outage {
    pub(in crate::engine) fn write(&self, form: &mut Form, probe_floor: Duration) {
        let Self { failures, probes, quick_used, silent, refused, last_nudge } = self;
        form.long((*failures).into());
        form.long((*probes).into());
        form.flag(*quick_used);
        form.long((*silent).into());
        form.flag(*refused);
        let last_nudge = last_nudge.filter(|at| form.is_recent(*at, probe_floor));
        form.option(last_nudge.as_ref(), |form, at| form.age(*at, probe_floor));
    }
}
