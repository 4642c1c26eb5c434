// The main job by hand: an account, a plan, people who come by code, words, an agenda, the end, the result.
import { endForEverybody, inTheRoom, join, joinAsGuest, makeFirstAccount, signIn, startNow } from "../support/people.ts";
import { expect, PASSWORD, test } from "../support/test.ts";
import { es } from "../../web/src/lib/i18n/es.ts";
import type { Locator, Page } from "@playwright/test";

const SILENT = { HUDDLE_SPEECH_ENGINE: "off" };

test("a planned meeting, from the invitation to the result", async ({ serve, browse, visit }) => {
  const server = await serve(SILENT);
  const browser = await browse();
  const ada = await visit(server, browser);
  await makeFirstAccount(ada, "Ada Host");
  await ada.getByRole("button", { name: "Account of Ada Host" }).click();
  await ada.getByRole("menuitem", { name: "Sign out" }).click();
  await signIn(ada, "ada.host@example.com", "not the password");
  await expect(ada.getByRole("alert")).toContainText("password");
  await signIn(ada, "ada.host@example.com", PASSWORD);

  await ada.getByRole("button", { name: "Plan", exact: true }).click();
  const plan = ada.getByRole("dialog", { name: "Plan a meeting" });
  await plan.getByLabel("Title").fill("Spring launch");
  await plan.getByLabel("What it is about").fill("Where we are, and who does what.");
  await plan.getByLabel("Invite").fill("bea@example.com");
  for (const [n, [title, owner]] of [["Where we are", "Ada"], ["Who does what", "Bea"]].entries()) {
    await plan.getByRole("button", { name: "Add an agenda point" }).click();
    await plan.getByLabel(`Agenda point ${n + 1}`, { exact: true }).fill(title ?? "");
    await plan.getByLabel(`Owner of point ${n + 1}`).fill(owner ?? "");
  }
  await plan.getByRole("button", { name: "Plan it" }).click();
  const planned = (page: Page) => page.getByRole("listitem").filter({ hasText: "Spring launch" });
  await expect(planned(ada)).toBeVisible();

  const bea = await visit(server, browser);
  await bea.goto("/");
  await bea.getByRole("radio", { name: "Register" }).click();
  const form = bea.getByRole("region", { name: "Your account" });
  await form.getByLabel("Name").fill("Bea Invited");
  await form.getByLabel("E-mail").fill("bea@example.com");
  await form.getByLabel("Password").fill(PASSWORD);
  await form.getByRole("button", { name: "Register" }).click();
  await expect(planned(bea), "who was invited sees it").toContainText("Hosted by Ada Host");

  await planned(ada).getByRole("link", { name: "Spring launch" }).click();
  await expect(ada.getByText("Not started yet")).toBeVisible();
  const code = new URL(ada.url()).pathname.split("/").at(-1) ?? "";
  await ada.getByRole("button", { name: "Start the meeting" }).click();
  await inTheRoom(ada);

  const gus = await visit(server, browser);
  await gus.goto("/");
  await gus.getByRole("textbox", { name: "Join by code or link" }).fill("hello");
  await gus.getByRole("button", { name: "Join", exact: true }).click();
  await expect(gus.getByRole("alert")).toContainText("8 letters and digits");
  await gus.getByRole("textbox", { name: "Join by code or link" }).fill(`${code.slice(0, 4)}-${code.slice(4)}`);
  await gus.getByRole("button", { name: "Join", exact: true }).click();
  await gus.getByLabel("Your name").fill("Gus Guest");
  await join(gus);
  await planned(bea).getByRole("link", { name: "Spring launch" }).click();
  await join(bea);
  for (const page of [ada, bea, gus]) {
    const people = await panel(page, "People");
    for (const name of ["Ada Host", "Bea Invited", "Gus Guest"]) await expect(people).toContainText(name);
  }

  await write(ada, "Hello both, can you hear me?");
  await write(gus, "¡Sí! <b>schön</b> 你好 שלום");
  for (const page of [ada, bea, gus]) {
    const lines = page.getByRole("log", { name: "Messages" });
    await panel(page, "Chat");
    await expect(lines.getByRole("article")).toHaveText([/Ada Host.*can you hear me/s, /Gus Guest.*<b>schön<\/b> 你好 שלום/s]);
  }

  const agenda = await panel(ada, "Agenda");
  await agenda.getByRole("button", { name: "Talk about it: Who does what" }).click();
  for (const page of [ada, gus]) {
    const item = (await panel(page, "Agenda")).getByRole("listitem").filter({ hasText: "Who does what" });
    await expect(item).toHaveAttribute("aria-current", "step");
    await expect(page.getByText("Now: Who does what")).toBeVisible();
  }
  await expect((await panel(gus, "Agenda")).getByRole("button", { name: "Talk about it: Where we are" })).toHaveCount(0);

  await gus.getByRole("button", { name: "Leave", exact: true }).click();
  await expect(gus.getByRole("form", { name: "Join the meeting" }), "a guest can come back").toBeVisible();
  await expect((await panel(ada, "People")).getByRole("listitem").filter({ hasText: "Gus Guest" })).toContainText("Gone");
  await endForEverybody(ada);
  await expect(ada.getByRole("heading", { level: 1 })).toHaveText("Spring launch");
  await expect(ada.getByRole("region", { name: "Transcript" })).toContainText("No words were heard");
  await expect(bea.getByRole("region", { name: "Transcript" }), "the others are taken along").toBeVisible();

  await ada.goto("/home");
  await ada.getByText("Past", { exact: true }).click();
  await expect(planned(ada)).toContainText("3 people");
  const stranger = await visit(server, browser);
  await stranger.goto(`/m/${code}`);
  await expect(stranger.getByText("This meeting has ended")).toBeVisible();
});

