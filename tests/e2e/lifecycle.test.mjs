import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { inRoot } from "../../tools/scripts/lib/paths.mjs";
import { assertClean, BackendProcess, bindActiveTab, converse, countText, NETWORK_ERRORS, settled, startRig, test, until } from "../lib/harness.mjs";

const alert = (panel) => panel.page.getByRole("alert");

/** The extension as it is, in a folder of its own, so that something can be broken. */
function copyOfExtension(t, change) {
  const folder = mkdtempSync(join(tmpdir(), "sidewire-extension-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ["manifest.json", "dist", "_locales"]) cpSync(inRoot(name), join(folder, name), { recursive: true });
  change(folder);
  return folder;
}

const storedIn = (rig, area) => rig.browser.inWorker((name) => chrome.storage[name].get(null), area);

async function panelOnMessage(rig, text) {
  const panel = await rig.openOnSession();
  await rig.backend.write(rig.token, rig.session.sessionId, [{ role: "assistant", content: text }], { publish: true });
  await panel.waitForState("connected");
  await until("the message is there", async () => (await countText(panel, text)) === 1, 10_000);
  return panel;
}

// Fault 147.
test("a module that traps is started anew with what was typed, three times in five minutes, then it is told", { timeout: 120_000 }, async (t) => {
  const rig = await startRig(t);
  const panel = await panelOnMessage(rig, "still here");
  const { page } = panel;
  const trap = () => page.evaluate(() => setTimeout(() => Promise.reject(new WebAssembly.RuntimeError("unreachable"))));
  const mark = () => page.evaluate(() => (globalThis.sidewireMark = true));
  const isAnew = () => page.evaluate(() => globalThis.sidewireMark === undefined).catch(() => false);

  for (let time = 0; time < 3; time += 1) {
    await panel.composer.fill(`half a sentence ${time}`);
    await mark();
    await trap();
    await until("the page has begun anew", isAnew, 10_000);
    await until("the message is back", async () => (await countText(panel, "still here")) === 1, 15_000);
    assert.equal(await panel.composer.inputValue(), `half a sentence ${time}`, "what was typed is gone");
  }
  await mark();
  await trap();
  await alert(panel).waitFor();
  assert.match(await alert(panel).innerText(), /stopped working several times within five minutes/);
  assert.equal(await isAnew(), false, "it was started a fourth time");

  await page.getByRole("button", { name: "Try again" }).click();
  await until("the message is back", async () => (await countText(panel, "still here")) === 1, 15_000);
  assertClean(panel, [/RuntimeError/]);
});

// Fault 146.
test("without WebAssembly the panel says in plain words that it could not start, and tries again when asked", { timeout: 60_000 }, async (t) => {
  const extension = copyOfExtension(t, (folder) => rmSync(join(folder, "dist", "sidewire_wasm_bg.wasm")));
  const rig = await startRig(t, { extension });
  const panel = await rig.browser.openPanel();

  await alert(panel).waitFor({ timeout: 20_000 });
  const text = await alert(panel).innerText();
  assert.match(text, /Sidewire could not start/);
  assert.match(text, /A part of Sidewire could not be loaded/);
  assert.equal(await panel.page.getByRole("button", { name: "Try again" }).count(), 1);
  assertClean(panel, [...NETWORK_ERRORS, /could not be loaded/]);
});

// Fault 146; O10
test("where the policy forbids WebAssembly the panel says so", { timeout: 60_000 }, async (t) => {
  const extension = copyOfExtension(t, (folder) => {
    const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
    manifest.content_security_policy.extension_pages = manifest.content_security_policy.extension_pages.replace(" 'wasm-unsafe-eval'", "");
    writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
  });
  const rig = await startRig(t, { extension });
  const panel = await rig.browser.openPanel();

  await alert(panel).waitFor({ timeout: 20_000 });
  const text = await alert(panel).innerText();
  assert.match(text, /WebAssembly is blocked for this extension/);
  assert.match(text, /wasm-unsafe-eval/, "the line of the manifest is named");
  assertClean(panel, [/WebAssembly|wasm|Content Security Policy/i]);
});

// Fault 141.
test("whatever is stored, the panel opens and works", { timeout: 120_000 }, async (t) => {
  const rig = await startRig(t);
  const garbage = ["{", 7, { v: 99 }, [], "x".repeat(100_000)];
  for (const value of garbage) {
    await rig.browser.inWorker(async (broken) => {
      await chrome.storage.session.set({ "sidewire:tabs": broken, "sidewire:connection": broken });
      await chrome.storage.local.set({ "sidewire:tabs": broken, "sidewire:seen": broken, "sidewire:snapshot:s1": broken, "sidewire:outbox:s1": broken });
    }, value);
    const panel = await panelOnMessage(rig, `works with ${JSON.stringify(value).slice(0, 9)}`);
    assertClean(panel);
    await panel.close();
  }
  await rig.browser.inWorker(() => chrome.storage.local.set({ "sidewire:config": { v: 99 } }));
  const panel = await rig.openPanel();
  await until("the defaults are in force", async () => (await panel.page.getByRole("heading", { level: 1 }).count()) === 1, 10_000);
  assertClean(panel, NETWORK_ERRORS);
});

// H5, H8
test("the record of the connection is stored and a reopened panel goes on from it", { timeout: 60_000 }, async (t) => {
  const rig = await startRig(t);
  const panel = await panelOnMessage(rig, "before");
  await until("the record is stored", async () => JSON.parse((await storedIn(rig, "session"))["sidewire:connection"] ?? "{}").wasConnected === true, 10_000);
  const record = JSON.parse((await storedIn(rig, "session"))["sidewire:connection"]);
  assert.deepEqual([record.v, record.sessionId], [1, rig.session.sessionId]);
  assert.ok(Math.abs(Date.now() - record.lastConnectedAt) < 60_000, JSON.stringify(record));
  await panel.close();

  const again = await rig.openPanel();
  await again.waitForState("connected");
  await until("the message is there", async () => (await countText(again, "before")) === 1, 10_000);
  assertClean(again);
});

// E10, E13, M6, M23; fault 130.
test("without a server a reopened panel shows what it showed last, and what was not sent leaves once when the server is back", { timeout: 120_000 }, async (t) => {
  const rig = await startRig(t);
  const first = await panelOnMessage(rig, "seen before");
  // A panel that closes stores nothing any more, so what is seen is stored before: two seconds after it has changed.
  await until("what is seen is stored", async () => JSON.stringify(await storedIn(rig, "local")).includes("seen before"), 10_000);
  await first.close();
  const { apiPort, pushPort, dataDir } = rig.backend;
  rig.backend.temporary = false;
  await rig.backend.stop();

  const second = await rig.openPanel();
  await until("what was shown last is there", async () => (await countText(second, "seen before")) === 1, 3_000);
  await second.composer.fill("typed without a server");
  await second.page.keyboard.press("Enter");
  await until("the message is on screen", async () => (await countText(second, "typed without a server", "user")) === 1, 5_000);
  await second.page.waitForTimeout(300);
  assertClean(second, NETWORK_ERRORS);
  await second.close();

  rig.backend = await BackendProcess.start({ apiPort, pushPort, dataDir, push: "sockudo", sockudo: process.env.SIDEWIRE_SOCKUDO });
  rig.backend.temporary = true;
  const third = await rig.openPanel();
  await until("the message was delivered and answered", async () => (await third.bubbles("assistant").count()) >= 2, 60_000);
  await settled(third);
  assert.equal(await countText(third, "typed without a server", "user"), 1);
  const log = await rig.backend.call("GET", `/api/session/${rig.session.sessionId}/messages`, { token: rig.token });
  assert.equal(log.messages.filter(({ content }) => content === "typed without a server").length, 1, "it was stored twice");
  assertClean(third, NETWORK_ERRORS);
});

// Faults 140, 142.
test("a storage that is full is told once, and everything works all the same", { timeout: 90_000 }, async (t) => {
  const rig = await startRig(t);
  const panel = await panelOnMessage(rig, "before it was full");
  const { page } = panel;
  await rig.browser.inWorker(async () => {
    const used = await chrome.storage.local.getBytesInUse(null);
    await chrome.storage.local.set({ junk: "x".repeat(chrome.storage.local.QUOTA_BYTES - used - 600) });
  });

  await rig.backend.write(rig.token, rig.session.sessionId, [{ role: "assistant", content: `news ${"and more ".repeat(300)}` }], { publish: true });
  const notice = page.getByText("The extension's storage is full.");
  await notice.waitFor({ timeout: 20_000 });
  await page.getByRole("button", { name: "Dismiss" }).click();
  await until("it was read", async () => (await notice.count()) === 0, 5_000);
  await converse(panel, "does it still work?");
  await page.waitForTimeout(3_000);
  assert.equal(await notice.count(), 0, "it was told twice");
  assertClean(panel);
});

// Fault 134.
test("an extension that is gone from under its panel is told with a way out, and all work stops", { timeout: 60_000 }, async (t) => {
  const rig = await startRig(t);
  const panel = await panelOnMessage(rig, "before the update");
  const { page } = panel;
  const sockets = [];
  page.on("websocket", (socket) => sockets.push(socket.url()));
  // Chrome closes the pages of an extension that it updates; a page that outlives it finds this.
  await page.evaluate(() => Object.defineProperty(chrome, "runtime", { value: { sendMessage: () => Promise.reject(new Error("Extension context invalidated.")) } }));

  await panel.composer.fill("into the void");
  await page.keyboard.press("Enter");
  await alert(panel).waitFor();
  assert.match(await alert(panel).innerText(), /Sidewire was updated/);
  assert.equal(await panel.composer.count(), 0);
  await page.waitForTimeout(3_000);
  assert.deepEqual(sockets, [], "it went on connecting");
  assertClean(panel);

  await page.getByRole("button", { name: "Reload panel" }).click();
  await until("the panel works again", async () => (await countText(panel, "before the update")) === 1, 15_000);
});

// Fault 145; H11
test("an incognito window has a sign-in and tabs of its own, and nothing of it is stored on the device", { timeout: 90_000 }, async (t) => {
  const rig = await startRig(t);
  const regular = await panelOnMessage(rig, "regular only");
  const settings = await rig.browser.main.contexts()[0].newPage();
  await settings.goto("chrome://extensions");
  await settings.evaluate((id) => new Promise((done) => chrome.developerPrivate.updateExtensionConfiguration({ extensionId: id, incognitoAccess: true }, done)), rig.browser.extensionId);
  await regular.connection.close().catch(() => {});
  // The extension is started anew by this.
  await until("the worker is back", () => rig.browser.findWorker()?.evaluate(() => chrome.extension.isAllowedIncognitoAccess()).catch(() => false));
  await rig.browser.inWorker(() => void chrome.windows.create({ incognito: true, url: "about:blank#private" }));
  const panel = await rig.browser.openPanel({ tabUrl: "about:blank#private", incognito: true });
  const { page } = panel;
  assert.equal(await page.evaluate(() => chrome.extension.inIncognitoContext), true);

  const user = page.getByRole("textbox", { name: "User name" });
  await user.waitFor({ timeout: 15_000 });
  await page.getByText("Incognito: this sign-in and its conversations are separate").waitFor();
  await user.fill("secret-user");
  await user.press("Enter");
  await page.getByText("What can I help with?").waitFor({ timeout: 15_000 });
  const other = await rig.backend.signIn("secret-user");
  const { sessionId } = await rig.backend.createSession(other, { title: "Private" });
  await rig.backend.write(other, sessionId, [{ role: "assistant", content: "private only" }]);
  await bindActiveTab({ page }, sessionId);
  await until("the private session is shown", async () => (await countText(panel, "private only")) === 1, 15_000);

  const local = JSON.stringify(await page.evaluate(() => chrome.storage.local.get(null)));
  const session = await page.evaluate(() => chrome.storage.session.get(null));
  assert.ok(!local.includes(sessionId) && !local.includes(other), "something private is on the device");
  assert.ok(!String(session["sidewire:tabs"]).includes(sessionId), "the private session is in the regular map");
  assert.ok(String(session["sidewire:tabs:incognito"]).includes(sessionId));
  assert.equal("sidewire:connection" in session && session["sidewire:connection"].includes(sessionId), false);
  assertClean(panel);
});
