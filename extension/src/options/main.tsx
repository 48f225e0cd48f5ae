/** Composition root of the options page. */

import "../styles/tokens.css";
import "../styles/base.css";
import "./options.css";
import { createRoot } from "react-dom/client";
import { doctor } from "sidewire/chrome";
import { createAccount } from "../account";
import { followAppearance } from "../appearance";
import { CONFIG_KEY, defaultConfig, parseStoredConfig, type Config } from "../config";
import * as platform from "../platform/chrome";
import { tolerantStorage } from "../platform/storage";
import { signIn } from "../sign_in";
import { OptionsPage, type OptionsHost } from "./options_page";

const defaults = defaultConfig(__SIDEWIRE_DEFAULTS__);
const isIncognito = platform.isIncognito();
const browserStorage = {
  read: platform.readStorage,
  write: platform.writeStorage,
  remove: platform.removeStorage,
  watch: platform.watchStorage,
};
const account = createAccount({
  storage: tolerantStorage(browserStorage, () => undefined),
  isIncognito,
  lockStorage: platform.lockStorage,
  storageKeys: platform.storageKeys,
});

const host: OptionsHost = {
  defaults,
  isIncognito,
  allowOrigin: platform.requestOrigin,
  save: (config) => platform.writeStorage("local", CONFIG_KEY, { v: 2, ...config }),
  watchConfig: (listener) =>
    platform.watchStorage("local", CONFIG_KEY, (value) => listener(parseStoredConfig(value) ?? defaults)),
  watchAccount: (listener) => account.watch((token) => listener(token !== null)),
  signIn: async (config, user) => {
    const result = await signIn((url, request) => fetch(url, request), config.apiBase, user);
    if (result.type === "signedIn") await account.signIn(result.token, config.tokenArea);
    return result;
  },
  useToken: (token, area) => account.signIn(token, area),
  moveToken: account.move,
  signOut: account.signOut,
  setTabsPermission: platform.setTabsPermission,
  test: { doctor, token: account.token },
};

void start();

async function start(): Promise<void> {
  followAppearance(browserStorage, CONFIG_KEY);
  const [stored, token, maySeeTabs] = await Promise.all([
    platform.readStorage("local", CONFIG_KEY),
    account.token(),
    platform.hasTabsPermission(),
  ]);
  const config: Config = parseStoredConfig(stored) ?? defaults;
  const root = document.getElementById("root") ?? document.body;
  createRoot(root).render(
    <OptionsPage host={host} config={config} isSignedIn={token !== null} maySeeTabs={maySeeTabs} />,
  );
}
