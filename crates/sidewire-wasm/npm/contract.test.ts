/**
 * The contract from the other side: what the module really gives is written down as TypeScript and checked by the
 * compiler against the types that users see, field by field. The names of the unions are checked in Rust.
 */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import ts from "typescript";
import type { ClientEvent, SidewireClient } from "sidewire";
import { createHub, type Hub } from "sidewire/testing";

const FOLDER = join(process.cwd(), ".sidewire", "contract");
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
};

test("every event and every object of the module has exactly the declared fields and values", async () => {
  const told = await everything();

  assert.deepEqual(check(told), []);
});

test("every declared event was seen", async () => {
  const seen = new Set((await everything()).filter(({ type }) => type === "ClientEvent").map(({ value }) => (value as ClientEvent).type));

  assert.deepEqual(declaredEvents().filter((name) => !seen.has(name as ClientEvent["type"])), [], "make it happen in `everything`");
});

test("a field too many, a field too few and a value that is not declared are noticed", () => {
  const fresh = { type: "freshnessChange", freshness: "fresh", cause: "command" };
  const wrong = [{ ...fresh, more: 1 }, { type: "freshnessChange", freshness: "fresh" }, { ...fresh, freshness: "rotten" }];

  assert.equal(check([{ type: "ClientEvent", value: fresh }]).length, 0);
  for (const value of wrong) assert.equal(check([{ type: "ClientEvent", value }]).length, 1, JSON.stringify(value));
});

interface Told {
  /** Its declared type. */
  readonly type: string;
  readonly value: unknown;
}

/** A story in which all that a client can say is said. */
async function everything(): Promise<readonly Told[]> {
  const told: Told[] = [];
  const hub = createHub();
  const { sessionId } = hub.createSession({ title: "First" });
  const client = hub.createClient({ record: true });
  const note = (): void => {
    told.push({ type: "ClientSnapshot", value: client.getSnapshot() });
    for (const value of client.messages()) told.push({ type: "ChatMessage", value });
    for (const value of client.gaps()) told.push({ type: "Gap", value });
    told.push({ type: "Diagnostics", value: client.diagnostics() });
  };
  client.onAny((value) => {
    told.push({ type: "ClientEvent", value });
    note();
  });
  await converse(hub, client, sessionId);
  await trouble(hub, client, sessionId);
  const [, page] = await Promise.all([hub.advance(500), client.loadOlder()]);
  const [, sessions] = await Promise.all([hub.advance(500), client.listSessions()]);
  told.push({ type: "OlderPage", value: page }, ...sessions.map((value) => ({ type: "Session", value })));
  hub.close();
  return told;
}

async function converse(hub: Hub, client: SidewireClient, sessionId: string): Promise<void> {
  hub.addMessage(sessionId, { content: "old" });
  client.startSync(sessionId);
  await hub.advance(500);
  hub.onInteract(() => hub.publish(sessionId, "interact_response", { data: { taskId: "t", action: "a", thought: "th", status: "done" } }));
  client.sendMessage({ content: "mine" });
  await hub.advance(500);
  hub.setTyping(sessionId, true, "thinking");
  await hub.advance(500);
}

async function trouble(hub: Hub, client: SidewireClient, sessionId: string): Promise<void> {
  hub.publish(sessionId, "new_message", { message: 7 });
  hub.publish(sessionId, "error", { code: "E", message: "of the application" });
  hub.publish(sessionId, "session_update", { status: "completed", updatedAt: hub.now() });
  // A number that the log will never give: a hole for good.
  hub.publish(sessionId, "new_message", { message: { messageId: "far", sequenceNumber: 99, content: "far" } });
  await hub.advance(60_000);
  hub.closeSockets();
  await hub.advance(10_000);
  hub.fault({ on: "interact", do: "answer", status: 403 });
  client.sendMessage({ content: "refused" });
  hub.fault({ on: "rest", do: "answer", status: 500 });
  hub.fault({ on: "socket", do: "close", code: 4001, reason: "no" });
  hub.closeSockets(4200, "restart");
  client.refresh();
  await hub.advance(120_000);
  hub.heal();
  client.tokenChanged();
  await hub.advance(120_000);
}

/** The compiler's complaints about values as literals of their types. */
function check(told: readonly Told[]): readonly string[] {
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `told-${process.pid}.ts`);
  const lines = [...new Set(told.map(({ type, value }) => `void (${JSON.stringify(value)} satisfies ${type});`))];
  const names = [...new Set(told.map(({ type }) => type))].join(", ");
  writeFileSync(file, `import type { ${names} } from "sidewire";\n${lines.join("\n")}\n`);
  const program = ts.createProgram([file], OPTIONS);
  const complaints = ts.getPreEmitDiagnostics(program).map(({ messageText, start }) => {
    const at = program.getSourceFile(file)?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0;
    return `${ts.flattenDiagnosticMessageText(messageText, " ")} in ${lines[at - 1] ?? "the import"}`;
  });
  rmSync(file);
  return complaints;
}

/** The `type` of every member of `ClientEvent`. */
function declaredEvents(): readonly string[] {
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `names-${process.pid}.ts`);
  writeFileSync(file, "import type { ClientEvent } from \"sidewire\";\nexport type Names = ClientEvent[\"type\"];\n");
  const program = ts.createProgram([file], OPTIONS);
  const names: string[] = [];
  program.getSourceFile(file)?.forEachChild((node) => {
    if (!ts.isTypeAliasDeclaration(node)) return;
    const type = program.getTypeChecker().getTypeAtLocation(node);
    for (const member of type.isUnion() ? type.types : [type]) if (member.isStringLiteral()) names.push(member.value);
  });
  rmSync(file);
  assert.ok(names.length > 5, "the union was read");
  return names;
}
