/**
 * Builds the operator's page out of `src/dashboard/web` into `dist/dashboard`, which the dashboard's server hands out.
 * Nothing is inlined: the page's policy allows scripts, styles and fonts of its own origin only.
 */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

/** Where `npx vite` finds answers while the page is worked on: `node test/dashboard-fixture.ts`. */
const fixture = "http://127.0.0.1:9190";

export default defineConfig({
  root: "src/dashboard/web",
  base: "./",
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
  build: {
    outDir: "../../../dist/dashboard",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2023",
    reportCompressedSize: false,
    // One style sheet, and all views in one file: a view that is opened while the server is down is there already. The
    // two chart libraries stay apart; candles are not loaded before an order's chain is opened.
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "candles", test: /node_modules\/(?:lightweight-charts|fancy-canvas)\//, priority: 2 },
            { name: "curve", test: /node_modules\/uplot\//, priority: 2 },
            { name: "page", test: /./, priority: 1 },
          ],
        },
      },
    },
  },
  server: { host: "127.0.0.1", proxy: { "/api": { target: fixture } } },
});
