import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

const typed = ["extension/**/*.{ts,tsx}", "crates/sidewire-wasm/{npm,types}/**/*.{ts,tsx}", "tests/**/*.ts"];
const tests = ["**/*.test.{ts,tsx,mjs}", "tests/**"];
const scripts = ["tools/**/*.mjs", "tests/**/*.mjs", "*.js"];

export default defineConfig(
  { ignores: ["dist/", "pkg/", "target/", "node_modules/", ".sidewire/", "docs/", "**/fixtures/", "tests/docs/prelude.d.ts", "tests/packaging/node/types.ts"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "max-lines": ["error", 400],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "no-restricted-globals": ["error", { name: "chrome", message: "Only extension/src/platform/chrome.ts talks to the browser's extension API." }],
    },
  },
  {
    files: typed,
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ["./tsconfig.json", "./tsconfig.package.json", "./tsconfig.tests.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ["extension/**/*.{ts,tsx}"],
    extends: [reactHooks.configs.flat.recommended],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["**/pkg/**", "**/crates/**", "sidewire/*", "!sidewire/inline", "!sidewire/badge", "!sidewire/chrome", "!sidewire/react"], message: "Import the package by its published names: sidewire, sidewire/inline, sidewire/badge, sidewire/chrome, sidewire/react." },
          ],
        },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "No HTML strings: Trusted Types are on." },
        { selector: "AssignmentExpression[left.property.name=/^(inner|outer)HTML$/]", message: "No HTML strings: Trusted Types are on." },
      ],
    },
  },
  { files: ["crates/sidewire-wasm/npm/react*.{ts,tsx}"], extends: [reactHooks.configs.flat.recommended] },
  { files: ["extension/src/platform/chrome.ts"], rules: { "no-restricted-globals": "off" } },
  {
    files: tests,
    rules: {
      "max-lines-per-function": "off",
      "no-restricted-globals": "off",
    },
  },
  {
    files: ["**/*.test.{ts,tsx}"],
    rules: {
      // node:test gives promises that nobody needs to wait for.
      "@typescript-eslint/no-floating-promises": ["error", { allowForKnownSafeCalls: [{ from: "package", package: "node:test", name: ["test", "suite", "describe", "it"] }] }],
    },
  },
  { files: scripts, languageOptions: { globals: globals.node } },
  {
    // Examples for readers: pages, workers and build scripts side by side.
    files: ["tests/packaging/**/*.js"],
    languageOptions: { globals: { ...globals.browser, ...globals.node, chrome: "readonly" } },
  },
  {
    // Scripts of the bench's page, and functions that are sent to it.
    files: ["tools/bench/**/*.{js,mjs}"],
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
  },
  {
    files: scripts.slice(0, 2),
    rules: { "max-lines-per-function": ["error", { max: 40, skipBlankLines: true, skipComments: true }] },
  },
  {
    // Functions in here are sent to the browser.
    files: ["tests/**/*.mjs", "tools/scripts/lib/{browser,observe,panel,panel-times,rig}.mjs", "tools/scripts/lib/packaging/*.mjs"],
    languageOptions: { globals: { ...globals.browser, chrome: "readonly" } },
    rules: { "no-restricted-globals": "off", "max-lines-per-function": "off" },
  },
);
