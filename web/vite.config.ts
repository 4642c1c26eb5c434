/// <reference types="vitest/config" />
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { VitePWA } from "vite-plugin-pwa";
import { defineConfig } from "vite";

// The server that `npm run dev` talks to.
const server = process.env.HUDDLE_URL ?? "http://localhost:8080";

export default defineConfig({
  resolve: {
    alias: {
      $lib: new URL("./src/lib", import.meta.url).pathname,
      $features: new URL("./src/features", import.meta.url).pathname,
    },
  },
  plugins: [
    svelte(),
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
