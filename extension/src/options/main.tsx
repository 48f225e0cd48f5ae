/** Composition root of the options page. */

import "../styles/tokens.css";
import "../styles/base.css";
import "./options.css";
import { createRoot } from "react-dom/client";
import { CONFIG_KEY, defaultConfig, parseStoredConfig } from "../config";
import * as platform from "../platform/chrome";
import { parseToken, signIn, TOKEN_KEY } from "../sign_in";
import { OptionsPage, type OptionsHost } from "./options_page";

const defaults = defaultConfig(__SIDEWIRE_DEFAULTS__);

const host: OptionsHost = {
  defaults,
  allowOrigin: platform.requestOrigin,
  save: (config) => platform.writeStorage("local", CONFIG_KEY, { v: 1, ...config }),
  reset: () => platform.removeStorage("local", CONFIG_KEY),
  watchConfig: (listener) =>
    platform.watchStorage("local", CONFIG_KEY, (value) => listener(parseStoredConfig(value) ?? defaults)),
  watchToken: (listener) => platform.watchStorage("local", TOKEN_KEY, (value) => listener(parseToken(value) !== null)),
  signIn: async (apiBase, user) => {
    const result = await signIn((url, request) => fetch(url, request), apiBase, user);
    if (result.type !== "signedIn") return result;
    await platform.lockStorage();
    await platform.writeStorage("local", TOKEN_KEY, result.token);
    return result;
  },
  signOut: () => platform.removeStorage("local", TOKEN_KEY),
  setTabsPermission: platform.setTabsPermission,
};

void start();

async function start(): Promise<void> {
  const [config, token, maySeeTabs] = await Promise.all([
    platform.readStorage("local", CONFIG_KEY),
    platform.readStorage("local", TOKEN_KEY),
    platform.hasTabsPermission(),
  ]);
  const root = document.getElementById("root") ?? document.body;
  createRoot(root).render(
    <OptionsPage
      host={host}
      config={parseStoredConfig(config) ?? defaults}
      isSignedIn={parseToken(token) !== null}
      maySeeTabs={maySeeTabs}
    />,
  );
}