test("without a recogniser the page says why there are no captions", async ({ serve, browse, visit }) => {
  const server = await serve(SILENT);
  const page = await visit(server, await browse());
  await makeFirstAccount(page, "Ada Host");
  await startNow(page);
  await join(page);
  await expect(page.locator("[data-caption-state]")).toContainText("Captions are off: captions are switched off by the setting speech.engine");
});

test("a deleted meeting comes back", async ({ serve, browse, visit }) => {
  const server = await serve(SILENT);
  const page = await visit(server, await browse());
  await makeFirstAccount(page, "Ada Host");
  await page.getByRole("button", { name: "Plan", exact: true }).click();
  await page.getByRole("dialog").getByLabel("Title").fill("A mistake");
  await page.getByRole("button", { name: "Plan it" }).click();
  const meeting = page.getByRole("listitem").filter({ hasText: "A mistake" });
  const remove = page.getByRole("button", { name: "Delete “A mistake”" });
  await remove.click();
  await expect(meeting).toHaveCount(0);
  await page.getByRole("status", { name: "Notices" }).getByRole("button", { name: "Undo" }).click();
  await expect(meeting).toBeVisible();

  await remove.click();
  await expect(meeting).toHaveCount(0);
  await page.reload();
  await page.getByText("Deleted", { exact: true }).click();
  await meeting.getByRole("button", { name: "Bring back" }).click();
  await page.getByText("Upcoming", { exact: true }).click();
  await expect(meeting.getByRole("link", { name: "A mistake" })).toBeVisible();
});

