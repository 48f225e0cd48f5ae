//! What is left of the map when the worker or the browser starts again.

use super::tests::{activated, bound, created, session};
use super::*;

const W1: WindowId = WindowId(1);
const W7: WindowId = WindowId(7);
const PRIVATE: WindowId = WindowId(9);
const PAGE: &str = "https://a.example/\"q\"";

fn map_of(events: impl IntoIterator<Item = TabEvent>) -> TabMap {
    continued(TabMap::default(), events)
}

fn continued(mut map: TabMap, events: impl IntoIterator<Item = TabEvent>) -> TabMap {
    for event in events {
        map.apply(event);
    }
    map
}

fn one_page() -> TabMap {
    map_of([created(10, W1, Some(PAGE)), activated(10, W1), bound(10, "a")])
}

fn closed(tab: u32) -> TabEvent {
    TabEvent::Removed { tab: TabId(tab), with_window: true }
}

// Fault 141.
#[test]
fn the_map_survives_storage_and_garbage_starts_afresh() {
    let map =
        continued(one_page(), [created(90, PRIVATE, None), bound(90, "b"), TabEvent::Scoped(Scope::Global)]);

    assert_eq!(TabMap::from_json(&map.to_json()), Some(map));
    for garbage in
        ["", "null", "{}", "[1]", r#"{"v":1,"tabs":[],"active":[]}"#, r#"{"v":2}"#, r#"{"v":2,"scope":"x"}"#]
    {
        assert_eq!(TabMap::from_json(garbage), None, "{garbage}");
        assert_eq!(TabMap::from_record(garbage), TabMap::default(), "{garbage}");
    }
}

// Fault 141.
#[test]
fn stored_entries_that_make_no_sense_cost_only_themselves() {
    let odd = r#"{"v":2,"scope":"tab","tabs":[{"tabId":"x"},{"tabId":5,"windowId":2,"sessionId":"a b"}],
        "windows":[[],[2,5,7,"yes"]],"shared":[7],"recent":["ok","not ok"]}"#;

    let map = TabMap::from_json(odd).unwrap();

    assert_eq!(map.active_tab(WindowId(2)), Some(TabId(5)));
    assert_eq!(map.session(TabId(5)), None);
    assert_eq!(map.offers(WindowId(2)), [&session("ok")]);
}

// Fault 136.
#[test]
fn after_a_restart_a_page_gets_its_session_back_by_its_address_not_by_its_number() {
    let map = continued(
        TabMap::from_record(&one_page().to_record()),
        [created(10, W7, Some("https://b.example/")), created(51, W7, Some(PAGE))],
    );

    assert_eq!(map.session(TabId(10)), None);
    assert_eq!(map.session(TabId(51)), Some(&session("a")));
}

#[test]
fn a_restored_tab_that_tells_its_address_late_gets_its_session_too() {
    let map = continued(
        TabMap::from_record(&one_page().to_record()),
        [created(51, W7, None), TabEvent::Navigated { tab: TabId(51), url: Some(PAGE.into()) }],
    );

    assert_eq!(map.session(TabId(51)), Some(&session("a")));
}

// Faults 129, 138: nobody heard of the new number, because the worker died.
#[test]
fn a_tab_that_was_discarded_unseen_keeps_its_session_by_its_address() {
    let other = [created(11, W1, Some("https://b.example/")), bound(11, "b")];

    let map = continued(
        continued(one_page(), other),
        [TabEvent::Listed(vec![TabId(11), TabId(51)]), created(51, W1, Some(PAGE))],
    );

    assert_eq!(map.session(TabId(51)), Some(&session("a")));
    assert_eq!(map.session(TabId(11)), Some(&session("b")));
}

#[test]
fn a_page_comes_back_once() {
    let map = continued(
        TabMap::from_record(&one_page().to_record()),
        [created(51, W7, Some(PAGE)), created(52, W7, Some(PAGE))],
    );

    assert_eq!(map.session(TabId(52)), None);
}

#[test]
fn two_tabs_with_the_same_page_get_a_session_each() {
    let map = continued(one_page(), [created(11, W1, Some(PAGE)), bound(11, "b")]);

    let map = continued(
        TabMap::from_record(&map.to_record()),
        [created(51, W7, Some(PAGE)), created(52, W7, Some(PAGE))],
    );

    assert_eq!(map.session(TabId(51)), Some(&session("a")));
    assert_eq!(map.session(TabId(52)), Some(&session("b")));
}

