// Every page and state, as it looks: a picture of each at two widths in light and dark (e2e/shots), no serious
// finding of axe, and nothing wider than a phone, in both languages.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { Json } from "../support/api.ts";
import { furnish, NAMES, type House } from "../support/house.ts";
import { expect, PASSWORD, test } from "../support/test.ts";
import { en } from "../../web/src/lib/i18n/en.ts";
import { es } from "../../web/src/lib/i18n/es.ts";
import type { Browser, BrowserContext, Page } from "@playwright/test";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = path.resolve(import.meta.dirname, "../shots");
const SIZES = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
];
const SCHEMES = ["light", "dark"] as const;
/** Milliseconds between the frames that furnish the house. */
const PACE = 20;

type Words = typeof en | typeof es;
type Who = "stranger" | "ada" | "ben";
/** A state of a page: who looks, at what address, and how to get there (in any language). */
type Scene = [name: string, who: Who, at: string, set?: (page: Page, words: Words) => Promise<void>];

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const dialog = (page: Page) => expect(page.getByRole("dialog")).toBeVisible();

async function enter(page: Page, words: Words): Promise<void> {
  await expect(page.getByLabel(words["mic.level"])).toBeVisible();
  await button(page, words["entry.join"]).click();
  await expect(page.getByRole("region", { name: words["room.controls"] })).toBeVisible();
  await expect(page.getByRole("log", { name: words["captions.finals"] }).getByRole("article").first()).toBeVisible();
}

async function panel(page: Page, words: Words, name: "people" | "chat" | "agenda"): Promise<void> {
  await enter(page, words);
  const side = page.getByRole("complementary", { name: words[`${name}.title`] });
  if (!(await side.isVisible())) await page.getByRole("button", { name: words[`${name}.title`] }).click();
  await expect(side).toBeVisible();
}

function scenes({ live, over, planned }: House): Scene[] {
  const ended = (page: Page, words: Words) => expect(page.getByRole("region", { name: words["minutes.summary"] })).toBeVisible();
  return [
    ["front", "stranger", "/"],
    ["front-register", "stranger", "/", (page, w) => page.getByText(w["auth.register"], { exact: true }).first().click()],
    [
      "front-refused",
      "stranger",
      "/",
      async (page, w) => {
        await page.getByLabel(w["auth.email"]).fill("nobody@example.com");
        await page.getByLabel(w["auth.password"]).fill("wrong wrong wrong");
        await button(page, w["auth.sign-in.do"]).click();
        await expect(page.getByRole("alert")).toBeVisible();
      },
    ],
    ["missing", "stranger", "/nowhere"],
    ["missing-meeting", "stranger", "/m/zzzzzzzz", (page, w) => expect(page.getByText(w["meeting.missing"])).toBeVisible()],
    ["over-for-strangers", "stranger", `/m/${over.code}`, (page, w) => expect(page.getByText(w["meeting.over"])).toBeVisible()],
    ["entry-guest", "stranger", `/m/${live.code}`, (page, w) => expect(page.getByLabel(w["mic.level"])).toBeVisible()],
    ["home", "ada", "/home", (page) => expect(page.getByRole("listitem").filter({ hasText: planned.title })).toBeVisible()],
    [
      "home-past",
      "ada",
      "/home",
      async (page, w) => {
        await page.getByText(w["home.past"], { exact: true }).click();
        await expect(page.getByRole("listitem").filter({ hasText: over.title })).toBeVisible();
      },
    ],
    [
      "home-deleted",
      "ada",
      "/home",
      async (page, w) => {
        await page.getByText(w["home.bin"], { exact: true }).click();
        await expect(page.getByText(w["home.none.deleted"])).toBeVisible();
      },
    ],
    [
      "plan",
      "ada",
      "/home",
      async (page, w) => {
        await button(page, w["home.plan"]).click();
        await dialog(page);
        await button(page, w["plan.item.add"]).click();
      },
    ],
    [
      "menu",
      "ada",
      "/home",
      async (page, w) => {
        await button(page, w["nav.account"].replace("{name}", NAMES[0])).click();
        await expect(page.getByRole("menuitem", { name: w["nav.settings"] })).toBeVisible();
      },
    ],
    ["settings", "ada", "/settings"],
    ["entry-planned", "ada", `/m/${planned.code}`, (page, w) => expect(page.getByLabel(w["mic.level"])).toBeVisible()],
    ["room", "ben", `/m/${live.code}`, enter],
    ["room-people", "ada", `/m/${live.code}`, (page, w) => panel(page, w, "people")],
    ["room-chat", "ben", `/m/${live.code}`, (page, w) => panel(page, w, "chat")],
    ["room-agenda", "ada", `/m/${live.code}`, (page, w) => panel(page, w, "agenda")],
    [
      "room-invite",
      "ada",
      `/m/${live.code}`,
      async (page, w) => {
        await enter(page, w);
        await button(page, w["invite.title"]).click();
        await expect(page.getByRole("img", { name: w["invite.qr"] })).toBeVisible();
      },
    ],
    [
      "room-microphone",
      "ada",
      `/m/${live.code}`,
      async (page, w) => {
        await enter(page, w);
        await button(page, w["mic.settings"]).click();
        await dialog(page);
      },
    ],
    [
      "room-leave",
      "ada",
      `/m/${live.code}`,
      async (page, w) => {
        await enter(page, w);
        await button(page, w["room.leave"]).click();
        await dialog(page);
      },
    ],
    ["result", "ada", `/m/${over.code}`, ended],
    [
      "result-transcript",
      "ada",
      `/m/${over.code}`,
      async (page, w) => {
        await ended(page, w);
        await page.setViewportSize({ width: 390, height: 844 });
        await page.getByText(w["transcript.title"], { exact: true }).first().click();
      },
    ],
  ];
}

