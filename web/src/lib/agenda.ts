// The agenda as it is put in order and changed by hand. Pure: what is sent for it is said, not done.
import type { Shape } from "./api/client";

/** A point as it is being written; with an id once the server has it. */
export interface Draft {
  id?: string;
  title: string;
  owner: string;
}

/** What the server is asked for, in this order, to make one agenda of another. */
export interface Changes {
  removed: string[];
  changed: { id: string; title: string; owner: string | null }[];
  /** Whether the order is another, new points at the end apart: then the ids must be sent in their order. */
  ordered: boolean;
}

/** The list with what was at `from` now at `to`; nothing moves beyond the ends. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const place = Math.max(0, Math.min(list.length - 1, to));
  const what = list[from];
  if (what === undefined) return [...list];
  return list.toSpliced(from, 1).toSpliced(place, 0, what);
}

/** What is worth sending of drafts: clean, and with a title. */
export function cleaned(drafts: readonly Draft[]): Draft[] {
  return drafts
    .map(({ id, title, owner }) => ({ id, title: title.trim(), owner: owner.trim() }))
    .filter(({ title }) => title);
}

/** What makes the agenda `before` the one that is wanted (which is cleaned). */
export function changes(before: readonly Shape["AgendaItem"][], wanted: readonly Draft[]): Changes {
  const kept = wanted.filter((w) => w.id);
  const known = new Map(before.map((item) => [item.id, item]));
  const left = before.filter((item) => kept.some((w) => w.id === item.id));
  return {
    removed: before.filter((item) => !left.includes(item)).map((item) => item.id),
    changed: kept.flatMap(({ id = "", title, owner }) => {
      const item = known.get(id);
      const same = !item || (item.title === title && (item.owner ?? "") === owner);
      return same ? [] : [{ id, title, owner: owner || null }];
    }),
    ordered: left.some((item, i) => item.id !== wanted[i]?.id),
  };
}
