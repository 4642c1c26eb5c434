import { describe, expect, it } from "vitest";
import { bytes, clock, code, codeIn, daysAway, initials, span } from "./format";
import { instant, wall } from "./zone";

describe("format", () => {
  it("writes places on the clock", () => {
    expect([0, 999, 61_000, 3_729_000, -5].map(clock)).toEqual(["0:00", "0:00", "1:01", "1:02:09", "0:00"]);
  });

  it("writes lengths", () => {
    expect([400, 45_000, 720_000, 3_900_000, 7_200_000].map(span)).toEqual([
      "0 s",
      "45 s",
      "12 min",
      "1 h 5 min",
      "2 h",
    ]);
  });

  it("finds the code in what people type or paste", () => {
    for (const typed of ["abcd2345", " ABCD-2345 ", "https://huddle.example/m/abcd2345?x=1", "abcd 2345"]) {
      expect(codeIn(typed), typed).toBe("abcd2345");
    }
    for (const typed of ["", "abcd", "abcd-23456", "https://example.com/"])
      expect(codeIn(typed), typed).toBeUndefined();
  });

  it("shows a code with its dash", () => {
    expect(code("abcd2345")).toBe("abcd-2345");
  });

  it("takes initials of any script, and of no name", () => {
    expect(["Ada Lovelace", "ada", "  ", "José María Aznar", "李 雷", "🦊 fox"].map(initials)).toEqual([
      "AL",
      "A",
      "?",
      "JA",
      "李雷",
      "🦊F",
    ]);
  });

  it("counts days by the calendar, not by 24 hours", () => {
    const now = new Date(2026, 10, 21, 23, 30);
    expect(daysAway(new Date(2026, 10, 22, 0, 10), now)).toBe(1);
    expect(daysAway(new Date(2026, 10, 21, 0, 0), now)).toBe(0);
    expect(daysAway(new Date(2026, 10, 20, 23, 59), now)).toBe(-1);
  });

  it("writes sizes", () => {
    expect([0, 12_345, 3_400_000].map((n) => bytes(n, "en"))).toEqual(["0 byte", "12.3 kB", "3.4 MB"]);
  });
});

describe("zones", () => {
  it("turn a wall clock into a moment and back", () => {
    for (const zone of ["UTC", "Europe/Madrid", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]) {
      for (const local of ["2026-01-15T09:30", "2026-07-15T23:59", "2026-12-31T00:00"]) {
        expect(wall(instant(local, zone), zone), `${local} ${zone}`).toBe(local);
      }
    }
    expect(instant("2026-11-21T09:30", "Asia/Kolkata").toISOString()).toBe("2026-11-21T04:00:00.000Z");
  });

  it("take the first of an hour that happens twice", () => {
    expect(instant("2026-10-25T02:30", "Europe/Madrid").toISOString()).toBe("2026-10-25T00:30:00.000Z");
  });

  it("move an hour that is skipped to the next one", () => {
    const at = instant("2026-03-29T02:30", "Europe/Madrid");
    expect(["2026-03-29T03:30", "2026-03-29T01:30"]).toContain(wall(at, "Europe/Madrid"));
  });
});
