import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultConfig, type Servers } from "../config";
import { saveServers, type SaveHost } from "./save_servers";

const local: Servers = defaultConfig({ pusherKey: "app-key", wsHost: "", wsPort: "", apiBase: "", isGiven: false });
const remote: Servers = { ...local, apiBase: "https://api.example.com:8443/v1", wsHost: "push.example.com", tls: true };

test("a host that Chrome does not allow, by a no or by an error, is named with what to do, and nothing is saved", async () => {
  const refusals = [() => Promise.resolve(false), () => Promise.reject(new Error("This function must be called during a user gesture"))];
  for (const refusal of refusals) {
    const { host, asked, saved } = createHost({ allowOrigin: refusal });

    const outcome = await saveServers(host, remote);

    assert.equal(outcome.type, "failed");
    assert.match(outcome.text, /Chrome did not allow access to api\.example\.com, so nothing was saved\. Save again and choose “Allow”/);
    assert.deepEqual([asked, saved], [["https://api.example.com/*"], []]);
  }
});

test("a host that Chrome allows is saved, and this computer is not asked about", async () => {
  const { host, asked, saved } = createHost({});

  const outcomes = [await saveServers(host, remote), await saveServers(host, local)];

  assert.deepEqual(outcomes.map(({ type }) => type), ["saved", "saved"]);
  assert.deepEqual([asked, saved], [["https://api.example.com/*"], [remote, local]]);
});

test("a storage that fails is not blamed on the permission", async () => {
  const { host } = createHost({ save: () => Promise.reject(new Error("full")) });

  const outcome = await saveServers(host, remote);

  assert.deepEqual(outcome, { type: "failed", text: "Could not be saved." });
});

function createHost(answers: Partial<SaveHost>): { readonly host: SaveHost; readonly asked: string[]; readonly saved: Servers[] } {
  const asked: string[] = [];
  const saved: Servers[] = [];
  const { allowOrigin = () => Promise.resolve(true), save = () => Promise.resolve() } = answers;
  const host: SaveHost = {
    allowOrigin: (pattern) => {
      asked.push(pattern);
      return allowOrigin(pattern);
    },
    save: (servers) => {
      saved.push(servers);
      return save(servers);
    },
  };
  return { host, asked, saved };
}
