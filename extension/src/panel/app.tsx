/** The panel: header, conversation, composer, and the debug view when asked for. */

import { useRef, useState, useSyncExternalStore, type RefObject } from "react";
import type { ClientSnapshot, SidewireClient, TypingContext } from "sidewire";
import { texts } from "../texts";
import { Announcer } from "./announcer";
import { unavailability } from "./availability";
import { Composer } from "./composer";
import { Conversation } from "./conversation";
import { DebugView } from "./debug_view";
import { withDraft, type DraftStore } from "./drafts";
import { FirstRun } from "./first_run";
import { Header } from "./header";
import { NoticeBar } from "./notice_bar";
import { Outdated } from "./outdated";
import type { Seen } from "./seen";
import { sessionItems } from "./session_list";
import { sessionTitle } from "./session_title";
import { SessionsDrawer } from "./sessions_drawer";
import { statusNotice, type NoticeAction } from "./status_notice";
import type { PanelState, PanelStore } from "./store";
import { TypingIndicator } from "./typing_indicator";
import { useClientSnapshot, useIsOnline } from "./use_client";
import { useSeen, useSeenRevision, useSessions, type Sessions } from "./use_sessions";

/** What the panel can do outside of itself. */
export interface PanelPage {
  readonly version: string;
  /** This extension's origin. */
  readonly origin: string;
  readonly isIncognito: boolean;
  readonly openSettings: () => void;
  readonly reloadPanel: () => void;
  readonly reloadExtension: () => void;
}

/** What the panel needs. */
export interface AppProps {
  readonly store: PanelStore;
  readonly drafts: DraftStore;
  readonly seen: Seen;
  readonly page: PanelPage;
}

/** The whole panel. */
export function App(props: AppProps) {
  const state = useSyncExternalStore(props.store.subscribe, props.store.getState);
  if (state.client.type === "outdated") return <Outdated onReload={props.page.reloadPanel} />;
  return <Panel {...props} state={state} client={state.client.type === "ready" ? state.client.client : null} />;
}

interface PanelProps extends AppProps {
  readonly state: PanelState;
  readonly client: SidewireClient | null;
}

function Panel(props: PanelProps) {
  const { store, drafts, seen, page, state, client } = props;
  const snapshot = useClientSnapshot(client);
  const isOnline = useIsOnline();
  const sessions = useSessions({ client, isSignedIn: state.isSignedIn, account: state.account }, state.sessionId);
  const [isDebugOpen, setIsDebugOpen] = useState(false);
  const [isDrawerOpen, setIsDrawerOpen] = useState(false);
  const composer = useRef<HTMLTextAreaElement>(null);
  const isWatched = state.isSignedIn && state.sessionId !== null && snapshot.sessionId === state.sessionId;
  useSeen(seen, sessions, isWatched ? client : null, snapshot);
  const unread = useUnread(sessions, seen, state.sessionId);

  const title = titleOf(state, sessions, snapshot, isWatched ? client : null);
  const focusComposer = (): void => composer.current?.focus();
  const newChat = (): void => {
    store.newChat();
    focusComposer();
  };
  return (
    <main className="app" data-connection-state={snapshot.state}>
      <Header
        title={title}
        isSignedIn={state.isSignedIn}
        hasUnread={unread}
        isDebugOpen={isDebugOpen}
        onSessions={() => {
          sessions.reload();
          setIsDrawerOpen(true);
        }}
        onNewChat={newChat}
        onToggleDebug={() => setIsDebugOpen(!isDebugOpen)}
        onSettings={page.openSettings}
      />
      {isDrawerOpen && state.isSignedIn && (
        <Drawer {...props} sessions={sessions} title={title} onClose={() => setIsDrawerOpen(false)} onChosen={focusComposer} />
      )}
      {isDebugOpen && client !== null && (
        <DebugView client={client} snapshot={snapshot} config={state.config} isOnline={isOnline} version={page.version} />
      )}
      <Content
        {...props}
        snapshot={snapshot}
        sessions={sessions}
        onNewChat={newChat}
        onSuggestion={(text) => {
          drafts.set(withDraft(drafts.get(), state.tab?.tabId ?? null, text));
          focusComposer();
        }}
      />
      {isWatched && client !== null && <Announcer client={client} />}
      <Bottom {...props} snapshot={snapshot} isWatched={isWatched} composer={composer} />
    </main>
  );
}

interface BottomProps extends PanelProps {
  readonly snapshot: ClientSnapshot;
  readonly isWatched: boolean;
  readonly composer: RefObject<HTMLTextAreaElement | null>;
}

