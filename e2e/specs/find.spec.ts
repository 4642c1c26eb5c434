// Finding words in a transcript of which most is not in the page.
import { join, makeFirstAccount, startNow } from "../support/people.ts";
import { expect, test } from "../support/test.ts";
import type { Json } from "../support/api.ts";

/** Three hours of talk; "pineapple" is said twice, far apart. */
function longTalk(): Json[] {
  const words = "We talked about this for a while, and then about something else that took longer than it should have.";
  const said: Record<number, string> = { 3: "First a Pineapple.", 600: "Then the pine", 1_190: "And piñeapples at last." };
  return Array.from({ length: 1_200 }, (_, i) => ({
    id: `00000000-0000-4000-8000-${String(i).padStart(12, "0")}`,
    participant: null,
    speaker: i % 2 ? "Ada" : "Ben",
    startMs: i * 9_000,
    endMs: i * 9_000 + 8_000,
    text: said[i] ?? words,
    words: [],
    engine: "scripted",
    agendaItem: null,
  }));
}

for (const width of [1280, 390]) {
  test(`words are found in a long transcript, ${width} px wide`, async ({ serve, browse, visit }) => {
    const page = await visit(await serve({ HUDDLE_SPEECH_ENGINE: "off" }), await browse(), { viewport: { width, height: 800 } });
    await page.route("**/transcript", (route) => route.fulfill({ json: { segments: longTalk(), complete: true } }));
    await makeFirstAccount(page, "Ada Host");
    await startNow(page);
    await join(page);
    await page.getByRole("button", { name: "Leave", exact: true }).click();
    await page.getByRole("button", { name: "End for everybody" }).click();
    await page.getByRole("dialog", { name: "End the meeting?" }).getByRole("button", { name: "End for everybody" }).click();
    if (width < 900) await page.getByText("Transcript", { exact: true }).first().click();
    const transcript = page.getByRole("region", { name: "Transcript" });
    await expect(transcript).toBeVisible();
    const first = transcript.getByRole("article").first();
    await expect(first).toBeVisible();
    expect(await transcript.getByRole("article").count(), "most of it is not in the page").toBeLessThan(300);

    await transcript.getByRole("group", { name: "Words of the meeting" }).focus();
    await page.keyboard.press("Control+f");
    const field = transcript.getByRole("textbox", { name: "Find in the transcript" });
    await expect(field).toBeFocused();
    await page.keyboard.type("pineapple");
    const status = transcript.getByRole("search").getByRole("status");
    const looked = transcript.locator("mark.looked");
    await expect(status).toHaveText("1 of 2, Ada, 0:27");
    await expect(looked).toHaveText("Pineapple");
    await expect(looked).toBeInViewport();
    await page.keyboard.press("Enter");
    await expect(status).toHaveText(/^2 of 2/);
    await expect(looked).toHaveText("piñeapple");
    await expect(looked).toBeInViewport({ ratio: 1 });
    const under = await looked.evaluate((mark) => {
      const box = mark.getBoundingClientRect();
      return document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2) === mark;
    });
    expect(under, "nothing lies over it").toBe(true);
    await page.keyboard.press("Enter");
    await expect(status, "after the last comes the first").toHaveText(/^1 of 2/);
    await page.keyboard.press("Shift+Enter");
    await expect(status).toHaveText(/^2 of 2/);
    await field.fill("the pine");
    await expect(looked).toHaveText("the pine");
    await expect(looked).toBeInViewport({ ratio: 1 });
    await field.fill("banana");
    await expect(status).toHaveText("Not found");
    await page.keyboard.press("Escape");
    await expect(field).toHaveCount(0);
    await expect(transcript.getByRole("group", { name: "Words of the meeting" })).toBeFocused();
    await transcript.getByRole("button", { name: "Find in the transcript" }).click();
    await expect(field).toBeFocused();
  });
}
