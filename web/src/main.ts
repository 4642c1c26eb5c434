import "@fontsource-variable/figtree/wght.css";
import "@fontsource-variable/source-serif-4/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { useLanguage } from "$lib/i18n/index.svelte";
import { startRouter } from "./router.svelte";

// A part of this version is not on the server any more: take the new version, once.
addEventListener("vite:preloadError", () => {
  const last = Number(sessionStorage.getItem("huddle.reloaded") ?? 0);
  if (Date.now() - last < 60_000) return;
  sessionStorage.setItem("huddle.reloaded", String(Date.now()));
  location.reload();
});

startRouter();
await useLanguage();
mount(App, { target: document.getElementById("app") as HTMLElement });
