import { beforeAll, expect, it, vi } from "vitest";
import type { Row, RowState } from "./uploads.svelte";

let merged: typeof import("./uploads.svelte").merged;
let percent: typeof import("./uploads.svelte").percent;
let rowOf: typeof import("./uploads.svelte").rowOf;

beforeAll(async () => {
  vi.stubGlobal("addEventListener", () => undefined);
  ({ merged, percent, rowOf } = await import("./uploads.svelte"));
});

const row = (id: string, state: RowState, rest: Partial<Row> = {}): Row => ({
  key: id,
  id,
  name: "a.wav",
  length: 1_000,
  sent: 0,
  state,
  ...rest,
});

it("is at 100 % only when all has arrived", () => {
  expect(percent(row("a", "sending", { sent: 999 }))).toBe(99);
  expect(percent(row("a", "sending", { sent: 1_000 }))).toBe(100);
  expect(percent(row("a", "sending", { length: 0 }))).toBe(0);
});

it("believes who is sending before what the server tells", () => {
  const known = [row("a", "sending", { sent: 900 }), row("b", "received"), row("c", "refused")];
  const told = [row("a", "left", { sent: 800 }), row("b", "received", { code: "abcd2345" }), row("d", "left")];
  expect(merged(known, told).map((r) => [r.id, r.state, r.sent])).toEqual([
    ["a", "sending", 900],
    ["b", "received", 0],
    ["d", "left", 0],
  ]);
});

it("keeps what is to be said about a recording that was taken in", () => {
  const remark = { code: "upload_cut_short", message: "It ends early." };
  expect(merged([row("a", "done", { remark }), row("b", "done")], []).map((r) => r.id)).toEqual(["a"]);
});

it("keeps one that was refused before the server made anything of it", () => {
  const known = [row("a", "refused", { id: undefined }), row("b", "refused")];
  expect(merged(known, []).map((r) => r.key)).toEqual(["a"]);
});

it("reads what the server tells", () => {
  const told = {
    id: "u",
    fileName: "",
    title: "Weekly",
    state: "receiving",
    length: 10,
    received: 4,
    meeting: null,
    remark: null,
    createdAt: "2026-11-20T09:00:00Z",
    expiresAt: "2026-11-23T09:00:00Z",
  };
  expect(rowOf(told)).toMatchObject({ name: "Weekly", sent: 4, state: "left", code: undefined });
  expect(rowOf({ ...told, state: "refused" }).state).toBe("refused");
});
