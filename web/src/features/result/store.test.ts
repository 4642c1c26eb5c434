import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ResultStore } from "./store.svelte";

let talkMs = 1_000;
const answers: Record<string, () => unknown> = {
  "": () => ({ id: "m" }),
  "/participants": () => [{ id: "p", name: "Ada", talkMs, isYou: false }],
  "/agenda": () => [],
  "/transcript": () => ({ complete: false, segments: [] }),
  "/minutes": () => ({ state: "waiting" }),
  "/tasks": () => [],
  "/audio": () => [],
  "/chat": () => [],
};

vi.mock("$lib/api/client", () => ({
  api: { GET: (path: string) => Promise.resolve(answers[path.split("{meeting}")[1] ?? ""]?.()) },
  ask: (answer: unknown) => answer,
}));
vi.mock("$lib/live/connection", () => ({ Connection: vi.fn() }));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("cancelAnimationFrame", () => undefined);
});
afterEach(() => void vi.useRealTimers());

it("counts talk time on while the last words are being heard", async () => {
  const store = new ResultStore("abcd2345");
  await store.load();
  expect(store.people[0]?.talkMs).toBe(1_000);
  talkMs = 2_500;
  await vi.advanceTimersByTimeAsync(4_000);
  expect(store.people[0]?.talkMs).toBe(2_500);
  store.close();
});