function Bottom(props: BottomProps) {
  const { store, drafts, state, snapshot, isWatched, composer } = props;
  const isOnline = useIsOnline();
  const tabId = state.tab?.tabId ?? null;
  return (
    <>
      <TypingIndicator context={isWatched ? typingOf(snapshot) : null} />
      <div className="bottom">
        <NoticeBar
          notice={statusNotice({ ...state, snapshot, tabId, isOnline })}
          onAction={(action) => act(action, props)}
        />
        <Composer field={composer} drafts={drafts} tabId={tabId} isSignedIn={state.isSignedIn} sending={state.sending} onSend={store.send} />
      </div>
    </>
  );
}

interface DrawerProps extends PanelProps {
  readonly sessions: Sessions;
  readonly title: string;
  readonly onClose: () => void;
  readonly onChosen: () => void;
}

function Drawer({ store, seen, state, sessions, title, onClose, onChosen }: DrawerProps) {
  const [filter, setFilter] = useState("");
  useSeenRevision(seen);
  const items = sessionItems({ sessions: sessions.list, shown: { sessionId: state.sessionId, title }, seen, filter });
  return (
    <SessionsDrawer
      sessions={sessions}
      items={items}
      filter={filter}
      onFilter={setFilter}
      onChoose={(sessionId) => {
        store.choose(sessionId);
        onClose();
        // As long as the list is there, nothing behind it takes the focus.
        setTimeout(onChosen);
      }}
      onRename={sessions.rename}
      onSignOut={() => {
        onClose();
        void store.signOut();
      }}
      onClose={onClose}
    />
  );
}

interface ContentProps extends PanelProps {
  readonly snapshot: ClientSnapshot;
  readonly sessions: Sessions;
  readonly onNewChat: () => void;
  readonly onSuggestion: (text: string) => void;
}

function Content({ store, page, state, client, snapshot, sessions, onNewChat, onSuggestion }: ContentProps) {
  if (!state.isSignedIn) {
    return (
      <FirstRun
        apiBase={state.config.apiBase}
        isConfigured={state.isConfigured}
        isIncognito={page.isIncognito}
        onSignIn={store.signIn}
        onToken={store.useToken}
        onSettings={page.openSettings}
      />
    );
  }
  return (
    <Conversation
      key={state.sessionId}
      client={client}
      snapshot={snapshot}
      state={state}
      offers={offersOf(state, sessions)}
      origin={page.origin}
      onNewChat={onNewChat}
      onSignOut={() => void store.signOut()}
      onSuggestion={onSuggestion}
      onChoose={store.choose}
    />
  );
}

function useUnread(sessions: Sessions, seen: Seen, shownId: string | null): boolean {
  useSeenRevision(seen);
  return sessions.list.some((session) => session.sessionId !== shownId && seen.isUnread(session));
}

/** What the list does not hold cannot be opened, so it is not offered. */
function offersOf(state: PanelState, sessions: Sessions): readonly { readonly sessionId: string; readonly title: string }[] {
  return (state.tab?.offers ?? []).flatMap((sessionId) => {
    const session = sessions.list.find((known) => known.sessionId === sessionId);
    return session === undefined ? [] : [{ sessionId, title: sessionTitle(session, null) }];
  });
}

function typingOf(snapshot: ClientSnapshot): TypingContext | null {
  return snapshot.isServerTyping ? (snapshot.serverTypingContext ?? "processing") : null;
}

function titleOf(state: PanelState, sessions: Sessions, snapshot: ClientSnapshot, watching: SidewireClient | null): string {
  if (!state.isSignedIn) return texts.product;
  if (state.sessionId === null) return texts.newChat;
  if (unavailability(snapshot) !== null) return texts.notAvailable;
  const session = sessions.list.find(({ sessionId }) => sessionId === state.sessionId) ?? null;
  return sessionTitle(session, watching?.rows(0, 1)[0]?.content ?? null);
}

function act(action: NoticeAction, { store, client, page }: PanelProps): void {
  switch (action.type) {
    case "refresh":
      client?.refresh();
      return;
    case "newChat":
      store.newChat();
      return;
    case "signIn":
      void store.signOut();
      return;
    case "settings":
      page.openSettings();
      return;
    case "update":
      page.reloadExtension();
      return;
    case "dismissStorage":
      store.dismissStorageFailure();
      return;
    default:
      action satisfies never;
  }
}
