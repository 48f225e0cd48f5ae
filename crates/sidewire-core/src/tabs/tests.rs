//! What happens to tabs while the browser runs.

use super::*;

const W1: WindowId = WindowId(1);
const W2: WindowId = WindowId(2);
const PRIVATE: WindowId = WindowId(9);

pub(super) fn session(id: &str) -> SessionId {
    SessionId::parse(id).unwrap()
}

pub(super) fn created(tab: u32, window: WindowId, url: Option<&str>) -> TabEvent {
    TabEvent::Created { tab: TabId(tab), window, url: url.map(str::to_owned), incognito: window == PRIVATE }
}

pub(super) fn activated(tab: u32, window: WindowId) -> TabEvent {
    TabEvent::Activated { tab: TabId(tab), window }
}

pub(super) fn bound(tab: u32, id: &str) -> TabEvent {
    TabEvent::Bound { tab: TabId(tab), session: Some(session(id)) }
}

fn new_chat(tab: u32) -> TabEvent {
    TabEvent::Bound { tab: TabId(tab), session: None }
}

fn removed(tab: u32) -> TabEvent {
    TabEvent::Removed { tab: TabId(tab), with_window: false }
}

fn map_of(events: impl IntoIterator<Item = TabEvent>) -> TabMap {
    let mut map = TabMap::default();
    for event in events {
        map.apply(event);
    }
    map
}

/// Tabs 10 and 11 in window 1 with the sessions s10 and s11; tab 10 is in front.
fn map_with_two_tabs() -> TabMap {
    map_of([
        created(10, W1, None),
        bound(10, "s10"),
        created(11, W1, None),
        bound(11, "s11"),
        activated(10, W1),
    ])
}

fn offers(map: &TabMap, window: WindowId) -> Vec<&str> {
    map.offers(window).into_iter().map(SessionId::as_str).collect()
}

#[test]
fn a_fresh_tab_has_no_session_until_one_is_bound() {
    let mut map = map_of([created(1, W1, None), activated(1, W1)]);
    assert_eq!(map.active_session(W1), None);

    assert!(map.apply(bound(1, "a")));
    assert_eq!(map.active_session(W1), Some(&session("a")));
}

#[test]
fn switching_tabs_changes_the_active_session() {
    let mut map = map_with_two_tabs();
    assert_eq!(map.active_session(W1), Some(&session("s10")));

    map.apply(activated(11, W1));
    assert_eq!(map.active_session(W1), Some(&session("s11")));
}

#[test]
fn each_window_shows_the_session_of_its_own_active_tab() {
    let map = map_of([
        created(10, W1, None),
        bound(10, "a"),
        activated(10, W1),
        created(20, W2, None),
        bound(20, "b"),
        activated(20, W2),
    ]);

    assert_eq!(map.active_session(W1), Some(&session("a")));
    assert_eq!(map.active_session(W2), Some(&session("b")));
}

#[test]
fn navigation_to_another_domain_keeps_the_session_and_updates_the_address() {
    let mut map = map_with_two_tabs();

    map.apply(TabEvent::Navigated { tab: TabId(10), url: Some("https://u@b.example:8443/x?y#z".into()) });

    assert_eq!(map.active_session(W1), Some(&session("s10")));
    assert_eq!(map.tab(TabId(10)).unwrap().domain(), Some("b.example"));
}

#[test]
fn an_address_that_we_may_not_see_replaces_the_old_one() {
    let mut map = map_with_two_tabs();
    map.apply(TabEvent::Navigated { tab: TabId(10), url: Some("http://localhost/x".into()) });

    assert!(map.apply(TabEvent::Navigated { tab: TabId(10), url: None }));

    assert_eq!(map.tab(TabId(10)).unwrap().url, None);
    assert_eq!(map.active_session(W1), Some(&session("s10")));
}

// Fault 135.
#[test]
fn a_discarded_or_prerendered_tab_keeps_its_session_under_its_new_number() {
    let mut map = map_with_two_tabs();

    map.apply(TabEvent::Replaced { old: TabId(10), new: TabId(99) });

    assert_eq!(map.active_tab(W1), Some(TabId(99)));
    assert_eq!(map.active_session(W1), Some(&session("s10")));
    assert_eq!(map.tab(TabId(10)), None);
}

