// Finding words in a transcript: in its data, because most of a long transcript is not in the page. Upper and lower
// case are the same, and so are letters with and without accents: who types "reunion" finds "reunión".
import type { Turn } from "$lib/live/room";

/** Letters of one segment. */
export interface Piece {
  segment: string;
  from: number;
  to: number;
}

/** A place where the words were found: in one segment, or over the end of one into the next. */
export interface Found {
  turn: number;
  pieces: Piece[];
}

/** A text to search in: its plain letters, and for each the place of the letter it came from. */
interface Plain {
  letters: string;
  from: number[];
}

/** A turn to search in. */
export type Index = { plain: Plain; segments: { id: string; from: number; to: number }[] }[];

function plain(text: string): Plain {
  let letters = "";
  const from: number[] = [];
  let at = 0;
  for (const letter of text) {
    const bare = letter.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    letters += /\s/.test(bare) ? " " : bare;
    for (let i = 0; i < bare.length; i++) from.push(at);
    at += letter.length;
  }
  from.push(at);
  return { letters, from };
}

/** Made once for a transcript, however much is then typed. */
export function indexOf(turns: readonly Turn[]): Index {
  return turns.map((turn) => {
    let at = 0;
    const segments = turn.segments.map(({ id, text }) => {
      const from = at;
      at += text.length + 1;
      return { id, from, to: from + text.length };
    });
    return { plain: plain(turn.segments.map((s) => s.text).join(" ")), segments };
  });
}

/** Every place where what is wanted was said, in the order in which it was said. */
export function find(index: Index, wanted: string): Found[] {
  const { letters } = plain(wanted.trim().replace(/\s+/g, " "));
  if (!letters) return [];
  return index.flatMap(({ plain, segments }, turn) => {
    const found: Found[] = [];
    let at = plain.letters.indexOf(letters);
    while (at >= 0) {
      const from = plain.from[at] ?? 0;
      const to = plain.from[at + letters.length] ?? from;
      const pieces = segments
        .filter((s) => s.from < to && from < s.to)
        .map((s) => ({ segment: s.id, from: Math.max(0, from - s.from), to: Math.min(s.to, to) - s.from }));
      found.push({ turn, pieces });
      at = plain.letters.indexOf(letters, at + letters.length);
    }
    return found;
  });
}

/** A part of a segment's text; with the number of the place that it belongs to, if any. */
export interface Part {
  text: string;
  place?: number;
}

/** The places of each segment. */
export function placesOf(found: readonly Found[]): Map<string, (Piece & { place: number })[]> {
  const places = new Map<string, (Piece & { place: number })[]>();
  found.forEach(({ pieces }, place) => {
    for (const piece of pieces) places.set(piece.segment, [...(places.get(piece.segment) ?? []), { ...piece, place }]);
  });
  return places;
}

/** A segment's text, cut at what was found in it. */
export function partsOf(text: string, places: readonly (Piece & { place: number })[] = []): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const { from, to, place } of places) {
    if (from > at) parts.push({ text: text.slice(at, from) });
    parts.push({ text: text.slice(from, to), place });
    at = to;
  }
  if (at < text.length) parts.push({ text: text.slice(at) });
  return parts;
}
