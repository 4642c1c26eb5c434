import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { problemOf } from "$lib/api/problem";
import { en } from "$lib/i18n/en";
import { es } from "$lib/i18n/es";
import { saying, sayingOf } from "./saying";

const REPOSITORY = new URL("../../../../", import.meta.url);

/** The files below a folder of the repository whose names end so, without their Rust tests. */
function sources(folder: string, ending: string): { path: string; text: string }[] {
  const names = readdirSync(new URL(folder, REPOSITORY), { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(ending) && !/(^|\/)tests?(\/|\.)|\.test\.ts$/.test(name))
    .map((name) => {
      const text = readFileSync(new URL(`${folder}/${name}`, REPOSITORY), "utf8");
      return { path: `${folder}/${name}`, text: text.split("#[cfg(test)]\nmod tests")[0] ?? "" };
    });
}

/** Codes as the sources of the server write them: in refusals, in plain errors of the doors, on the socket. */
function codesOfTheServer(): Set<string> {
  const shapes = [/\bcode: "(\w+)"/g, /\b(?:Plain|ApiError::new)\(\s*StatusCode::\w+,\s*"(\w+)"/g, /"code": "(\w+)"/g];
  const rust = sources("crates", ".rs");
  return new Set(rust.flatMap(({ text }) => shapes.flatMap((s) => [...text.matchAll(s)].map((m) => m[1] ?? ""))));
}

/** Codes that the protocol promises: the second column of its table, without what is a field. */
function codesOfTheProtocol(): Set<string> {
  const page = readFileSync(new URL("docs/protocol.md", REPOSITORY), "utf8");
  const rows = [...page.matchAll(/^\| [45]\d\d \| (.+) \|$/gm)].map((m) => m[1] ?? "");
  return new Set(rows.flatMap((row) => [...row.matchAll(/`([a-z_]+)`/g)].map((m) => m[1] ?? "")));
}

describe("a problem", () => {
  it("has words in both languages for every code of the server", () => {
    const codes = new Set([...codesOfTheServer(), ...codesOfTheProtocol()]);
    expect(codes.size).toBeGreaterThan(25);
    for (const code of codes) {
      expect(Object.keys(en), `${code} in en.ts`).toContain(`error.${code}`);
      expect(Object.keys(es), `${code} in es.ts`).toContain(`error.${code}`);
    }
  });

  it("is said by its code, not in the words of the server", () => {
    const problem = problemOf(409, { code: "meeting_ended", message: "The words of the server." });
    expect(saying(problem)).toBe(en["error.meeting_ended"]);
  });

  it("of a field says what the field takes", () => {
    const body = { code: "invalid", message: "name: must not be empty", details: { field: "name" } };
    const problem = problemOf(400, body);
    expect(saying(problem)).toBe(en["error.invalid.name"]);
    expect(sayingOf(problem, "email")).toBeUndefined();
    expect(sayingOf(problem, "email", "name")).toBe(en["error.invalid.name"]);
  });

  it("of a field that nobody types has words too", () => {
    const body = { code: "invalid", message: "clientId: must not be empty", details: { field: "clientId" } };
    expect(saying(problemOf(400, body))).toBe(en["error.invalid"]);
  });

  it("says how long to wait", () => {
    const problem = problemOf(429, { code: "too_many_requests" }, new Headers({ "retry-after": "6" }));
    expect(saying(problem)).toBe(`${en["error.too_many_requests"]} (6 s)`);
  });

  it("with a code that is not known is said in the words of the server", () => {
    expect(saying(problemOf(409, { code: "brand_new", message: "Something new." }))).toBe("Something new.");
    expect(saying(problemOf(409, { code: "brand_new" }))).not.toBe("");
  });

  it("is nowhere shown in the words of the server by itself", () => {
    const shown = sources("web/src/features", ".svelte").concat(sources("web/src/lib/ui", ".svelte"));
    for (const { path, text } of shown) expect(text, path).not.toMatch(/\b(problem|noAudio|refused)\??\.message\b/);
  });
});
