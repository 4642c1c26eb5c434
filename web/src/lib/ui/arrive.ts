// The focus when a page, or another state of one, takes the place of what had it.
import { tick } from "svelte";

/** Whether the focus went away with what had it: then who reads with the keyboard goes on at the top of what came. */
export function astray(page: Document, used: boolean): boolean {
  return used && (!page.activeElement || page.activeElement === page.body);
}

/** An attachment for `main`. A page that is opened anew leaves the focus to the browser. */
export function arrive(main: HTMLElement): void {
  void tick().then(() => {
    if (main.isConnected && astray(document, navigator.userActivation?.hasBeenActive ?? true))
      main.focus({ preventScroll: true });
  });
}
