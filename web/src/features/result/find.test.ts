import { describe, expect, it } from "vitest";
import type { Segment, Turn } from "$lib/live/room";
import { find, indexOf, partsOf, placesOf } from "./find";

const turn = (...texts: string[]): Turn => ({
  key: texts[0] ?? "",
  participant: "p",
  speaker: "Ada",
  agendaItem: null,
  startMs: 0,
  endMs: 1,
  segments: texts.map((text) => ({ id: text.slice(0, 5), text }) as Segment),
});
const said = (turns: Turn[], wanted: string) =>
  find(indexOf(turns), wanted).map(({ pieces }) =>
    pieces.map((p) => {
      const text = turns.flatMap((t) => t.segments).find((s) => s.id === p.segment)?.text ?? "";
      return text.slice(p.from, p.to);
    }),
  );

describe("finding words", () => {
  it("finds every place, in the order in which it was said", () => {
    const turns = [turn("One tree.", "Two trees."), turn("No bush, a tree")];
    expect(find(indexOf(turns), "tree").map((f) => [f.turn, f.pieces[0]?.segment])).toEqual([
      [0, "One t"],
      [0, "Two t"],
      [1, "No bu"],
    ]);
  });

  it("does not mind capitals and accents, and marks the letters as they are written", () => {
    const turns = [turn("La REUNIÓN de mañana: ¿cuándo?")];
    expect(said(turns, "reunion")).toEqual([["REUNIÓN"]]);
    expect(said(turns, "MANANA")).toEqual([["mañana"]]);
    expect(said(turns, "cuándo")).toEqual([["cuándo"]]);
  });

  it("keeps its place after letters that are longer or shorter without their marks", () => {
    expect(said([turn("İstanbul 🎉 e\u0301te fin")], "fin")).toEqual([["fin"]]);
    expect(said([turn("İstanbul 🎉 e\u0301te fin")], "ete")).toEqual([["e\u0301te"]]);
  });

  it("finds words that go on in the next segment of a turn", () => {
    const turns = [turn("We launch on", "Friday morning.")];
    expect(said(turns, "on friday")).toEqual([["on", "Friday"]]);
  });

  it("does not find words across two turns", () => {
    expect(said([turn("We launch on"), turn("Friday.")], "on friday")).toEqual([]);
  });

  it("takes what is typed as it is, but for its outer and doubled spaces", () => {
    expect(said([turn("It costs $4.50 (net)")], "  $4.50   (")).toEqual([["$4.50 ("]]);
    expect(said([turn("aaaa")], "aa")).toEqual([["aa"], ["aa"]]);
    expect(said([turn("anything")], "   ")).toEqual([]);
  });

  it("is quick in a meeting of three hours", () => {
    const turns = Array.from({ length: 1_500 }, (_, i) => turn(`${i} ${"words of a long meeting ".repeat(6)}`));
    expect(find(indexOf(turns), "meeting")).toHaveLength(9_000);
  });
});

describe("what was found", () => {
  it("cuts the text of a segment where it is marked", () => {
    const found = find(indexOf([turn("A tree, a tree.")]), "tree");
    const places = placesOf(found).get("A tre");
    expect(partsOf("A tree, a tree.", places)).toEqual([
      { text: "A " },
      { text: "tree", place: 0 },
      { text: ", a " },
      { text: "tree", place: 1 },
      { text: "." },
    ]);
  });

  it("leaves the text of other segments whole", () => {
    expect(partsOf("No bush.")).toEqual([{ text: "No bush." }]);
  });
});