#[test]
fn a_tab_that_is_replaced_by_itself_keeps_its_session() {
    let mut map = map_with_two_tabs();

    assert!(!map.apply(TabEvent::Replaced { old: TabId(10), new: TabId(10) }));
    assert_eq!(map.active_session(W1), Some(&session("s10")));
}

// Fault 135.
#[test]
fn a_closed_tab_is_forgotten_and_its_number_starts_afresh() {
    let mut map = map_with_two_tabs();
    map.apply(removed(10));
    assert_eq!(map.active_session(W1), None);

    map.apply(activated(10, W1));
    assert_eq!(map.active_session(W1), None);
}

// Fault 135.
#[test]
fn a_tab_moved_to_another_window_takes_its_session_along() {
    let mut map = map_with_two_tabs();
    map.apply(TabEvent::Moved { tab: TabId(10), window: W2 });
    assert_eq!(map.active_session(W1), None);

    map.apply(activated(10, W2));
    assert_eq!(map.active_session(W2), Some(&session("s10")));
}

#[test]
fn a_group_moved_to_another_window_takes_every_session_along() {
    let mut map = map_with_two_tabs();
    for tab in [10, 11] {
        map.apply(TabEvent::Moved { tab: TabId(tab), window: W2 });
    }

    map.apply(activated(11, W2));
    assert_eq!(map.active_session(W2), Some(&session("s11")));
    map.apply(activated(10, W2));
    assert_eq!(map.active_session(W2), Some(&session("s10")));
}

#[test]
fn a_tab_moved_within_its_window_stays_in_front() {
    let mut map = map_with_two_tabs();

    assert!(!map.apply(TabEvent::Moved { tab: TabId(10), window: W1 }));
    assert_eq!(map.active_session(W1), Some(&session("s10")));
}

#[test]
fn a_closed_window_takes_its_tabs_along() {
    let mut map = map_with_two_tabs();
    map.apply(TabEvent::WindowRemoved { window: W1 });

    assert_eq!((map.tab(TabId(10)), map.tab(TabId(11)), map.active_tab(W1)), (None, None, None));
}

#[test]
fn a_new_chat_lets_go_of_the_tabs_session_and_of_no_other() {
    let mut map = map_with_two_tabs();

    map.apply(new_chat(10));

    assert_eq!(map.active_session(W1), None);
    assert_eq!(map.session(TabId(11)), Some(&session("s11")));
}

#[test]
fn tabs_that_went_unseen_are_pruned_with_their_windows() {
    let mut map = map_with_two_tabs();
    map.apply(created(20, W2, None));
    map.apply(activated(20, W2));

    assert!(map.apply(TabEvent::Listed(vec![TabId(11)])));

    assert_eq!(map.tab(TabId(10)), None);
    assert_eq!(map.active_tab(W1), None);
    assert_eq!(map.active_tab(W2), None);
    assert_eq!(map.session(TabId(11)), Some(&session("s11")));
    assert!(!map.apply(TabEvent::Listed(vec![TabId(11)])));
}

#[test]
fn in_the_scope_of_a_window_its_tabs_share_one_session() {
    let mut map = map_of([
        TabEvent::Scoped(Scope::Window),
        created(10, W1, None),
        created(11, W1, None),
        created(20, W2, None),
        activated(10, W1),
        bound(10, "a"),
    ]);

    map.apply(activated(11, W1));
    map.apply(activated(20, W2));
    assert_eq!(map.active_session(W1), Some(&session("a")));
    assert_eq!(map.active_session(W2), None);

    map.apply(new_chat(11));
    assert_eq!(map.session(TabId(10)), None);
}

#[test]
fn in_the_scope_of_all_windows_every_tab_shows_the_same_session() {
    let mut map = map_of([
        TabEvent::Scoped(Scope::Global),
        created(10, W1, None),
        created(20, W2, None),
        activated(10, W1),
        activated(20, W2),
        bound(10, "a"),
    ]);
    assert_eq!(map.active_session(W2), Some(&session("a")));

    map.apply(created(30, W2, None));
    map.apply(activated(30, W2));
    assert_eq!(map.active_session(W2), Some(&session("a")));

    map.apply(new_chat(30));
    assert_eq!(map.active_session(W1), None);
}

