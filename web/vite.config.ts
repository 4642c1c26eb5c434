/// <reference types="vitest/config" />
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { VitePWA } from "vite-plugin-pwa";
import { defineConfig, type Plugin } from "vite";

// The server that `npm run dev` talks to.
const server = process.env.HUDDLE_URL ?? "http://localhost:8080";

/** The two fonts of the first paint are asked for at once, so that no line breaks anew when they come. */
const preloadFonts: Plugin = {
  name: "huddle-preload-fonts",
  transformIndexHtml: {
    order: "post",
    handler: (_html, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter((name) => /-latin-wght-normal-.*\.woff2$/.test(name))
        .map((name) => ({
          tag: "link",
          attrs: { rel: "preload", as: "font", type: "font/woff2", href: `/${name}`, crossorigin: true },
          injectTo: "head",
        })),
  },
};

export default defineConfig({
  resolve: {
    alias: {
      $lib: new URL("./src/lib", import.meta.url).pathname,
      $features: new URL("./src/features", import.meta.url).pathname,
    },
  },
  plugins: [
    svelte(),
    preloadFonts,
    VitePWA({
      registerType: "autoUpdate",
      injectRegister: "script-defer",
      includeAssets: ["icon.svg", "apple-touch-icon.png", "theme.js"],
      manifest: {
        name: "huddle",
        short_name: "huddle",
        description: "Meetings that write themselves up",
        start_url: "/",
        display: "standalone",
        background_color: "#faf8f4",
        theme_color: "#faf8f4",
        icons: [
          { src: "/icon-192.png", sizes: "192x192", type: "image/png" },
          { src: "/icon-512.png", sizes: "512x512", type: "image/png" },
          { src: "/icon-maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
        ],
      },
      workbox: {
        globPatterns: ["**/*.{js,css,html,svg}", "**/*-latin-wght-normal-*.woff2"],
        navigateFallback: "/index.html",
        // What the server answers itself is never taken from the cache.
        navigateFallbackDenylist: [/^\/api\//, /^\/socket\.io\//, /^\/health$/, /^\/metrics$/],
        cleanupOutdatedCaches: true,
      },
    }),
  ],
  build: { target: "es2022", sourcemap: false },
  server: {
    proxy: {
      "/api": server,
      "/health": server,
      "/socket.io": { target: server, ws: true },
    },
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
