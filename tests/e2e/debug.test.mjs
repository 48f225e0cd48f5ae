import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { run } from "../../tools/scripts/lib/exec.mjs";
import { assertClean, configure, converse, NETWORK_ERRORS, startRig, test, until } from "../lib/harness.mjs";

const badge = (panel) => panel.page.locator("sidewire-badge");
const fact = (panel, name) => panel.page.locator(".debug-fact", { has: panel.page.locator("dt", { hasText: new RegExp(`^${name}$`) }) }).first().locator("dd");

async function openDebug(panel) {
  await panel.page.getByRole("button", { name: "Debug" }).click();
  await badge(panel).waitFor();
}

// G2, G3, G4, O4
test("the badge tells the state in word, colour and icon, and why it polls, in the debug view only", { timeout: 90_000 }, async (t) => {
  const rig = await startRig(t);
  const panel = await rig.openOnSession();
  await panel.waitForState("connected");
  assert.equal(await badge(panel).count(), 0, "a badge outside of the debug view");

  await openDebug(panel);
  assert.deepEqual([await badge(panel).innerText(), await badge(panel).getAttribute("data-tone"), await badge(panel).getAttribute("title")], ["Connected", "good", "Live updates are on"]);
  const painted = await badge(panel).evaluate((element) => {
    const icon = element.shadowRoot.querySelector("svg").getBoundingClientRect();
    return { ground: getComputedStyle(element).backgroundColor, icon: icon.width };
  });
  assert.notEqual(painted.ground, "rgba(0, 0, 0, 0)", "the badge has no colour");
  assert.equal(painted.icon, 14);
  assert.equal(await fact(panel, "Freshness").innerText(), "fresh");
  assert.match(await fact(panel, "Since").innerText(), /^\d\d:\d\d:\d\d\.\d\d\d$/);
  assert.equal(await fact(panel, "Cause").innerText(), "caught up");
  const transition = panel.page.locator("[data-transition]").first();
  assert.match(await transition.innerText(), /connecting → connected\s+caught up/);

  await configure(rig.browser, { ...rig.backend, key: "", api: rig.backend.api, pushPort: rig.backend.pushPort }, rig.token);
  await until("the badge says Polling", async () => (await badge(panel).innerText()) === "Polling", 15_000);
  assert.deepEqual([await badge(panel).getAttribute("data-tone"), await badge(panel).getAttribute("title")], ["warning", "Using polling: Pusher not configured"]);
  assert.equal(await fact(panel, "Reason").innerText(), "Pusher not configured");

  await panel.context.setOffline(true);
  await until("the badge says Offline", async () => (await badge(panel).innerText()) === "Offline", 15_000);
  await panel.context.setOffline(false);
  assertClean(panel, NETWORK_ERRORS);
});

// O2
test("a trace is saved as a file without contents, replayed by one command, and opened again", { timeout: 300_000 }, async (t) => {
  const rig = await startRig(t);
  const panel = await rig.openOnSession();
  await panel.waitForState("connected");
  await converse(panel, "a private sentence about llamas");
  await openDebug(panel);
  const { page } = panel;

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export trace" }).click();
  const file = await download;
  const path = await file.path();
  const text = readFileSync(path, "utf8");
  assert.match(file.suggestedFilename(), /^sidewire-trace-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.jsonl$/);
  assert.match(text.split("\n")[0], /^\{"sidewireTrace":1,/);
  assert.ok(!text.includes("llamas") && !text.includes(rig.token), "the trace holds what it must not");
  const replayed = await run("cargo", ["run", "--quiet", "-p", "sidewire-sim", "--", "replay", path], { capture: true });
  const last = JSON.parse(replayed.stdout.trim().split("\n").pop());
  assert.deepEqual([last.ok, last.status, last.inputs], [true, "connected", text.trim().split("\n").length - 1]);

  const input = page.locator('input[type="file"]');
  await input.setInputFiles({ name: file.suggestedFilename(), mimeType: "text/plain", buffer: Buffer.from(text) });
  const trace = page.getByRole("region", { name: `Trace ${file.suggestedFilename()}` });
  await trace.waitFor();
  assert.match(await trace.innerText(), /complete and can be replayed/);
  assert.ok((await trace.innerText()).includes(`cargo run -p sidewire-sim --release -- replay ${file.suggestedFilename()}`));
  await trace.getByRole("button", { name: "Close" }).click();

  await input.setInputFiles({ name: "holiday.jsonl", mimeType: "text/plain", buffer: Buffer.from("no trace at all") });
  await page.getByText("This is no trace of Sidewire.").waitFor();
  assertClean(panel);
});

// O2
test("the last frames are listed by name and size, and a diagnosis is copied, both without contents", { timeout: 90_000 }, async (t) => {
  const rig = await startRig(t);
  const panel = await rig.openOnSession();
  await panel.waitForState("connected");
  await converse(panel, "a private sentence about llamas");
  await openDebug(panel);
  const { page } = panel;

  await page.getByText("Last frames").click();
  await until("frames are listed", async () => (await page.locator("[data-frame]").count()) > 3, 10_000);
  const frames = await page.locator("[data-frame]").allInnerTexts();
  assert.ok(frames.some((line) => line.includes("new_message") && /\d+ characters/.test(line)), frames.join("\n"));
  assert.ok(!frames.join().includes("llamas"));

  await page.evaluate(() => {
    navigator.clipboard.writeText = (text) => Promise.resolve(void (globalThis.copied = text));
  });
  await page.getByRole("button", { name: "Copy diagnosis" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  const copied = await page.evaluate(() => globalThis.copied);
  const diagnosis = JSON.parse(copied);
  assert.equal(diagnosis.snapshot.state, "connected");
  assert.ok(diagnosis.transitions.length > 0 && diagnosis.counters.framesReceived > 0);
  for (const secret of ["llamas", rig.token, rig.backend.key]) assert.ok(!copied.includes(secret), `${secret} is in the diagnosis`);
  assertClean(panel);
});
