// The addresses of the app.
import type { PlainKey } from "$lib/i18n/index.svelte";

export interface Route {
  key: string;
  title?: PlainKey;
  needsAccount: boolean;
  values: Record<string, string>;
  load: () => Promise<{ default: unknown }>;
}

const front = () => import("$features/front/FrontPage.svelte");
const home = () => import("$features/home/HomePage.svelte");
const meeting = () => import("$features/meeting/MeetingPage.svelte");
const settings = () => import("$features/settings/SettingsPage.svelte");
const missing = () => import("$features/front/NotFound.svelte");

/** Part of a path without its escapes; nothing if they are broken. */
function decoded(part = ""): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** The page of a path. */
export function match(path: string): Route {
  const plain = path.replace(/\/+$/, "") || "/";
  const code = decoded(/^\/m\/([^/]+)$/.exec(plain)?.[1]);
  if (code) {
    const values = { code: code.toLowerCase().replace(/[-\s]/g, "") };
    return { key: `m/${values.code}`, needsAccount: false, values, load: meeting };
  }
  const page = (key: string, load: Route["load"], needsAccount: boolean, title?: PlainKey): Route => ({
    key,
    load,
    needsAccount,
    title,
    values: {},
  });
  if (plain === "/") return page("front", front, false);
  if (plain === "/home") return page("home", home, true, "home.title");
  if (plain === "/settings") return page("settings", settings, true, "settings.title");
  return page("missing", missing, false, "missing.title");
}

/** Where to go after signing in: a path of this app, or nothing if `next` is none. */
export function after(next: string | null): string | undefined {
  if (!next?.startsWith("/")) return undefined;
  const own = "http://own.invalid";
  try {
    const url = new URL(next, own);
    if (url.origin !== own || url.pathname.startsWith("//")) return undefined;
    return url.pathname + url.search + url.hash;
  } catch {
    return undefined;
  }
}
