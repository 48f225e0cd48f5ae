import assert from "node:assert/strict";
import { createServer } from "node:http";

import { assertClean, bindActiveTab, countText, NETWORK_ERRORS, startRig, test, until } from "../lib/harness.mjs";

async function openOptions(rig) {
  const page = await rig.browser.main.contexts()[0].newPage();
  await page.goto(`chrome-extension://${rig.browser.extensionId}/dist/options.html`);
  await page.getByRole("heading", { name: "Sidewire settings" }).waitFor();
  return { page, field: (name) => page.getByRole("textbox", { name, exact: true }), step: (name) => page.locator(`[data-step="${name}"]`) };
}

const storedIn = (rig, area) => rig.browser.inWorker((name) => chrome.storage[name].get(null), area);

async function testConnection({ page, step }) {
  await page.getByRole("button", { name: "Test connection" }).click();
  await until("the test is over", async () => (await page.locator('.test-steps[aria-busy="false"]').count()) === 1 && (await step("auth").count()) === 1, 15_000);
  const told = {};
  for (const name of ["hosts", "api", "push", "auth"]) told[name] = [await step(name).getAttribute("data-state"), await step(name).innerText()];
  return told;
}

// J7
test("what was typed is checked field by field, and saved only when all of it is right", { timeout: 60_000 }, async (t) => {
  const rig = await startRig(t);
  const options = await openOptions(rig);
  const { page, field } = options;
  const before = (await storedIn(rig, "local"))["sidewire:config"];

  await field("API address").fill("http://api.example.com");
  await field("Push server host").fill("ws://push.example.com");
  await field("Port").fill("99999");
  await field("App key").fill("a b");
  await field("seconds, while messages arrive").fill("0");
  await field("seconds, when it is quiet").fill("x");
  await page.getByRole("button", { name: "Save" }).click();

  for (const text of ["Only this computer may be reached without encryption.", "A host name such as push.example.com, without ws:// and port.", "A number from 1 to 65535.", "Only letters, digits, - and _.", "A number of seconds from 1 to 60.", "A number of seconds from 5 to 600."]) {
    assert.equal(await page.getByText(text).count(), 1, text);
  }
  assert.equal(await page.locator('[aria-invalid="true"]').count(), 6);
  assert.deepEqual((await storedIn(rig, "local"))["sidewire:config"], before, "something was saved");
});

// J7
test("a host that Chrome does not allow is named with what to do, and nothing is saved", { timeout: 60_000 }, async (t) => {
  const rig = await startRig(t);
  const { page, field } = await openOptions(rig);
  const before = (await storedIn(rig, "local"))["sidewire:config"];
  await field("API address").fill("https://api.example.com/v1");

  // Without an act of the user Chromium refuses by itself, without its dialog. What Playwright runs counts as such an act,
  // for five seconds.
  const session = await page.context().newCDPSession(page);
  const quietly = async (expression) => (await session.send("Runtime.evaluate", { expression, returnByValue: true })).result.value;
  await until("the user's last act was over", () => quietly("!navigator.userActivation.isActive"), 15_000);
  await quietly("document.querySelector('form.server-form').requestSubmit()");
  await until("the form told how it went", () => quietly("document.querySelector('.outcome').textContent !== ''"), 10_000);

  const outcome = page.locator(".outcome");
  assert.match(await outcome.innerText(), /^Chrome did not allow access to api\.example\.com, so nothing was saved\. Save again and choose “Allow” when Chrome asks\./);
  assert.equal(await outcome.getAttribute("data-outcome"), "failed");
  assert.deepEqual((await storedIn(rig, "local"))["sidewire:config"], before, "something was saved");
});

