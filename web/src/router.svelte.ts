// The address bar: the path in use, going elsewhere, and clicks on our own links.

const state = $state({ path: "/", query: "" });

const read = () => {
  state.path = location.pathname;
  state.query = location.search;
};

/** The path in use; reactive. */
export const here = {
  get path() {
    return state.path;
  },
  get query() {
    return new URLSearchParams(state.query);
  },
};

/** Goes to a path of this app. */
export function go(to: string, options: { replace?: boolean } = {}): void {
  if (options.replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  read();
  window.scrollTo(0, 0);
}

/** Listens to the browser. */
export function startRouter(): void {
  read();
  addEventListener("popstate", read);
  addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = (event.target as Element | null)?.closest?.("a");
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.pathname.startsWith("/api/") || (link.hash && link.pathname === location.pathname)) return;
    event.preventDefault();
    go(link.pathname + link.search + link.hash);
  });
}
