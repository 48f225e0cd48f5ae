import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  build: {
    target: "es2022",
    modulePreload: false,
    rollupOptions: {
      input: { panel: "panel.html", background: "src/background.js" },
      // The manifest names the worker's file.
      output: { entryFileNames: "[name].js" },
    },
  },
});
