import { beforeEach, describe, expect, it, vi } from "vitest";
import { refresh, sessionHint } from "./refresh";

const kept = new Map<string, string>();
beforeEach(() => {
  kept.clear();
  vi.stubGlobal("localStorage", {
    getItem: (k: string) => kept.get(k) ?? null,
    setItem: (k: string, v: string) => void kept.set(k, v),
    removeItem: (k: string) => void kept.delete(k),
  });
  let queue: Promise<unknown> = Promise.resolve();
  const request = (_name: string, work: () => Promise<unknown>) => (queue = queue.then(work, work));
  vi.stubGlobal("navigator", { locks: { request } });
});
const answer = (status: number) => vi.fn(() => Promise.resolve(new Response("{}", { status })));

describe("refreshing", () => {
  it("is not tried where nobody ever signed in", async () => {
    const send = answer(200);
    expect(await refresh(0, send)).toBe(false);
    expect(send).not.toHaveBeenCalled();
  });

  it("happens once for requests that were refused at the same time", async () => {
    kept.set("huddle.session", "1");
    const send = answer(200);
    const asked = Date.now() - 1;
    expect(await Promise.all([refresh(asked, send), refresh(asked, send), refresh(asked, send)])).toEqual([
      true,
      true,
      true,
    ]);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it("forgets the session when the server does not know it", async () => {
    kept.set("huddle.session", "1");
    expect(await refresh(Date.now(), answer(401))).toBe(false);
    expect(sessionHint.at()).toBe(0);
  });

  it("keeps the session when the server is only unwell", async () => {
    kept.set("huddle.session", "1");
    expect(await refresh(Date.now(), answer(503))).toBe(false);
    expect(sessionHint.at()).toBe(1);
  });
});
