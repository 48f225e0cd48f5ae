import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Window } from "happy-dom";
import { act, type ReactNode, StrictMode } from "react";
import type { Root } from "react-dom/client";
import type { ChatMessage, SidewireClient } from "sidewire";
import {
  IDLE_SNAPSHOT,
  type SessionsView,
  SidewireProvider,
  useClient,
  useConnection,
  useMessages,
  type Send,
  useSend,
  useSession,
  useSessions,
  type Turn,
  useSnapshot,
  useTurns,
  useTyping,
} from "sidewire/react";
import { createHub, type Hub } from "sidewire/testing";

// React looks for a document when it is imported.
const window = new Window();
const page = { window, document: window.document, navigator: window.navigator, IS_REACT_ACT_ENVIRONMENT: true };
for (const [name, value] of Object.entries(page)) Object.defineProperty(globalThis, name, { value, configurable: true });
const { createRoot } = await import("react-dom/client");
const { renderToString } = await import("react-dom/server");

let hub: Hub;
let client: SidewireClient;
let sessionId: string;

beforeEach(() => {
  hub = createHub();
  client = hub.createClient();
  ({ sessionId } = hub.createSession({ title: "First" }));
});

test("messages are rendered as they arrive, and an unchanged one is not rendered again", async () => {
  const renders = new Map<string, number>();
  const App = (): ReactNode => {
    useSession(sessionId);
    return useMessages().map((message) => {
      renders.set(message.id, (renders.get(message.id) ?? 0) + 1);
      return <p key={message.id}>{message.content}</p>;
    });
  };
  const page = await mount(<App />);

  await advance(200);
  await act(async () => {
    hub.addMessage(sessionId, { content: "one" });
    await hub.advance(20);
  });
  const seen: (readonly ChatMessage[])[] = [client.messages()];
  await act(async () => {
    hub.addMessage(sessionId, { content: "two" });
    await hub.advance(20);
  });
  seen.push(client.messages());

  assert.equal(page.text(), "onetwo");
  assert.equal(seen[0]?.[0], seen[1]?.[0], "an unchanged message stays the same object");
  await page.unmount();
});

test("a window of messages stays the same array until a message in it changes", async () => {
  const seen: (readonly ChatMessage[])[] = [];
  const App = (): ReactNode => {
    useSession(sessionId);
    seen.push(useMessages({ start: 0, end: 1 }));
    return null;
  };
  for (const content of ["one", "two"]) hub.addMessage(sessionId, { content });
  const page = await mount(<App />);
  await advance(200);
  const before = seen.length;

  await act(async () => {
    hub.addMessage(sessionId, { content: "three" });
    await hub.advance(20);
  });
  const afterOther = seen.length;
  await act(async () => {
    hub.updateMessage(sessionId, "message-1", { content: "changed" });
    await hub.advance(20);
  });

  assert.equal(afterOther, before, "a change outside of the window renders nothing");
  assert.deepEqual(seen.at(-1)?.map(({ content }) => content), ["changed"]);
  await page.unmount();
});

test("the connection renders when one of its fields changes, not for messages or typing", async () => {
  const seen: string[] = [];
  const App = (): ReactNode => {
    useSession(sessionId);
    const { state, freshness } = useConnection();
    seen.push(`${state} ${freshness}`);
    return null;
  };
  const page = await mount(<App />);
  await advance(200);
  const before = seen.length;

  hub.setTyping(sessionId, true, "thinking");
  hub.addMessage(sessionId, { content: "one" });
  await advance(20);
  const afterMessage = seen.length;
  hub.closeSockets();
  await advance(20);

  assert.equal(afterMessage, before, seen.join(", "));
  assert.equal(seen[0], "disconnected stale");
  assert.equal(seen.at(-1), "reconnecting stale");
  await page.unmount();
});

test("typing tells who is at what", async () => {
  const App = (): ReactNode => {
    useSession(sessionId);
    const { isTyping, context } = useTyping();
    return isTyping ? context : "quiet";
  };
  const page = await mount(<App />);
  await advance(200);
  const before = page.text();

  hub.setTyping(sessionId, true, "executing");
  await advance(20);

  assert.deepEqual([before, page.text()], ["quiet", "executing"]);
  await page.unmount();
});

