// Real sound through a real browser: heard, written down under the right name, written up.
import { execFileSync } from "node:child_process";
import { endForEverybody, join, joinAsGuest, makeFirstAccount, startNow } from "../support/people.ts";
import { clip, grammar, say, score, wordErrorRate, wordsOf } from "../support/sound.ts";
import { expect, test } from "../support/test.ts";
import type { Page } from "@playwright/test";

/** The microphone opens before one joins; what it plays must not begin before one has. */
const LEAD = 6;
/** Recognising may fall behind on a busy machine: what takes longer is not slow but broken. */
const LATE = 100_000;
const NO_DATA = "the shared speech clips are not here (HUDDLE_TEST_DATA)";

/** The words of all segments, once they are complete and the minutes written. */
async function transcript(page: Page): Promise<string> {
  await expect(page.getByRole("button", { name: "PDF" })).toBeEnabled({ timeout: LATE });
  const said = page.getByRole("group", { name: "Words of the meeting" }).locator("[data-segment]");
  await expect(said.first()).toBeVisible();
  return (await said.allInnerTexts()).join(" ");
}

async function download(page: Page, button: string): Promise<string> {
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: button }).click();
  return (await coming).path();
}

test("a speech of 1961 becomes captions, a transcript, minutes and a PDF", async ({ serve, browse, visit }) => {
  const jfk = clip("jfk.wav");
  test.skip(!jfk, NO_DATA);
  const server = await serve();
  const browser = await browse({ plays: score([jfk ?? ""], { lead: LEAD }) });
  const page = await visit(server, browser);
  await makeFirstAccount(page, "Ada Host");
  await startNow(page);
  await join(page);

  const live = page.getByRole("region", { name: "Captions" });
  await expect(live.locator("[data-partial]").first(), "words on their way").toBeVisible({ timeout: LATE });
  await expect(live.getByRole("log"), "words that stay").toContainText("country", { timeout: LATE });
  await expect(live.getByRole("heading", { name: "Ada Host" }).first()).toBeVisible();
  await expect(live, "the clip is over").toContainText("Nobody is speaking", { timeout: LATE });
  await endForEverybody(page);

  const heard = await transcript(page);
  const rate = wordErrorRate(wordsOf("jfk.wav"), heard);
  console.log(`jfk.wav: word error rate ${rate.toFixed(2)}: “${heard}”`);
  expect(rate).toBeLessThanOrEqual(0.35);

  const minutes = page.getByRole("region", { name: "Minutes" });
  await expect(minutes.getByRole("region", { name: "Summary" })).toContainText("country");
  await expect(page.getByRole("region", { name: "Player" })).toBeVisible();

  const pdf = execFileSync("pdftotext", ["-layout", await download(page, "PDF"), "-"], { encoding: "utf8" });
  expect(pdf).toContain("Ada Host");
  expect(pdf.replace(/\s+/g, " ")).toMatch(/your country/i);
  await download(page, "Markdown");
});

test("two people speak, each under their own name", async ({ serve, browse, visit }) => {
  const names = { ada: ["spk1_snt1.wav", "spk1_snt2.wav"], ben: ["spk2_snt1.wav", "spk2_snt4.wav"] };
  const clips = { ada: names.ada.map(clip), ben: names.ben.map(clip) };
  test.skip([...clips.ada, ...clips.ben].includes(undefined), NO_DATA);
  const said = { ada: names.ada.map(wordsOf).join(" "), ben: names.ben.map(wordsOf).join(" ") };
  const sound = (of: (string | undefined)[]) => score(of.map(String), { lead: LEAD });

  const server = await serve();
  const host = await visit(server, await browse({ plays: sound(clips.ada) }));
  const guest = await visit(server, await browse({ plays: sound(clips.ben) }));
  await makeFirstAccount(host, "Ada Host");
  const code = await startNow(host);
  await join(host);
  await joinAsGuest(guest, code, "Ben Guest");

  const log = (page: Page) => page.getByRole("log", { name: "What was said" });
  const turns = (page: Page, name: string) =>
    log(page).getByRole("article").filter({ has: page.getByRole("heading", { name }) }).locator("p");
  for (const page of [host, guest]) {
    await expect(turns(page, "Ada Host").last(), "the end of what Ada says").toContainText("figures", { timeout: LATE });
    await expect(turns(page, "Ben Guest").last(), "the end of what Ben says").toContainText("go out", { timeout: LATE });
    const ada = (await turns(page, "Ada Host").allInnerTexts()).join(" ");
    const ben = (await turns(page, "Ben Guest").allInnerTexts()).join(" ");
    expect(wordErrorRate(said.ada, ada)).toBeLessThan(0.5);
    expect(wordErrorRate(said.ben, ben)).toBeLessThan(0.5);
  }

  await endForEverybody(host);
  await transcript(host);
  const player = host.getByRole("region", { name: "Player" });
  await expect(player.getByRole("button", { name: "Leave out Ada Host" })).toBeVisible();
  await expect(player.getByRole("button", { name: "Leave out Ben Guest" })).toBeVisible();
  // A guest has what was said, and no files.
  await expect(guest.getByRole("region", { name: "Transcript" })).toContainText("Ada Host", { timeout: LATE });
  await expect(guest.getByRole("button", { name: "PDF" })).toHaveCount(0);
});

test("synthesised speech against a grammar is word-exact", async ({ serve, browse, visit }) => {
  const phrases = ["we decided to move the launch to friday", "please send the report tomorrow morning", "who will call the customer"];
  const server = await serve({ HUDDLE_SPEECH_GRAMMAR: grammar(phrases), HUDDLE_SPEECH_ENGINE: "pocketsphinx" });
  const plays = score(phrases.map(say), { lead: LEAD, gap: 2, tail: 2 });
  const page = await visit(server, await browse({ plays }));
  await makeFirstAccount(page, "Ada Host");
  await startNow(page);
  await join(page);
  const log = page.getByRole("log", { name: "What was said" });
  await expect(log).toContainText(phrases[2] ?? "", { timeout: LATE });
  await endForEverybody(page);
  const heard = await transcript(page);
  expect(heard.toLowerCase().replace(/[^a-z ]/g, "")).toBe(phrases.join(" "));
});
