// Bundles the extension: extension/ → dist/. The manifest stays in the repository root and points into dist/.
import { existsSync } from "node:fs";
import { resolve } from "node:path";

import CopyPlugin from "copy-webpack-plugin";
import { EsbuildPlugin } from "esbuild-loader";
import MiniCssExtractPlugin from "mini-css-extract-plugin";
import webpack from "webpack";

import { buildDefaults } from "./tools/scripts/lib/env-file.mjs";

const root = import.meta.dirname;
/** Another folder than `dist`: for the store's zip, for tests. */
const output = process.env.SIDEWIRE_OUTPUT ?? resolve(root, "dist");
/** For tests of a worker that dies: its calls of the browser are numbered, all else is the same. */
const isNumbered = process.env.SIDEWIRE_NUMBERED !== undefined;
const target = "es2022";
const { defaults } = buildDefaults();

const pages = { panel: "extension/src/panel/main.tsx", options: "extension/src/options/main.tsx" };
const present = Object.entries(pages).filter(([, file]) => existsSync(resolve(root, file)));

const common = {
  mode: "production",
  context: root,
  // Never an eval devtool: the extension's content security policy forbids it.
  devtool: "source-map",
  output: {
    path: output,
    filename: "[name].js",
    assetModuleFilename: "[name][ext]",
    publicPath: "auto",
  },
  resolve: {
    extensions: [".tsx", ".ts", ".js"],
    extensionAlias: { ".js": [".ts", ".tsx", ".js"] },
    // Its browser build decodes entities through innerHTML, which Trusted Types forbid.
    alias: { "decode-named-character-reference$": resolve(root, "node_modules/decode-named-character-reference/index.js") },
  },
  module: {
    rules: [
      // package.json says `sideEffects: false`; that is meant for pkg/, and would drop imports made for their effect.
      { test: /\.tsx?$/, sideEffects: true, loader: "esbuild-loader", options: { target, jsx: "automatic", tsconfigRaw: {} } },
      { test: /\.css$/, sideEffects: true, use: [MiniCssExtractPlugin.loader, "css-loader"] },
    ],
  },
  optimization: {
    splitChunks: false,
    runtimeChunk: false,
    minimizer: [new EsbuildPlugin({ target, css: true })],
  },
  performance: { hints: false },
  stats: { preset: "errors-warnings", warnings: true },
};

const plugins = () => [
  new webpack.DefinePlugin({ __SIDEWIRE_DEFAULTS__: JSON.stringify(defaults) }),
  // One file per entry: a service worker cannot load chunks.
  new webpack.optimize.LimitChunkCountPlugin({ maxChunks: 1 }),
];

/** The worker gets `numbered_chrome` where it asks for `chrome`; that one still gets the real one. */
const numberedCalls = () =>
  new webpack.NormalModuleReplacementPlugin(/\/platform\/chrome$/, (resource) => {
    if (!resource.contextInfo.issuer.endsWith("numbered_chrome.ts")) resource.request = resolve(root, "extension/src/testing/numbered_chrome.ts");
  });

const copies = [
  { from: "extension/*.html", to: "[name][ext]", noErrorOnMissing: true },
  { from: "extension/icons", to: "icons", noErrorOnMissing: true },
];

export default [
  {
    ...common,
    name: "worker",
    target: ["webworker", "es2022"],
    entry: { background: "./extension/src/background.ts" },
    plugins: [...plugins(), ...(isNumbered ? [numberedCalls()] : [])],
  },
  ...present.map(([name, file], index) => ({
    ...common,
    name,
    target: ["web", "es2022"],
    entry: { [name]: `./${file}` },
    plugins: [
      ...plugins(),
      new MiniCssExtractPlugin({ filename: "[name].css" }),
      ...(index === 0 ? [new CopyPlugin({ patterns: copies })] : []),
    ],
  })),
];