// J7
test("the test of the connection names what does not work", { timeout: 120_000 }, async (t) => {
  const rig = await startRig(t);
  const options = await openOptions(rig);
  const { field, step } = options;

  let told = await testConnection(options);
  assert.deepEqual(Object.values(told).map(([state]) => state), ["ok", "ok", "ok", "ok"], JSON.stringify(told));
  assert.match(told.api[1], /\d+ ms/);
  assert.match(told.push[1], /\d+ ms/);
  // What holds is no line: the real Sockudo accepts the signature, and the manifest has what is needed.
  for (const name of ["settings", "wasm", "storage", "connect", "token", "subscription"]) assert.equal(await step(name).count(), 0, name);

  // The real Sockudo drops a socket with a wrong key after the handshake, without a word.
  await field("App key").fill("wrong-key");
  told = await testConnection(options);
  assert.equal(told.push[0], "failed");
  assert.match(told.push[1], /Refused|app key is wrong/);
  assert.equal(told.auth[0], "skipped");

  await field("App key").fill(rig.backend.key);
  await field("Port").fill("1");
  told = await testConnection(options);
  assert.match(told.push[1], /check host and port/);

  const wrongPort = await field("API address").inputValue();
  await field("API address").fill("http://127.0.0.1:1");
  told = await testConnection(options);
  assert.match(told.api[1], /No answer: check the address/);

  const server = createServer((request, response) => {
    response.writeHead(Number(/\/(\d{3})\//.exec(request.url)?.[1] ?? 200), { "content-type": "text/plain" });
    response.end("hello");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => server.close());
  for (const [status, words] of [[401, /401: the sign-in is missing/], [403, /403: this account/], [404, /404: there is a server, but not this API/], [200, /none of this API/]]) {
    await field("API address").fill(`http://127.0.0.1:${server.address().port}/${status}`);
    told = await testConnection(options);
    assert.match(told.api[1], words);
  }

  await field("API address").fill("https://api.example.com");
  told = await testConnection(options);
  assert.deepEqual([told.hosts[0], told.api[0]], ["failed", "failed"]);
  assert.match(told.hosts[1], /does not let the extension access this address/);
  await field("API address").fill(wrongPort);
  // The test asks whatever was typed; where the extension may not go, only the server's consent (CORS) helps.
  assert.deepEqual(rig.browser.watch.preflights.splice(0), ["OPTIONS https://api.example.com/api/session"]);
  rig.browser.watch.expected.push(...NETWORK_ERRORS);
  rig.browser.watch.allow("http://127.0.0.1:1", `http://127.0.0.1:${server.address().port}`, "https://api.example.com");
});

// J7, H10; A switch of servers, of the scope and of the appearance is followed by open panels.
test("open panels follow what is saved: servers, appearance", { timeout: 60_000 }, async (t) => {
  const rig = await startRig(t);
  const panel = await rig.openOnSession();
  await panel.waitForState("connected");
  const { page, field } = await openOptions(rig);

  await page.getByRole("radio", { name: "Dark" }).check();
  await until("the panel is dark", () => panel.page.evaluate(() => getComputedStyle(document.body).backgroundColor === "rgb(22, 24, 28)"), 5_000);
  await page.getByRole("radio", { name: "Light" }).check();
  await until("the panel is light", () => panel.page.evaluate(() => getComputedStyle(document.body).backgroundColor === "rgb(255, 255, 255)"), 5_000);

  await field("App key").fill("");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved").waitFor();
  await panel.waitForState("fallback");
  await panel.page.getByText("Live updates are off: Pusher not configured").waitFor();
  const { appearance, v } = (await storedIn(rig, "local"))["sidewire:config"];
  assert.deepEqual([appearance, v], ["light", 2]);
  assertClean(panel);
});

// B1, B14
test("the token is kept where the settings say, and signing out leaves nothing of the account", { timeout: 60_000 }, async (t) => {
  const rig = await startRig(t);
  const panel = await rig.openOnSession();
  await rig.backend.write(rig.token, rig.session.sessionId, [{ role: "user", content: "something to forget" }]);
  const { page } = await openOptions(rig);
  // The settings are a tab like any other.
  await bindActiveTab(panel, rig.session.sessionId);
  await panel.waitForState("connected");
  await until("the message is there", async () => (await countText(panel, "something to forget", "user")) === 1, 10_000);

  await page.getByRole("radio", { name: "Until the browser is closed" }).check();
  await until("the token has moved", async () => (await storedIn(rig, "session")).accessToken === rig.token && !("accessToken" in (await storedIn(rig, "local"))), 5_000);
  await panel.waitForState("connected");
  assert.equal(await countText(panel, "something to forget", "user"), 1, "the panel was signed out by the move");

  await page.getByRole("button", { name: "Sign out" }).click();
  await panel.page.getByRole("textbox", { name: "User name" }).waitFor();
  await until(
    "nothing of the account is stored",
    async () => {
      const local = await storedIn(rig, "local");
      const session = await storedIn(rig, "session");
      const text = JSON.stringify([local, session]);
      return Object.keys(local).sort().join() === "sidewire:config,sidewire:tabs" && !text.includes(rig.token) && !text.includes(rig.session.sessionId);
    },
    10_000,
  );
  assert.equal(await countText(panel, "something to forget"), 0);
  assertClean(panel);
});
