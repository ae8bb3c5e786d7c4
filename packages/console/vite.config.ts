import { defineConfig } from "vite";

/** The page: `web/` → `dist/web/`. Nothing inline, because the page's policy allows nothing inline. */
export default defineConfig({
  root: new URL("web", import.meta.url).pathname,
  base: "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: new URL("dist/web", import.meta.url).pathname,
    emptyOutDir: true,
    target: "es2024",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // The notices of what is bundled travel with the package.
    license: { fileName: "licenses.md" },
  },
  // Threads that make code from text have a policy of their own, and their folder says which they are (src/page.ts).
  worker: {
    format: "es",
    rolldownOptions: { output: { entryFileNames: "assets/sandbox/[name]-[hash].js" } },
  },
  logLevel: "warn",
});
