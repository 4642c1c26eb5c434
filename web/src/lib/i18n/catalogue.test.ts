import { describe, expect, it } from "vitest";
import { en } from "./en";
import { es } from "./es";

const names = (s: string) => [...s.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();

describe("the catalogue", () => {
  it("has the same keys in both languages", () => {
    expect(Object.keys(es).sort()).toEqual(Object.keys(en).sort());
  });

  it("fills the same names in both languages", () => {
    for (const [key, text] of Object.entries(en)) {
      expect(names(es[key as keyof typeof en]), key).toEqual(names(text));
    }
  });

  it("leaves no message empty and shouts nowhere", () => {
    for (const text of [...Object.values(en), ...Object.values(es)]) {
      expect(text.trim()).not.toBe("");
      expect(text).not.toMatch(/[!¡]/);
    }
  });
});