test("in StrictMode a session is watched by one socket and one first page", async () => {
  const App = (): ReactNode => {
    useSession(sessionId);
    return useSnapshot().state;
  };
  const page = await mount(<StrictMode><App /></StrictMode>);
  await advance(200);

  const firstPages = hub.requests.filter(({ path }) => /messages\?limit=\d+$/.test(path));
  assert.equal(page.text(), "connected");
  assert.equal(hub.socketsOpened, 1);
  assert.equal(firstPages.length, 1);
  await page.unmount();
  assert.equal(client.getSnapshot().sessionId, null, "unmounting leaves the session");
});

test("another session in the same component is a switch, not a new connection", async () => {
  const other = hub.createSession().sessionId;
  hub.addMessage(other, { content: "there" });
  const App = ({ session }: { session: string }): ReactNode => {
    useSession(session);
    return useMessages().map(({ content }) => content);
  };
  const page = await mount(<App session={sessionId} />);
  await advance(200);

  await page.render(<App session={other} />);
  await advance(200);

  assert.equal(page.text(), "there");
  assert.equal(hub.socketsOpened, 1);
  await page.unmount();
});

test("sending shows the message at once, and the functions keep their identity", async () => {
  const sends: Send[] = [];
  const App = (): ReactNode => {
    useSession(sessionId);
    sends.push(useSend());
    return useMessages().map(({ content, delivery }) => `${content}:${delivery ?? "stored"} `);
  };
  const page = await mount(<App />);
  await advance(200);

  await act(async () => {
    sends[0]?.send("mine");
    await Promise.resolve();
  });
  const atOnce = page.text();
  await advance(100);

  assert.equal(atOnce, "mine:pending ");
  assert.equal(page.text(), "mine:stored ");
  assert.equal(new Set(sends).size, 1);
  await page.unmount();
});

test("a message that failed can be tried again or taken back", async () => {
  const sends: Send[] = [];
  const App = (): ReactNode => {
    useSession(sessionId);
    sends.push(useSend());
    return useMessages().map(({ content, delivery }) => `${content}:${delivery ?? "stored"} `);
  };
  const page = await mount(<App />);
  await advance(200);
  hub.fault({ on: "interact", do: "answer", status: 403, times: 2 });
  const ids = await act(async () => {
    const sent = [sends[0]?.send("again") ?? "", sends[0]?.send("never") ?? ""];
    await hub.advance(200);
    return sent;
  });
  const failed = page.text();

  await act(async () => {
    sends[0]?.retry(ids[0] ?? "");
    assert.equal(sends[0]?.cancel(ids[1] ?? ""), true);
    await hub.advance(200);
  });

  assert.equal(failed, "again:failed never:failed ");
  assert.equal(page.text(), "again:stored ");
  await page.unmount();
});

test("turns group what the user wrote with its answers, and one that did not change stays the same object", async () => {
  const seen: (readonly Turn[])[] = [];
  const App = (): ReactNode => {
    useSession(sessionId);
    seen.push(useTurns());
    return null;
  };
  const add = (role: "user" | "assistant", content: string): Promise<void> =>
    act(async () => {
      hub.addMessage(sessionId, { role, content });
      await hub.advance(20);
    });
  hub.addMessage(sessionId, { content: "welcome" });
  const page = await mount(<App />);
  await advance(200);

  await add("user", "one");
  await add("assistant", "answer one");
  await add("assistant", "more");
  const before = seen.at(-1);
  await add("user", "two");
  const after = seen.at(-1);

  assert.deepEqual(after?.map(({ user, answers }) => [user?.content ?? null, answers.map(({ content }) => content)]), [
    [null, ["welcome"]],
    ["one", ["answer one", "more"]],
    ["two", []],
  ]);
  assert.deepEqual([0, 1].map((index) => after[index] === before?.[index]), [true, true]);
  await page.unmount();
});