#[test]
fn once_the_browser_has_settled_a_fresh_tab_is_fresh_whatever_page_it_shows() {
    let map = continued(
        TabMap::from_record(&one_page().to_record()),
        [TabEvent::Settled, created(51, W7, Some(PAGE))],
    );
    assert_eq!(map.session(TabId(51)), None);

    let waiting = TabMap::from_record(&one_page().to_record());
    let map = continued(TabMap::from_json(&waiting.to_json()).unwrap(), [created(51, W7, Some(PAGE))]);
    assert_eq!(map.session(TabId(51)), None, "what waits does not outlive the worker that read the record");
}

#[test]
fn without_the_permission_for_addresses_the_last_session_is_offered() {
    let before = map_of([created(10, W1, None), activated(10, W1), bound(10, "a")]);

    let map = continued(TabMap::from_record(&before.to_record()), [created(51, W7, None), activated(51, W7)]);

    assert_eq!(map.active_session(W7), None);
    assert_eq!(map.offers(W7), [&session("a")]);
}

#[test]
fn scope_and_shared_session_go_on_after_a_restart() {
    let before = continued(one_page(), [TabEvent::Scoped(Scope::Global)]);

    let map = continued(TabMap::from_record(&before.to_record()), [created(51, W7, None), activated(51, W7)]);

    assert_eq!(map.scope(), Scope::Global);
    assert_eq!(map.active_session(W7), Some(&session("a")));
}

#[test]
fn in_the_scope_of_a_window_a_page_brings_its_session_back_to_the_whole_window() {
    let before = map_of([TabEvent::Scoped(Scope::Window), created(10, W1, Some(PAGE)), bound(10, "a")]);

    let map = continued(
        TabMap::from_record(&before.to_record()),
        [created(50, W7, Some("https://other.example/")), created(51, W7, Some(PAGE))],
    );

    assert_eq!(map.session(TabId(50)), Some(&session("a")));
}

// Fault 145.
#[test]
fn the_record_holds_nothing_of_incognito_windows() {
    let map = map_of([
        created(90, PRIVATE, Some("https://secret.example/")),
        activated(90, PRIVATE),
        bound(90, "secret"),
        TabEvent::Scoped(Scope::Global),
    ]);
    assert!(!map.to_record().contains("secret"), "{}", map.to_record());

    let map = continued(map, [closed(90)]);
    assert!(!map.to_record().contains("secret"), "{}", map.to_record());
}

#[test]
fn pages_that_go_with_the_browser_stay_in_the_record() {
    let map = continued(one_page(), [closed(10), TabEvent::WindowRemoved { window: W1 }]);
    assert!(map.to_record().contains("a.example"));

    let map = continued(TabMap::from_record(&map.to_record()), [created(51, W7, Some(PAGE))]);
    assert_eq!(map.session(TabId(51)), Some(&session("a")));
}

#[test]
fn pages_of_a_window_that_was_closed_leave_the_record_when_the_browser_goes_on() {
    let gone = [closed(10), TabEvent::WindowRemoved { window: W1 }];

    for next in [created(20, W7, None), bound(20, "b"), TabEvent::Navigated { tab: TabId(20), url: None }] {
        let map = continued(one_page(), gone.clone().into_iter().chain([next]));
        assert!(!map.to_record().contains("a.example"));
    }
    let map = continued(one_page(), [TabEvent::Removed { tab: TabId(10), with_window: false }]);
    assert!(!map.to_record().contains("a.example"), "a tab closed by hand is forgotten");
}

#[test]
fn pages_that_have_not_come_back_yet_stay_in_the_record_until_the_browser_has_settled() {
    let waiting = continued(TabMap::from_record(&one_page().to_record()), [created(50, W7, None)]);
    assert!(waiting.to_record().contains("a.example"));

    let settled = continued(waiting, [TabEvent::Settled]);
    assert!(!settled.to_record().contains("a.example"));
}

#[test]
fn the_record_is_bounded() {
    let mut map = TabMap::default();
    for tab in 0..500 {
        map.apply(created(tab, W1, Some(&format!("https://a.example/{tab}"))));
        map.apply(bound(tab, &format!("s{tab}")));
    }

    let record = map.to_record();

    assert_eq!(record.matches("https://").count(), 200);
    assert_eq!(TabMap::from_record(&record).offers(W7).len(), 3);
}
