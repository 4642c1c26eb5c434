// What is being looked for in the transcript, where it was found, and which place is looked at.
import type { Turn } from "$lib/live/room";
import { find, indexOf, placesOf } from "./find";

export class Finder {
  open = $state(false);
  /** The place that is looked at, from 0. */
  at = $state(0);
  #text = $state("");
  #index = $derived.by(() => indexOf(this.open ? this.turns() : []));
  found = $derived.by(() => find(this.#index, this.#text));
  /** What was found in each segment. */
  places = $derived(placesOf(this.found));
  place = $derived(this.found[this.at]);

  constructor(private readonly turns: () => Turn[]) {}

  get text(): string {
    return this.#text;
  }

  set text(text: string) {
    this.#text = text;
    this.at = 0;
  }

  /** Looks at the next place, or with -1 at the one before; after the last comes the first. */
  go(by: 1 | -1): void {
    const count = this.found.length;
    if (count > 0) this.at = (this.at + by + count) % count;
  }
}
