// Recordings come through the page by the real tus-js-client: paused, over a connection that breaks, to a server that
// dies, after a reload; and what is no recording is refused in words.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { makeFirstAccount } from "../support/people.ts";
import { folder, Server } from "../support/server.ts";
import { say, score } from "../support/sound.ts";
import { expect, test } from "../support/test.ts";
import type { Locator, Page } from "@playwright/test";

const shots = path.resolve(import.meta.dirname, "../shots");
const LINES = ["good morning everybody", "we decided to launch on friday", "ada will write to the customer tomorrow"];
/** Bytes per second that the page may send. */
const SLOW = 600_000;

/** A recording of the lines, so large that sending it takes a while: 48 kHz, stereo, 24 bit. */
function recording(): string {
  const file = path.join(folder("recording"), "weekly_meeting.wav");
  const spoken = score(LINES.map(say), { gap: 15, tail: 20 });
  execFileSync("sox", ["-D", spoken, "-c", "2", "-b", "24", file]);
  return file;
}

function scripted(): Record<string, string> {
  const script = path.join(folder("script"), "script.json");
  writeFileSync(script, JSON.stringify(LINES));
  return { HUDDLE_SPEECH_ENGINE: "scripted", HUDDLE_SPEECH_SCRIPT: script };
}

async function choose(page: Page, button: Locator, ...files: string[]): Promise<void> {
  const asked = page.waitForEvent("filechooser");
  await button.click();
  await (await asked).setFiles(files);
}

async function slowly(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const conditions = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: SLOW };
  await devtools.send("Network.emulateNetworkConditions", conditions);
}

const row = (page: Page, name: string) =>
  page.getByRole("region", { name: "Recordings on their way" }).getByRole("listitem").filter({ hasText: name });
const share = async (of: Locator) => Number(await of.getByRole("progressbar").getAttribute("value"));

async function reaches(of: Locator, percent: number): Promise<void> {
  await expect.poll(() => share(of), { timeout: 60_000, intervals: [100] }).toBeGreaterThanOrEqual(percent);
}

test("a recording arrives whole, whatever happens on its way", async ({ browse, visit }) => {
  const [settings, data] = [scripted(), folder("data")];
  let server = await Server.start(settings, data);
  const port = Number(new URL(server.url).port);
  try {
    const page = await visit(server, await browse());
    await makeFirstAccount(page, "Ada");
    await slowly(page);
    const file = recording();
    const upload = page.getByRole("button", { name: "Upload a recording" });
    await choose(page, upload, file);
    const recorded = row(page, "weekly_meeting.wav");
    await reaches(recorded, 15);
    await recorded.getByRole("button", { name: "Pause weekly_meeting.wav" }).click();
    await expect(recorded.getByRole("status")).toHaveText(/^Paused at \d+ %$/);
    for (const [width, height] of [[390, 844], [1280, 800]] as const) {
      await page.setViewportSize({ width, height });
      await page.screenshot({ path: path.join(shots, `home-paused-${width}.png`) });
    }
    await recorded.getByRole("button", { name: "Go on with weekly_meeting.wav" }).click();
    await reaches(recorded, 35);

    await server.kill();
    server = await Server.start(settings, data, port);
    await reaches(recorded, 55);

    page.on("dialog", (dialog) => void dialog.accept());
    await page.reload();
    await expect(recorded.getByRole("status")).toHaveText(/^\d+ % is on the server/);
    const left = await share(recorded);
    expect(left).toBeGreaterThan(20);
    await page.screenshot({ path: path.join(shots, "home-left-1280.png") });
    await slowly(page);
    await choose(page, recorded.getByRole("button", { name: "Choose the file" }), file);
    await expect.poll(() => share(recorded), { intervals: [50] }).toBeGreaterThanOrEqual(left);
    await expect(page.getByRole("region", { name: "Recordings on their way" }).getByRole("listitem")).toHaveCount(1);
    await recorded.getByRole("link", { name: "Open" }).click({ timeout: 120_000 });

    const transcript = page.getByRole("region", { name: "Transcript" });
    for (const line of LINES) await expect(transcript).toContainText(line, { timeout: 60_000 });
    await expect(page.getByRole("heading", { name: "weekly meeting" })).toBeVisible();
    await expect(page.getByRole("region", { name: "Minutes" }).getByText("Friday", { exact: false }).first()).toBeVisible({ timeout: 60_000 });
  } finally {
    await server.kill();
  }
});

test("several come at once, by hand and dropped, and what is none is refused in words", async ({ serve, browse, visit }) => {
  const server = await serve(scripted());
  const page = await visit(server, await browse(), { locale: "en-GB" });
  await makeFirstAccount(page, "Ada");
  const dir = folder("files");
  const [good, picture] = [path.join(dir, "good.flac"), path.join(dir, "picture.wav")];
  execFileSync("sox", ["-D", score(LINES.map(say)), good]);
  writeFileSync(picture, Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.alloc(5_000, 7)]));
  await choose(page, page.getByRole("button", { name: "Upload a recording" }), good, picture);
  const refused = row(page, "picture.wav");
  await expect(refused.getByRole("status")).toHaveText(/^This is not audio that huddle can read\./);

  // Dropped on the page, empty.
  await page.evaluate(() => {
    const files = new DataTransfer();
    files.items.add(new File([], "empty.wav"));
    for (const type of ["dragenter", "drop"]) document.body.dispatchEvent(new DragEvent(type, { dataTransfer: files, bubbles: true, cancelable: true }));
  });
  await expect(row(page, "empty.wav").getByRole("status")).toHaveText("The file is empty.");
  for (const [width, height] of [[390, 844], [1280, 800]] as const) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: path.join(shots, `home-refused-${width}.png`) });
  }
  await refused.getByRole("button", { name: "Dismiss picture.wav" }).click();
  await expect(refused).toHaveCount(0);
  await row(page, "empty.wav").getByRole("button", { name: "Dismiss empty.wav" }).click();

  // The good one becomes a meeting and leaves the list.
  await expect(row(page, "good.flac")).toHaveCount(0, { timeout: 60_000 });
  await page.getByRole("radio", { name: "Past" }).click();
  await page.getByRole("link", { name: "good" }).click();
  await expect(page.getByRole("region", { name: "Transcript" })).toContainText(LINES[0] ?? "");
});
