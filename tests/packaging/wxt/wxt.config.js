import { defineConfig } from "wxt";

export default defineConfig({
  outDir: "dist",
  outDirTemplate: ".",
  manifest: {
    name: "Sidewire with WXT",
    minimum_chrome_version: "116",
    permissions: ["storage", "sidePanel"],
    host_permissions: ["http://127.0.0.1/*"],
    action: {},
    content_security_policy: { extension_pages: "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'" },
  },
});
