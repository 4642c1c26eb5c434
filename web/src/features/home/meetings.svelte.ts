// The meetings of the account, as the dashboard shows them.
import { api, ask, type Shape } from "$lib/api/client";
import { asProblem, type Problem } from "$lib/api/problem";

export type Meeting = Shape["Meeting"];
export type Tab = "planned" | "ended" | "deleted";
export const PER_PAGE = 10;

/** Upcoming ones in the order in which they come; those without a time last. */
export function inOrder(tab: Tab, items: Meeting[]): Meeting[] {
  if (tab !== "planned") return items;
  const at = (m: Meeting) => (m.startsAt ? Date.parse(m.startsAt) : Number.MAX_SAFE_INTEGER);
  return items.toSorted((a, b) => at(a) - at(b));
}

export class Meetings {
  tab = $state<Tab>("planned");
  text = $state("");
  page = $state(1);
  total = $state(0);
  items = $state.raw<Meeting[]>();
  live = $state.raw<Meeting[]>([]);
  problem = $state.raw<Problem>();
  /** Whether the server has answered at all: before that nobody knows what the page will look like. */
  answered = $state(false);
  #asked = 0;

  /** Asks again; an answer that was overtaken is thrown away. */
  async load(): Promise<void> {
    const turn = ++this.#asked;
    const query = { state: this.tab, q: this.text.trim() || undefined, page: this.page, perPage: this.#perPage };
    try {
      const [list, live] = await Promise.all([
        ask(api.GET("/api/v1/meetings", { params: { query } })),
        ask(api.GET("/api/v1/meetings", { params: { query: { state: "live", perPage: 20 } } })),
      ]);
      if (turn !== this.#asked) return;
      this.items = inOrder(this.tab, list.items);
      this.total = list.total;
      this.live = live.items;
      this.problem = undefined;
    } catch (thrown) {
      if (turn === this.#asked) this.problem = asProblem(thrown);
    }
    this.answered = true;
  }

  get #perPage(): number {
    // Upcoming meetings are put in order here, so all of them are needed.
    return this.tab === "planned" ? 100 : PER_PAGE;
  }

  get pages(): number {
    return Math.max(1, Math.ceil(this.total / this.#perPage));
  }

  show(tab: Tab): void {
    this.tab = tab;
    this.page = 1;
    this.items = undefined;
    void this.load();
  }

  turnTo(page: number): void {
    this.page = page;
    void this.load();
  }

  search(): void {
    this.page = 1;
    void this.load();
  }

  async remove(meeting: Meeting): Promise<void> {
    await ask(api.DELETE("/api/v1/meetings/{meeting}", { params: { path: { meeting: meeting.id } } }));
    await this.load();
  }

  async restore(meeting: Meeting): Promise<void> {
    await ask(api.POST("/api/v1/meetings/{meeting}/restore", { params: { path: { meeting: meeting.id } } }));
    await this.load();
  }
}
