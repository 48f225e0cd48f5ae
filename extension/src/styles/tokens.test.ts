import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const css = readFileSync("extension/src/styles/tokens.css", "utf8");

/** The colours of one appearance, by name. */
function colours(appearance: "light" | "dark"): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name = "", light = "", dark = ""] of css.matchAll(/--([\w-]+): var\(--light, (#\w{6})\) var\(--dark, (#\w{6})\);/g)) {
    found.set(name, appearance === "light" ? light : dark);
  }
  for (const [, name = "", both = ""] of css.matchAll(/--([\w-]+): (#\w{6});/g)) found.set(name, both);
  return found;
}

/** Contrast as WCAG 2 has it. */
function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)].sort((first, second) => second - first);
  return ((x ?? 0) + 0.05) / ((y ?? 0) + 0.05);
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const texts: readonly (readonly [string, string])[] = [
  ...["page", "raised", "sunken", "bubble-agent", "code", "code-head", "hover"].flatMap((ground) => [["ink", ground], ["ink-soft", ground]] as const),
  ["on-bubble-user", "bubble-user"],
  ["on-accent", "accent"],
  ["on-accent", "accent-hover"],
  ...["page", "bubble-agent", "raised"].map((ground) => ["link", ground] as const),
  ...["good", "busy", "warn", "bad", "neutral"].flatMap((tone) => [[tone, `${tone}-soft`], [tone, "page"]] as const),
];

const shapes: readonly (readonly [string, string])[] = [
  ["focus", "page"],
  ["focus", "raised"],
  ["field-line", "page"],
  ["field-line", "raised"],
];

for (const appearance of ["light", "dark"] as const) {
  test(`text on its ground has a contrast of 4.5:1, what one must see of a control 3:1, in ${appearance}`, () => {
    const known = colours(appearance);
    const low = (pairs: readonly (readonly [string, string])[], least: number): readonly string[] =>
      pairs
        .map(([front, ground]) => ({ front, ground, ratio: contrast(known.get(front) ?? "", known.get(ground) ?? "") }))
        .filter(({ ratio }) => !(ratio >= least))
        .map(({ front, ground, ratio }) => `${front} on ${ground}: ${ratio.toFixed(2)}`);

    assert.ok(known.size > 30, "the colours were not found");
    assert.deepEqual([...low(texts, 4.5), ...low(shapes, 3)], []);
  });
}
