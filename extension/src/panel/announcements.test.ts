import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatMessage, ClientSnapshot } from "sidewire";
import { createAnnouncements, spoken } from "./announcements";

test("what is there at first is not news; a new answer is said once", () => {
  const world = createWorld([message("a", "Hello")]);
  assert.equal(world.next(), null);

  world.add(message("b", "How are you?"));

  assert.equal(world.next(), "Agent: How are you?");
  assert.equal(world.next(), null);
});

test("an answer that streams is said when it is complete, not with every piece", () => {
  const world = createWorld([]);
  world.next();

  world.add(message("a", "One", "streaming"));
  assert.equal(world.next(), null);
  world.change(message("a", "One two", "streaming"));
  assert.equal(world.next(), null);
  world.change(message("a", "One two three", "success"));

  assert.equal(world.next(), "Agent: One two three");
});

test("an answer that was being written when the panel opened is said as well", () => {
  const world = createWorld([message("a", "One", "streaming")]);
  assert.equal(world.next(), null);

  world.change(message("a", "One two", "success"));

  assert.equal(world.next(), "Agent: One two");
});

test("own messages are not said, and another session begins anew", () => {
  const world = createWorld([]);
  world.next();
  world.add({ ...message("u", "mine"), role: "user" });
  assert.equal(world.next(), null);

  world.show("s2", [message("z", "old news")]);
  assert.equal(world.next(), null);
});

test("while messages are loaded nothing is said", () => {
  const world = createWorld([]);
  world.isLoading = true;
  assert.equal(world.next(), null);
  world.add(message("a", "first page"));
  world.isLoading = false;

  assert.equal(world.next(), null);
});

test("marks, code and addresses are not spoken, long answers are begun only", () => {
  assert.equal(spoken(message("a", "# Title\n**bold** [link](https://x.example) `c`\n```js\nlet x;\n```\n- one")), "Agent: Title bold link c - one");
  assert.equal(spoken(message("a", "x".repeat(5_000))).length, "Agent: ".length + 601);
  assert.equal(spoken(message("a", "partly", "failure")), "Agent: The agent could not finish this answer.");
});

interface World {
  isLoading: boolean;
  next(): string | null;
  add(message: ChatMessage): void;
  change(message: ChatMessage): void;
  show(sessionId: string, messages: readonly ChatMessage[]): void;
}

function createWorld(first: readonly ChatMessage[]): World {
  let sessionId = "s1";
  let messages = [...first];
  const announcements = createAnnouncements({
    getSnapshot: () => ({ sessionId, length: messages.length, isLoading: world.isLoading }) as ClientSnapshot,
    rows: (start, end) => messages.slice(start, end),
  });
  const world: World = {
    isLoading: false,
    next: () => announcements.next(),
    add: (added) => void messages.push(added),
    change: (changed) => void (messages = messages.map((known) => (known.id === changed.id ? changed : known))),
    show: (id, shown) => {
      sessionId = id;
      messages = [...shown];
    },
  };
  return world;
}

function message(id: string, content: string, status = "sent"): ChatMessage {
  return {
    id,
    content,
    status,
    sessionId: "s1",
    role: "assistant",
    timestamp: 0,
    sequenceNumber: null,
    clientMessageId: null,
    delivery: null,
    sendFailure: null,
    placeholder: false,
    raw: {},
  };
}
