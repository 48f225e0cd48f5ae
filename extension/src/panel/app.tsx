/** The panel: header, conversation, composer, and the debug view when asked for. */

import { useRef, useState, useSyncExternalStore } from "react";
import type { ClientSnapshot, SidewireClient, TypingContext } from "sidewire";
import { texts } from "../texts";
import { Composer } from "./composer";
import { Conversation } from "./conversation";
import { DebugView } from "./debug_view";
import { Header } from "./header";
import { NoticeBar } from "./notice_bar";
import { sessionTitle } from "./session_title";
import { SignInCard } from "./sign_in_card";
import { statusNotice, type NoticeAction } from "./status_notice";
import type { PanelState, PanelStore } from "./store";
import { TypingIndicator } from "./typing_indicator";
import { useClientSnapshot, useIsOnline } from "./use_client";
import { useSessions, type Sessions } from "./use_sessions";

/** What the panel needs. */
export interface AppProps {
  readonly store: PanelStore;
  readonly version: string;
  readonly openSettings: () => void;
}

/** The whole panel. */
export function App({ store, version, openSettings }: AppProps) {
  const state = useSyncExternalStore(store.subscribe, store.getState);
  const client = state.client.type === "ready" ? state.client.client : null;
  const snapshot = useClientSnapshot(client);
  const isOnline = useIsOnline();
  const sessions = useSessions({ client, isSignedIn: state.isSignedIn, account: state.account }, state.sessionId);
  const [isDebugOpen, setIsDebugOpen] = useState(false);
  const composer = useRef<HTMLTextAreaElement>(null);

  const isWatched = state.isSignedIn && state.sessionId !== null && snapshot.sessionId === state.sessionId;
  const tabId = state.tab?.tabId ?? null;

  return (
    <main className="app" data-connection-state={snapshot.state}>
      <Header
        title={titleOf(state, sessions, isWatched ? client : null)}
        sessions={sessions}
        sessionId={state.sessionId}
        isSignedIn={state.isSignedIn}
        isDebugOpen={isDebugOpen}
        composer={composer}
        onChoose={store.choose}
        onNewChat={store.newChat}
        onToggleDebug={() => setIsDebugOpen(!isDebugOpen)}
        onSettings={openSettings}
        onSignOut={() => void store.signOut()}
      />
      {isDebugOpen && client !== null && (
        <DebugView client={client} snapshot={snapshot} isOnline={isOnline} version={version} />
      )}
      <Content store={store} state={state} client={client} snapshot={snapshot} />
      <TypingIndicator context={isWatched ? typingOf(snapshot) : null} />
      <div className="bottom">
        <NoticeBar
          notice={statusNotice({ ...state, snapshot, tabId, isOnline })}
          onAction={(action) => act(action, store, client, openSettings)}
        />
        <Composer field={composer} tabId={tabId} isSignedIn={state.isSignedIn} sending={state.sending} onSend={store.send} />
      </div>
    </main>
  );
}

interface ContentProps {
  readonly store: PanelStore;
  readonly state: PanelState;
  readonly client: SidewireClient | null;
  readonly snapshot: ClientSnapshot;
}

function Content({ store, state, client, snapshot }: ContentProps) {
  if (!state.isSignedIn) return <SignInCard apiBase={state.config.apiBase} onSignIn={store.signIn} />;
  return <Conversation key={state.sessionId} client={client} snapshot={snapshot} sessionId={state.sessionId} />;
}

function typingOf(snapshot: ClientSnapshot): TypingContext | null {
  return snapshot.isServerTyping ? (snapshot.serverTypingContext ?? "processing") : null;
}

function titleOf(state: PanelState, sessions: Sessions, watching: SidewireClient | null): string {
  if (!state.isSignedIn) return texts.product;
  if (state.sessionId === null) return texts.newChat;
  const session = sessions.list.find(({ sessionId }) => sessionId === state.sessionId) ?? null;
  return sessionTitle(session, watching?.rows(0, 1)[0]?.content ?? null);
}

function act(action: NoticeAction, store: PanelStore, client: SidewireClient | null, openSettings: () => void): void {
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
      openSettings();
      return;
    default:
      action satisfies never;
  }
}