test("the main job works in Spanish", async ({ serve, browse, visit }) => {
  const server = await serve(SILENT);
  const page = await visit(server, await browse(), { locale: "es-ES" });
  await page.goto("/");
  await expect(page.locator("html")).toHaveAttribute("lang", "es");
  const form = page.getByRole("region", { name: es["auth.region"] });
  await form.getByLabel(es["auth.name"]).fill("Inés Anfitriona");
  await form.getByLabel(es["auth.email"]).fill("ines@example.com");
  await form.getByLabel(es["auth.password"]).fill(PASSWORD);
  await form.getByRole("button", { name: es["auth.first.do"] }).click();
  await page.getByRole("button", { name: es["home.start"] }).click();
  await page.getByRole("button", { name: es["entry.join"], exact: true }).click();
  await expect(page.locator("[data-caption-state]")).toContainText(es["captions.off"]);
  await page.getByRole("button", { name: es["room.leave"], exact: true }).click();
  await page.getByRole("button", { name: es["end.do"] }).click();
  await page.getByRole("dialog").getByRole("button", { name: es["end.do"] }).click();
  await expect(page.getByRole("region", { name: es["transcript.title"] })).toBeVisible();

  await page.goto("/settings");
  await page.getByText("English", { exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Settings");
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Settings");
});

test("the main job works by keyboard alone", async ({ serve, browse, visit }) => {
  const server = await serve(SILENT);
  const browser = await browse();
  const page = await visit(server, browser);
  await page.goto("/");
  await expect(page.getByRole("button", { name: "Make the account" })).toBeVisible();
  await type(page, page.getByLabel("Name"), "Ada Host");
  await type(page, page.getByLabel("E-mail"), "ada@example.com");
  await type(page, page.getByLabel("Password"), PASSWORD);
  await page.keyboard.press("Enter");
  await press(page, page.getByRole("button", { name: "Start now" }));
  await expect(page.getByLabel("Microphone level")).toBeVisible();
  const code = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  await press(page, page.getByRole("button", { name: "Join", exact: true }));
  await inTheRoom(page);

  await press(page, page.getByRole("button", { name: "Mute" }));
  await expect(page.getByRole("button", { name: "Unmute" })).toBeVisible();
  await press(page, page.getByRole("button", { name: "Chat", exact: true }));
  await type(page, page.getByLabel("Write to everybody"), "Typed, not clicked");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("log", { name: "Messages" })).toContainText("Typed, not clicked");
  const guest = await visit(server, browser);
  await joinAsGuest(guest, code, "Gus Guest");
  await panel(guest, "Chat");
  await expect(guest.getByRole("log", { name: "Messages" })).toContainText("Typed, not clicked");

  await press(page, page.getByRole("button", { name: "Agenda", exact: true }));
  await type(page, page.getByRole("textbox", { name: "Add a point" }), "One thing");
  await page.keyboard.press("Enter");
  await press(page, page.getByRole("button", { name: "Talk about it: One thing" }));
  await expect(page.getByText("Now: One thing")).toBeVisible();

  await press(page, page.getByRole("button", { name: "Invite people" }));
  await expect(page.getByRole("dialog", { name: "Invite people" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Invite people" }), "focus returns to where it was").toBeFocused();

  await press(page, page.getByRole("button", { name: "Leave", exact: true }));
  await press(page, page.getByRole("button", { name: "End for everybody" }));
  const sure = page.getByRole("dialog", { name: "End the meeting?" });
  await press(page, sure.getByRole("button", { name: "End for everybody" }));
  await expect(page.getByRole("region", { name: "Transcript" })).toBeVisible();
});

/** Opens a panel of the room unless it is open: the panel. */
async function panel(page: Page, name: string): Promise<Locator> {
  const side = page.getByRole("complementary", { name });
  if (!(await side.isVisible())) await page.getByRole("button", { name, exact: name !== "Chat" }).click();
  await expect(side).toBeVisible();
  return side;
}

async function write(page: Page, text: string): Promise<void> {
  await panel(page, "Chat");
  await page.getByLabel("Write to everybody").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

/** Goes to a control with the Tab key. */
async function tabTo(page: Page, control: Locator): Promise<void> {
  await expect(control).toBeVisible();
  for (let n = 0; n < 60; n++) {
    if (await control.evaluate((e) => e === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${control} cannot be reached with the Tab key`);
}

async function type(page: Page, control: Locator, text: string): Promise<void> {
  await tabTo(page, control);
  await page.keyboard.type(text);
}

async function press(page: Page, control: Locator): Promise<void> {
  await tabTo(page, control);
  await page.keyboard.press("Enter");
}
