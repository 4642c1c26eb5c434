// The agenda by hand: put in order, changed and removed, in planning and in the room, by keyboard and by pointer.
import { inTheRoom, joinAsGuest, makeFirstAccount } from "../support/people.ts";
import { expect, test } from "../support/test.ts";
import type { Locator, Page } from "@playwright/test";

const SILENT = { HUDDLE_SPEECH_ENGINE: "off" };
const OPENING = "Where we are";
const LAUNCH = "The launch";
const REST = "Any other business";

async function choose(panel: Locator, title: string, what: string): Promise<void> {
  await panel.getByRole("button", { name: `More for “${title}”` }).click();
  await panel.getByRole("menuitem", { name: what }).click();
}

/** The titles in a plan, in order. */
async function titles(plan: Locator): Promise<string[]> {
  const fields = await plan.getByRole("group", { name: "Agenda" }).getByRole("listitem").all();
  return Promise.all(fields.map((field) => field.getByRole("textbox").first().inputValue()));
}

async function plan(page: Page): Promise<Locator> {
  await page.getByRole("button", { name: "Plan", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Plan a meeting" });
  await dialog.getByLabel("Title").fill("Spring launch");
  for (const title of [OPENING, LAUNCH, REST]) {
    await dialog.getByRole("button", { name: "Add an agenda point" }).click();
    await page.keyboard.type(title);
  }
  return dialog;
}

test("a plan's agenda is put in order, and changed again", async ({ serve, browse, visit }) => {
  const page = await visit(await serve(SILENT), await browse());
  await makeFirstAccount(page, "Ada Host");
  const made = await plan(page);
  await made.getByRole("button", { name: `Move point 3, “${REST}”: arrow keys up and down` }).focus();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  expect(await titles(made)).toEqual([REST, OPENING, LAUNCH]);
  await made.getByRole("button", { name: `Move “${REST}” down` }).click();
  expect(await titles(made)).toEqual([OPENING, REST, LAUNCH]);
  await expect(made.getByRole("status")).toHaveText(`“${REST}” is now point 2 of 3`);
  await made.getByRole("button", { name: "Remove point 1" }).click();
  expect(await titles(made)).toEqual([REST, LAUNCH]);
  await made.getByRole("button", { name: "Undo" }).click();
  expect(await titles(made)).toEqual([OPENING, REST, LAUNCH]);
  await made.getByRole("button", { name: "Remove point 3" }).click();
  expect(await titles(made)).toEqual([OPENING, REST]);
  await made.getByRole("button", { name: "Undo" }).click();
  expect(await titles(made)).toEqual([OPENING, REST, LAUNCH]);
  await made.getByRole("button", { name: "Plan it" }).click();

  await page.getByRole("link", { name: "Spring launch" }).click();
  await page.getByRole("button", { name: "Change the plan" }).click();
  const again = page.getByRole("dialog", { name: "Change the plan" });
  await expect(again.getByLabel("Agenda point 3")).toHaveValue(LAUNCH);
  await again.getByLabel("Owner of point 3").fill("Ben");
  await again.getByRole("button", { name: "Remove point 1" }).click();
  await again.getByRole("button", { name: "Add an agenda point" }).click();
  await page.keyboard.type("A toast");
  await again.getByRole("button", { name: "Move “A toast” up" }).click();
  await again.getByRole("button", { name: "Save" }).click();
  await expect(again).toHaveCount(0);
  await page.getByRole("button", { name: "Change the plan" }).click();
  await expect(again.getByLabel("Owner of point 3")).toHaveValue("Ben");
  expect(await titles(again)).toEqual([REST, "A toast", LAUNCH]);
});

test("the host changes the agenda while all see it", async ({ serve, browse, visit }) => {
  const server = await serve(SILENT);
  const browser = await browse();
  const ada = await visit(server, browser);
  await makeFirstAccount(ada, "Ada Host");
  await (await plan(ada)).getByRole("button", { name: "Plan it" }).click();
  await ada.getByRole("link", { name: "Spring launch" }).click();
  await ada.getByRole("button", { name: "Start the meeting" }).click();
  await inTheRoom(ada);
  const gus = await visit(server, browser);
  await joinAsGuest(gus, new URL(ada.url()).pathname.split("/").at(-1) ?? "", "Gus Guest");

  for (const page of [ada, gus]) await page.getByRole("button", { name: "Agenda", exact: true }).click();
  const panel = ada.getByRole("complementary", { name: "Agenda" });
  const seen = gus.getByRole("complementary", { name: "Agenda" }).getByRole("listitem");
  await expect(seen).toHaveText([new RegExp(OPENING), new RegExp(LAUNCH), new RegExp(REST)]);
  await expect(gus.getByRole("button", { name: `More for “${LAUNCH}”` })).toHaveCount(0);

  await choose(panel, REST, "Move up");
  await expect(seen).toHaveText([new RegExp(OPENING), new RegExp(REST), new RegExp(LAUNCH)]);
  await expect(panel.getByRole("status")).toHaveText(`“${REST}” is now point 2 of 3`);
  const handle = panel.getByRole("button", { name: `“${LAUNCH}”: arrow keys up and down` });
  await handle.focus();
  await ada.keyboard.press("ArrowUp");
  await expect(handle, "it keeps the focus").toBeFocused();
  await ada.keyboard.press("ArrowUp");
  await expect(seen).toHaveText([new RegExp(LAUNCH), new RegExp(OPENING), new RegExp(REST)]);
  await handle.dragTo(panel.getByRole("listitem").last(), { targetPosition: { x: 100, y: 50 } });
  await expect(seen).toHaveText([new RegExp(OPENING), new RegExp(REST), new RegExp(LAUNCH)]);

  await choose(panel, OPENING, "Change");
  await expect(panel.getByLabel("What to talk about")).toBeFocused();
  await ada.keyboard.type("Where we stand");
  await panel.getByLabel("Owner").fill("Gus");
  await ada.keyboard.press("Enter");
  await expect(seen.first()).toHaveText(/Where we stand\s*Gus/);
  await expect(panel.getByRole("button", { name: "More for “Where we stand”" })).toBeFocused();

  await panel.getByRole("button", { name: `Talk about it: ${REST}` }).click();
  await expect(gus.getByText(`Now: ${REST}`)).toBeVisible();
  await choose(panel, REST, "Remove");
  await expect(seen).toHaveText([/Where we stand/, new RegExp(LAUNCH)]);
  await ada.getByRole("status", { name: "Notices" }).getByRole("button", { name: "Undo" }).click();
  await expect(seen).toHaveText([/Where we stand/, new RegExp(REST), new RegExp(LAUNCH)]);
  await expect(seen.nth(1), "it is current again").toHaveAttribute("aria-current", "step");
});
