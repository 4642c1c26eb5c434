// What the host does to the agenda. Order and words are shown at once; if the server says no, what it has is shown.
import { moved } from "$lib/agenda";
import { api, ask, type Shape } from "$lib/api/client";
import { t } from "$lib/i18n/index.svelte";
import { done } from "$lib/ui/toasts.svelte";
import { trying } from "$lib/ui/trying";

type Item = Shape["AgendaItem"];
const ONE = "/api/v1/meetings/{meeting}/agenda/{item}";
const ALL = "/api/v1/meetings/{meeting}/agenda";

/** The agenda as the room shows it. */
export interface Shown {
  items(): Item[];
  current(): string | null;
  show(items: Item[]): void;
  /** Makes a point the current one. */
  point(item: string): Promise<void>;
}

export class AgendaEditor {
  readonly #path: { meeting: string };
  /** The order that is on its way to the server. */
  #wanted: string[] | undefined;
  #sending: Promise<boolean> | undefined;

  constructor(
    meeting: string,
    private readonly shown: Shown,
  ) {
    this.#path = { meeting };
  }

  async add(title: string): Promise<boolean> {
    return trying(() => this.#add(title, null));
  }

  async change(id: string, title: string, owner: string): Promise<boolean> {
    const words = { title, owner: owner || null };
    this.shown.show(this.shown.items().map((i) => (i.id === id ? { ...i, ...words } : i)));
    return this.#orAsItIs(() => ask(api.PATCH(ONE, { params: { path: { ...this.#path, item: id } }, body: words })));
  }

  async move(id: string, to: number): Promise<boolean> {
    const items = this.shown.items();
    const from = items.findIndex((i) => i.id === id);
    return from === to || this.#order(moved(items, from, to));
  }

  /** Removes a point; for a while it can be brought back. */
  async remove(id: string): Promise<boolean> {
    const at = this.shown.items().findIndex((i) => i.id === id);
    const item = this.shown.items()[at];
    if (!item) return false;
    const current = this.shown.current() === id;
    return trying(async () => {
      await ask(api.DELETE(ONE, { params: { path: { ...this.#path, item: id } } }));
      this.shown.show(this.shown.items().filter((i) => i.id !== id));
      const run = () => void this.#bringBack(item, at, current);
      done(t("agenda.removed", { title: item.title }), { label: t("do.undo"), run });
    });
  }

  async #bringBack(item: Item, at: number, current: boolean): Promise<void> {
    await trying(async () => {
      const added = await this.#add(item.title, item.owner ?? null);
      const from = this.shown.items().findIndex((i) => i.id === added.id);
      if (from !== at) await this.#order(moved(this.shown.items(), from, at));
      if (current) await this.shown.point(added.id);
    });
  }

  async #add(title: string, owner: string | null): Promise<Item> {
    const item = await ask(api.POST(ALL, { params: { path: this.#path }, body: { title, owner } }));
    if (!this.shown.items().some((i) => i.id === item.id)) this.shown.show([...this.shown.items(), item]);
    return item;
  }

  /** What the server tells, in the order that is on its way to it: it may tell of an earlier one yet. */
  inOrder(items: Item[]): Item[] {
    const wanted = this.#wanted;
    const place = ({ id }: Item) => (wanted?.includes(id) ? wanted.indexOf(id) : items.length);
    return wanted ? items.toSorted((a, b) => place(a) - place(b)) : items;
  }

  #order(items: Item[]): Promise<boolean> {
    this.shown.show(items);
    this.#wanted = items.map((i) => i.id);
    this.#sending ??= this.#orAsItIs(() => this.#send()).finally(() => (this.#sending = this.#wanted = undefined));
    return this.#sending;
  }

  /** One order after the other; of those that come while one is sent only the last. */
  async #send(): Promise<void> {
    let items: string[] | undefined;
    while (this.#wanted && this.#wanted !== items) {
      items = this.#wanted;
      await ask(api.PUT(`${ALL}/order`, { params: { path: this.#path }, body: { items } }));
    }
  }

  async #orAsItIs(work: () => Promise<unknown>): Promise<boolean> {
    if (await trying(work)) return true;
    this.#wanted = undefined;
    const items = await ask(api.GET(ALL, { params: { path: this.#path } })).catch(() => undefined);
    if (items) this.shown.show(items);
    return false;
  }
}
