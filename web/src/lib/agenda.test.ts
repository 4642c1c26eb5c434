import { describe, expect, it } from "vitest";
import { changes, cleaned, moved } from "./agenda";

const item = (id: string, title = id, owner: string | null = null) => ({ id, title, owner, position: 0 });
const draft = (id: string | undefined, title = id ?? "", owner = "") => ({ id, title, owner });

describe("what is moved", () => {
  it("is where it was wanted, the rest in its order", () => {
    expect(moved(["a", "b", "c", "d"], 0, 2)).toEqual(["b", "c", "a", "d"]);
    expect(moved(["a", "b", "c", "d"], 3, 1)).toEqual(["a", "d", "b", "c"]);
  });

  it("stays within the list", () => {
    expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
    expect(moved(["a", "b"], 0, 9)).toEqual(["b", "a"]);
    expect(moved(["a", "b"], 7, 0)).toEqual(["a", "b"]);
  });

  it("leaves the list that was given alone", () => {
    const list = ["a", "b"];
    moved(list, 0, 1);
    expect(list).toEqual(["a", "b"]);
  });
});

describe("an agenda that was changed by hand", () => {
  const before = [item("a", "First"), item("b", "Second", "Ada"), item("c", "Third")];
  const same = [draft("a", "First"), draft("b", "Second", "Ada"), draft("c", "Third")];

  it("asks for nothing if it is as it was", () => {
    expect(changes(before, same)).toEqual({ removed: [], changed: [], ordered: false });
  });

  it("asks for what was removed and changed, and for no order where that stayed", () => {
    const wanted = [draft("b", "Second", ""), draft("c", "The third")];
    expect(changes(before, wanted)).toEqual({
      removed: ["a"],
      changed: [
        { id: "b", title: "Second", owner: null },
        { id: "c", title: "The third", owner: null },
      ],
      ordered: false,
    });
  });

  it("asks for the order where a point was moved, or is new and not at the end", () => {
    expect(changes(before, moved(same, 0, 1)).ordered).toBe(true);
    expect(changes(before, [draft(undefined, "New"), ...same]).ordered).toBe(true);
    expect(changes(before, [...same, draft(undefined, "New")]).ordered).toBe(false);
  });

  it("does without points that have no title", () => {
    expect(cleaned([draft(undefined, " New ", " Bea "), draft(undefined, "  ")])).toEqual([
      { id: undefined, title: "New", owner: "Bea" },
    ]);
  });
});
