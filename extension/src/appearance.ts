/** Light or dark, as the settings have it; the style sheets do the rest. */

import { parseStoredConfig, type Appearance } from "./config";
import type { Storage } from "./platform/storage";

/** Applies the appearance of the stored configuration, now and whenever it changes. */
export function followAppearance(storage: Storage, configKey: string): void {
  const apply = (value: unknown): void => applyAppearance(parseStoredConfig(value)?.appearance ?? "system");
  void storage.read("local", configKey).then(apply);
  storage.watch("local", configKey, apply);
}

function applyAppearance(appearance: Appearance): void {
  if (appearance === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", appearance);
}