test("sessions are loaded once for several components, and a new one is shown", async () => {
  const views: SessionsView[] = [];
  const List = (): ReactNode => {
    const view = useSessions();
    views.push(view);
    return view.isLoading ? "…" : view.sessions.map(({ title }) => `${title ?? ""} `);
  };
  const page = await mount(<><List /><List /></>);
  await advance(100);
  const listed = page.text();
  const asked = hub.requests.length;

  await act(async () => {
    const created = views.at(-1)?.create({ title: "Second" });
    await hub.advance(100);
    await created;
  });
  await advance(100);

  assert.equal(listed, "First First ");
  assert.equal(asked, 1);
  assert.ok(page.text().includes("Second First"), page.text());
  await page.unmount();
});

test("the list of sessions follows what the server says of a session, without a request", async () => {
  const List = (): ReactNode => {
    useSession(sessionId);
    return useSessions().sessions.map(({ title, status }) => `${title ?? ""} ${status}`);
  };
  const page = await mount(<List />);
  await advance(500);
  const asked = hub.requests.length;

  await act(async () => {
    hub.publish(sessionId, "session_update", { status: "completed", metadata: { title: "Renamed" } });
    await hub.advance(50);
  });

  assert.equal(page.text(), "Renamed completed");
  assert.equal(hub.requests.length, asked);
  await page.unmount();
});

test("a list of sessions that cannot be loaded says why", async () => {
  hub.fault({ on: "sessions", do: "answer", status: 503, code: "BUSY" });
  const List = (): ReactNode => useSessions().error?.serverCode ?? "none";
  const page = await mount(<List />);
  await advance(100);

  assert.equal(page.text(), "SERVER");
  await page.unmount();
});

test("on a server and without a client everything is at rest", () => {
  const App = (): ReactNode => `${useSnapshot().state} ${useConnection().freshness} ${useMessages().length} ${String(useTyping().isTyping)}`;

  const withClient = renderToString(<SidewireProvider client={client}><App /></SidewireProvider>);
  const without = renderToString(<SidewireProvider client={null}><App /></SidewireProvider>);

  assert.equal(withClient, "disconnected stale 0 false");
  assert.equal(without, withClient);
  assert.deepEqual(IDLE_SNAPSHOT, { ...client.getSnapshot() });
});

test("a client that comes later is taken up", async () => {
  const App = (): ReactNode => {
    useSession(sessionId);
    return `${useClient() === null ? "none" : "some"} ${useSnapshot().state}`;
  };
  const page = await mount(<App />, null);
  const before = page.text();

  await page.render(<App />, client);
  await advance(200);

  assert.deepEqual([before, page.text()], ["none disconnected", "some connected"]);
  await page.unmount();
});

test("a hook without a provider says what to do", () => {
  const App = (): ReactNode => useSnapshot().state;

  assert.throws(() => renderToString(<App />), { code: "no_provider" });
});

test("a client that is closed while it is shown keeps its messages on screen", async () => {
  const App = (): ReactNode => {
    useSession(sessionId);
    const inView = useMessages({ start: 0, end: 5 });
    return `${useSnapshot().state}: ${inView.map(({ content }) => content).join()}`;
  };
  hub.addMessage(sessionId, { content: "last words" });
  const page = await mount(<App />);
  await advance(200);

  await act(async () => {
    client.close();
    await Promise.resolve();
  });

  assert.equal(page.text(), "disconnected: last words");
  await page.unmount();
});

interface Page {
  text(): string;
  render(node: ReactNode, of?: SidewireClient | null): Promise<void>;
  unmount(): Promise<void>;
}

async function mount(node: ReactNode, of: SidewireClient | null = client): Promise<Page> {
  const element = document.createElement("div");
  const root: Root = createRoot(element);
  const render = (shown: ReactNode, given: SidewireClient | null = client): Promise<void> =>
    act(async () => {
      root.render(<SidewireProvider client={given}>{shown}</SidewireProvider>);
      await Promise.resolve();
    });
  await render(node, of);
  return {
    text: () => element.textContent,
    render,
    unmount: () =>
      act(async () => {
        root.unmount();
        await Promise.resolve();
      }),
  };
}

const advance = (ms: number): Promise<void> => act(() => hub.advance(ms));
