/**
 * What a Chrome extension needs around a client: the token from `chrome.storage`, a store for messages, the map from
 * tabs to sessions, what happens to the page, and a doctor for set-ups. Nothing here asks for `@types/chrome`.
 *
 * ```ts
 * import { createClient, init } from "sidewire";
 * import { attachLifecycle, chromeStorage, chromeToken, watchTabs } from "sidewire/chrome";
 *
 * await init();
 * const token = chromeToken();
 * const client = createClient({ apiBase: "https://api.example.com", token, storage: chromeStorage() });
 * attachLifecycle(client, { token });
 * const tabs = await watchTabs();
 * tabs.subscribe(() => {
 *   const sessionId = tabs.getShown()?.sessionId;
 *   if (sessionId) client.startSync(sessionId);
 * });
 * ```
 *
 * @packageDocumentation
 */
export { keepRecord, type KeepRecordOptions } from "./chrome_record.js";
export { bindTabs, type BindTabsOptions, type TabBinder } from "./chrome_tabs.js";
export { doctor, type DoctorOptions } from "./doctor.js";
export type { DoctorCheck, DoctorCode, DoctorFinding } from "./doctor_findings.js";
export type { DoctorSettings } from "./doctor_settings.js";
export { chromeStorage, memoryStorage } from "./storage.js";
export { type ChromeToken, chromeToken, type ChromeTokenOptions } from "./chrome_token.js";
export { type ShownTab, type TabWatcher, watchTabs, type WatchTabsOptions } from "./chrome_watch.js";
export { attachLifecycle, type LifecycleOptions, type LifecycleScope } from "./lifecycle.js";
