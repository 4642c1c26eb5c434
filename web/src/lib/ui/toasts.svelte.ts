// Short words about what just happened; some can be undone.
import type { Problem } from "$lib/api/problem";
import { saying } from "./saying";

export interface Toast {
  id: number;
  text: string;
  kind: "done" | "problem";
  detail?: string;
  action?: { label: string; run: () => void };
}

const state = $state<{ list: Toast[] }>({ list: [] });
let last = 0;

export const toasts = {
  get list() {
    return state.list;
  },
  close(id: number) {
    state.list = state.list.filter((t) => t.id !== id);
  },
};

function show(toast: Omit<Toast, "id">, forMs: number): void {
  const id = ++last;
  state.list = [...state.list.slice(-2), { ...toast, id }];
  setTimeout(() => toasts.close(id), forMs);
}

/** Says that something was done. */
export function done(text: string, action?: Toast["action"]): void {
  show({ text, kind: "done", action }, action ? 10_000 : 4_000);
}

/** Says that something went wrong. */
export function sorry(problem: Problem): void {
  show({ text: saying(problem), kind: "problem", detail: problem.requestId }, 10_000);
}
