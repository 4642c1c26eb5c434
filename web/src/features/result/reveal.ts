// Bringing a place of the transcript into view.

/** Heights of what lies over the page at its edges where the page itself scrolls, pixels: the search, the player. */
const COVER = { top: 72, bottom: 150 };

const frame = () => new Promise((then) => requestAnimationFrame(then));

/** What scrolls: the pane where it is lower than what it holds, else the page. */
function view(pane: HTMLElement): { top: number; height: number; scroller: Element } {
  if (pane.scrollHeight > pane.clientHeight) {
    const { top, height } = pane.getBoundingClientRect();
    return { top, height, scroller: pane };
  }
  const height = window.innerHeight - COVER.top - COVER.bottom;
  return { top: COVER.top, height, scroller: document.scrollingElement ?? document.documentElement };
}

/** Scrolls so that what `find` finds is seen; `page`: also if the page has to move for it. What is far away is gone to
    at once, and looked for again, because the lines around it may turn out to be taller than was thought. */
export async function reveal(pane: HTMLElement, find: () => Element | null, page: boolean): Promise<void> {
  for (let tries = 0; tries < 4; tries++) {
    const { top, height, scroller } = view(pane);
    const at = find()?.getBoundingClientRect();
    if (!at || (scroller !== pane && !page)) return;
    if (at.top >= top && at.bottom <= top + height) return;
    const far = page || Math.abs(at.top - top) > 3 * height;
    const by = at.top - top - height / 3;
    scroller.scrollBy({ top: by, behavior: far ? "instant" : "smooth" });
    if (!far) return;
    await frame();
    await frame();
  }
}
