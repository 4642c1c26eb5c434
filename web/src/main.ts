import "@fontsource-variable/figtree/wght.css";
import "@fontsource-variable/source-serif-4/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { useLanguage } from "$lib/i18n/index.svelte";
import { startRouter } from "./router.svelte";

startRouter();
await useLanguage();
mount(App, { target: document.getElementById("app") as HTMLElement });