async function someone(browser: Browser, house: House & { server: { url: string } }, who: Who, language: string): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: house.server.url, locale: language, permissions: ["microphone"] });
  context.setDefaultTimeout(20_000);
  if (who === "ada") {
    const data = { email: "ada.lovelace@example.com", password: PASSWORD };
    expect((await context.request.post("/api/v1/auth/sign-in", { data })).status()).toBe(200);
  }
  if (who === "ben") {
    // As the web app keeps a guest's token in the tab that he came in with.
    await context.addInitScript(([key, token]) => sessionStorage.setItem(key, token), [`huddle.guest.${house.live.code}`, house.guest.token ?? ""] as const);
  }
  return context;
}

/** Brings a page into a state. */
async function show(context: BrowserContext, [, , at, set]: Scene, words: Words): Promise<Page> {
  const page = await context.newPage();
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto(at);
  await page.locator("main, [role=main]").first().waitFor();
  await set?.(page, words);
  await page.evaluate(() => document.fonts.ready);
  return page;
}

async function serious(page: Page): Promise<string[]> {
  const violations: Json[] = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: (options: unknown) => Promise<{ violations: Json[] }> } };
    return (await axe.run({ resultTypes: ["violations"] })).violations;
  });
  return violations
    .filter((v) => ["moderate", "serious", "critical"].includes(v.impact))
    .flatMap((v) => v.nodes.map((n: Json) => `${v.id}: ${n.html.slice(0, 160)} (${n.any[0]?.message ?? v.help})`));
}

/** What makes the page wider than a narrow phone. */
async function overflow(page: Page): Promise<string[]> {
  await page.setViewportSize({ width: 360, height: 740 });
  return page.evaluate(() => {
    const root = document.scrollingElement ?? document.documentElement;
    if (root.scrollWidth <= 360) return [];
    const wide = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > 361);
    return [`${root.scrollWidth} px wide`, ...wide.slice(0, 3).map((e) => e.outerHTML.slice(0, 160))];
  });
}

test("every page is sound and worth looking at", async ({ serve, browse }) => {
  test.setTimeout(400_000);
  const house = await furnish(serve, PACE);
  const browser = await browse();
  const faults: string[] = [];
  for (const scene of scenes(house)) {
    const context = await someone(browser, house, scene[1], "en-GB");
    await context.addInitScript({ content: axe });
    const page = await show(context, scene, en);
    for (const size of SIZES) {
      await page.setViewportSize(size);
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: path.join(shots, `${scene[0]}-${size.width}-${colorScheme}.png`), animations: "disabled" });
        for (const fault of await serious(page)) faults.push(`${scene[0]}, ${size.width} px, ${colorScheme}: ${fault}`);
      }
    }
    for (const fault of await overflow(page)) faults.push(`${scene[0]}, 360 px: ${fault}`);
    await context.close();
  }
  expect(faults).toEqual([]);
});

test("every page fits a phone in Spanish", async ({ serve, browse }) => {
  test.setTimeout(400_000);
  const house = await furnish(serve, PACE);
  const browser = await browse();
  const faults: string[] = [];
  for (const scene of scenes(house)) {
    const context = await someone(browser, house, scene[1], "es-ES");
    const page = await show(context, scene, es);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.screenshot({ path: path.join(shots, `${scene[0]}-390-es.png`), animations: "disabled" });
    for (const fault of await overflow(page)) faults.push(`${scene[0]}: ${fault}`);
    await context.close();
  }
  expect(faults).toEqual([]);
});

test("the empty states of a new server", async ({ serve, browse, visit }) => {
  const server = await serve({ HUDDLE_SPEECH_ENGINE: "off" });
  const page = await visit(server, await browse());
  await page.addInitScript({ content: axe });
  const faults: string[] = [];
  const picture = async (name: string) => {
    for (const size of SIZES) {
      await page.setViewportSize(size);
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.screenshot({ path: path.join(shots, `${name}-${size.width}-${colorScheme}.png`), animations: "disabled" });
        for (const fault of await serious(page)) faults.push(`${name}, ${size.width} px, ${colorScheme}: ${fault}`);
      }
    }
    for (const fault of await overflow(page)) faults.push(`${name}, 360 px: ${fault}`);
    await page.setViewportSize({ width: 1280, height: 800 });
  };
  await page.goto("/");
  await expect(button(page, "Make the account")).toBeVisible();
  await picture("first-account");
  await page.getByLabel("Name").fill("Ada Lovelace");
  await page.getByLabel("E-mail").fill("ada@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await button(page, "Make the account").click();
  await expect(page.getByText("Nothing is planned")).toBeVisible();
  await picture("home-empty");
  await button(page, "Start now").click();
  await expect(page.getByLabel("Microphone level")).toBeVisible();
  await picture("entry-host");
  await button(page, "Join").click();
  await expect(page.locator("[data-caption-state]")).toContainText("Captions are off");
  await picture("room-captions-off");
  await button(page, "Leave").click();
  await button(page, "End for everybody").click();
  await page.getByRole("dialog", { name: "End the meeting?" }).getByRole("button", { name: "End for everybody" }).click();
  await expect(page.getByRole("region", { name: "Transcript" })).toContainText("No words were heard");
  await picture("result-empty");
  expect(faults).toEqual([]);
});
