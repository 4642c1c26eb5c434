// What planning sends: a new meeting at once, of one that is there the plan and then what has changed of its agenda.
import { changes, cleaned, type Draft } from "$lib/agenda";
import { api, ask, type Shape } from "$lib/api/client";
import type { Meeting } from "./meetings.svelte";

type Plan = Omit<Shape["MeetingPlan"], "agenda" | "startNow">;
type AgendaItem = Shape["AgendaItem"];

/** The points of a meeting as the server has them. */
export async function agendaOf(meeting: string): Promise<AgendaItem[]> {
  return ask(api.GET("/api/v1/meetings/{meeting}/agenda", { params: { path: { meeting } } }));
}

/** Plans a meeting. */
export async function planned(plan: Plan, drafts: Draft[]): Promise<Meeting> {
  const agenda = cleaned(drafts).map(({ title, owner }) => ({ title, owner: owner || null }));
  return ask(api.POST("/api/v1/meetings", { body: { ...plan, agenda } }));
}

/** Changes a plan. What fails halfway can be sent again: it is compared with what the server has by then. */
export async function replanned(meeting: string, plan: Plan, drafts: Draft[]): Promise<Meeting> {
  const path = { meeting };
  const made = await ask(api.PATCH("/api/v1/meetings/{meeting}", { params: { path }, body: plan }));
  const wanted = drafts.filter((draft) => draft.title.trim());
  const { removed, changed, ordered } = changes(await agendaOf(meeting), cleaned(wanted));
  const one = "/api/v1/meetings/{meeting}/agenda/{item}";
  for (const item of removed) await ask(api.DELETE(one, { params: { path: { ...path, item } } }));
  for (const { id: item, ...body } of changed) await ask(api.PATCH(one, { params: { path: { ...path, item } }, body }));
  for (const draft of wanted.filter((w) => !w.id)) {
    const body = { title: draft.title, owner: draft.owner || null };
    draft.id = (await ask(api.POST("/api/v1/meetings/{meeting}/agenda", { params: { path }, body }))).id;
  }
  const items = wanted.flatMap((w) => w.id ?? []);
  if (ordered) await ask(api.PUT("/api/v1/meetings/{meeting}/agenda/order", { params: { path }, body: { items } }));
  return made;
}