#[test]
fn back_in_the_scope_of_a_tab_each_tab_has_what_was_bound_to_it() {
    let mut map = map_with_two_tabs();
    map.apply(TabEvent::Scoped(Scope::Window));
    assert_eq!(map.active_session(W1), Some(&session("s10")), "the window goes on with what it showed last");

    map.apply(activated(11, W1));
    assert_eq!(map.active_session(W1), Some(&session("s10")));

    map.apply(TabEvent::Scoped(Scope::Tab));
    assert_eq!(map.active_session(W1), Some(&session("s11")));
}

// Fault 145.
#[test]
fn incognito_windows_share_no_session_with_the_others() {
    let mut map = map_of([
        TabEvent::Scoped(Scope::Global),
        created(10, W1, None),
        activated(10, W1),
        created(90, PRIVATE, None),
        activated(90, PRIVATE),
        bound(90, "secret"),
    ]);
    assert_eq!(map.active_session(W1), None);

    map.apply(bound(10, "public"));

    assert_eq!(map.active_session(PRIVATE), Some(&session("secret")));
    assert_eq!(map.active_session(W1), Some(&session("public")));
}

// Fault 145.
#[test]
fn what_was_used_in_an_incognito_window_is_offered_nowhere_and_nothing_is_offered_there() {
    let mut map =
        map_of([created(90, PRIVATE, None), bound(90, "secret"), created(10, W1, None), bound(10, "public")]);
    map.apply(removed(90));
    map.apply(removed(10));
    map.apply(created(11, W1, None));
    map.apply(created(91, PRIVATE, None));

    assert_eq!(offers(&map, W1), ["public"]);
    assert!(offers(&map, PRIVATE).is_empty());
}

#[test]
fn a_tab_without_a_session_is_offered_the_last_ones_that_no_tab_shows() {
    let mut map = map_with_two_tabs();
    for tab in 12..16 {
        map.apply(created(tab, W1, None));
        map.apply(bound(tab, &format!("s{tab}")));
    }
    assert!(offers(&map, W1).is_empty(), "all of them are open");

    for tab in [10, 12, 13, 14, 15] {
        map.apply(removed(tab));
    }

    assert_eq!(offers(&map, W1), ["s15", "s14", "s13"]);
}

#[test]
fn a_window_is_offered_its_own_last_session_first() {
    let map = map_of([
        created(10, W1, None),
        bound(10, "mine"),
        created(20, W2, None),
        bound(20, "other"),
        removed(10),
        removed(20),
        created(11, W1, None),
        created(21, W2, None),
    ]);

    assert_eq!(offers(&map, W1), ["mine", "other"]);
    assert_eq!(offers(&map, W2), ["other", "mine"]);
}

#[test]
fn signing_out_leaves_the_tabs_and_no_session() {
    for scope in [Scope::Tab, Scope::Window, Scope::Global] {
        let mut map = map_with_two_tabs();
        map.apply(TabEvent::Scoped(scope));
        map.apply(created(90, PRIVATE, None));
        map.apply(bound(90, "secret"));

        assert!(map.apply(TabEvent::SignedOut));

        assert_eq!(map.active_tab(W1), Some(TabId(10)));
        for tab in [10, 11, 90] {
            assert_eq!(map.session(TabId(tab)), None, "{scope:?}");
        }
        map.apply(removed(10));
        assert!(offers(&map, W1).is_empty());
        assert!(!map.to_json().contains("s10") && !map.to_record().contains("s1"));
    }
}

#[test]
fn an_event_that_changes_nothing_says_so() {
    let mut map = map_with_two_tabs();

    assert!(!map.apply(activated(10, W1)));
    assert!(!map.apply(TabEvent::Navigated { tab: TabId(10), url: None }));
    assert!(!map.apply(removed(77)));
    assert!(!map.apply(TabEvent::Scoped(Scope::Tab)));
}

#[test]
fn an_address_is_cut_at_2048_bytes() {
    let long = format!("https://a.example/{}", "x".repeat(5000));

    let map = map_of([created(1, W1, Some(&long))]);

    assert_eq!(map.tab(TabId(1)).unwrap().url.as_deref(), long.get(..2048));
}
