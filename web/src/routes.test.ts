import { describe, expect, it } from "vitest";
import { after, match } from "./routes";

describe("addresses", () => {
  it("name a meeting however its code is typed", () => {
    for (const path of ["/m/abcd2345", "/m/ABCD-2345", "/m/abcd%202345/"]) {
      expect(match(path).values.code).toBe("abcd2345");
    }
  });

  it("that cannot be read lead to the missing page", () => {
    for (const path of ["/m/%", "/m/%E0%A4", "/m/", "/m/a/b", "/nowhere"]) {
      expect(match(path).key, path).toBe("missing");
    }
  });
});

describe("after signing in", () => {
  it("one goes on where one wanted to", () => {
    expect(after("/m/abcd2345")).toBe("/m/abcd2345");
    expect(after("/settings?a=1#b")).toBe("/settings?a=1#b");
  });

  it("one never leaves this app", () => {
    for (const next of [
      null,
      "",
      "evil",
      "//evil",
      "/\\evil",
      "/\t/evil",
      "/.//evil",
      "https://evil",
      "javascript:1",
    ]) {
      expect(after(next), String(next)).toBeUndefined();
    }
  });
});
