// The site of docs/, built by tools/scripts/docs-site.mjs from a copy of the pages. Dead links fail the build.
import { defineConfig } from "vitepress";

const page = (text, link) => ({ text, link });

export default defineConfig({
  title: "Sidewire",
  description: "Real-time message sync for chat panels",
  srcDir: "src",
  outDir: "out",
  cleanUrls: false,
  lastUpdated: false,
  // Nothing from elsewhere: no font, no script, no counter.
  head: [],
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    sidebar: [
      {
        text: "Start",
        items: [
          page("Overview", "/docs/index"),
          page("Five minutes", "/docs/getting-started"),
          page("Migrating", "/docs/migrating"),
        ],
      },
      {
        text: "In your panel",
        items: [page("Frameworks", "/docs/frameworks"), page("Extension", "/docs/extension"), page("Testing", "/docs/testing")],
      },
      {
        text: "On your server",
        items: [
          page("Your backend on one page", "/docs/your-backend"),
          page("The contract", "/docs/backend"),
          page("Push servers", "/docs/push-servers"),
          page("Deploying", "/docs/deploying"),
        ],
      },
      {
        text: "Look up",
        items: [
          page("Troubleshooting", "/docs/errors"),
          page("Settings", "/docs/settings"),
          page("Policy", "/docs/policy"),
          { text: "API", link: "/api/index.html", target: "_self" },
          page("Security", "/SECURITY"),
        ],
      },
      {
        text: "The project",
        items: [
          page("README", "/README"),
          page("Architecture", "/ARCHITECTURE"),
          page("Features", "/docs/features"),
          page("Known limits", "/docs/known-limits"),
          page("Contributing", "/CONTRIBUTING"),
          page("Releasing", "/docs/releasing"),
          page("Changelog", "/CHANGELOG"),
        ],
      },
    ],
  },
});
