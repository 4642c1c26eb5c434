// `kill -9` at random moments of a meeting and of the work after it: nothing that was acknowledged is missing,
// nothing is there twice, and what comes of it is what an undisturbed server makes of the same sound.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { Client, until, type Json } from "../support/api.ts";
import { folder, Server, Worker, type Settings } from "../support/server.ts";
import { frames, say, score } from "../support/sound.ts";
import { Speaker } from "../support/speaker.ts";
import { expect, test } from "../support/test.ts";
import type { Browser } from "@playwright/test";

/** Deaths of the server while people speak and write, and of server and worker while the minutes are made. */
const DEATHS = { speaking: 15, working: 5 };
/** Faster than people speak: what takes longest is being born again. */
const FRAME_EVERY_MS = 30;
const LINES = [
  "good morning everybody and welcome to the weekly meeting",
  "we decided to move the launch of the new site to friday",
  "ada will send the report to the customer tomorrow morning",
  "who will call the office about the broken projector",
  "the budget for the next quarter is still open",
  "let us talk about the hiring plan for the spring",
];
const UTTERANCES = 18;

/** Numbers from 0 to 1 that a seed makes again. */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Outcome {
  transcript: Json;
  minutes: Json;
  tracks: Json;
  chat: Json;
  tasks: Json;
  exports: Json;
}

async function outcome(host: Client, meeting: string): Promise<Outcome> {
  const [transcript, minutes, tracks, chat, tasks, exports] = await Promise.all(
    ["transcript", "minutes", "audio", "chat", "tasks", "exports"].map((what) => host.insist("GET", `/meetings/${meeting}/${what}`)),
  );
  return { transcript, minutes, tracks, chat, tasks, exports };
}

/** What was said, apart from ids and the moment at which the stream began. */
function words({ transcript, tracks }: Outcome): Json[] {
  const zero = tracks[0].startMs;
  return transcript.segments.map((s: Json) => ({ text: s.text, from: s.startMs - zero, to: s.endMs - zero }));
}

/** Loudness of each 20 ms of a kept recording, decoded by a browser. */
async function loudness(browser: Browser, url: string): Promise<number[]> {
  const page = await browser.newPage();
  const kept = Buffer.from(await (await fetch(url)).arrayBuffer()).toString("base64");
  const found = await page.evaluate(async (kept) => {
    const bytes = Uint8Array.from(atob(kept), (c) => c.charCodeAt(0)).buffer;
    const audio = await new OfflineAudioContext(1, 1, 16_000).decodeAudioData(bytes);
    const data = audio.getChannelData(0);
    const out: number[] = [];
    for (let at = 0; at + 320 <= data.length; at += 320) {
      out.push(Math.sqrt(data.subarray(at, at + 320).reduce((sum, s) => sum + s * s, 0) / 320));
    }
    return out;
  }, kept);
  await page.close();
  return found;
}

function loudnessOf(frames: Buffer[]): number[] {
  const all = Buffer.concat(frames);
  const out: number[] = [];
  for (let at = 0; at + 640 <= all.length; at += 640) {
    let sum = 0;
    for (let i = 0; i < 640; i += 2) sum += (all.readInt16LE(at + i) / 32_768) ** 2;
    out.push(Math.sqrt(sum / 320));
  }
  return out;
}

function correlation(a: number[], b: number[]): number {
  const n = Math.min(a.length, b.length);
  const mean = (x: number[]) => x.slice(0, n).reduce((s, v) => s + v, 0) / n;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [da, db] = [(a[i] ?? 0) - ma, (b[i] ?? 0) - mb];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return ab / Math.sqrt(aa * bb);
}

/** The meeting without any misfortune: speaks, ends, waits for the minutes. */
async function undisturbed(settings: Settings, sound: Buffer[]): Promise<Outcome> {
  const server = await Server.start(settings);
  try {
    const host = await Client.registered(server.url, "Ada Host");
    const meeting = await host.post("/meetings", { title: "Weekly", startNow: true });
    await host.post(`/join/${meeting.code}`);
    const speaker = new Speaker(host, meeting.id);
    await speaker.speak(sound, FRAME_EVERY_MS);
    await host.post(`/meetings/${meeting.id}/end`);
    await until(() => host.get(`/meetings/${meeting.id}/minutes`), (m) => m.state === "ready");
    speaker.leave();
    return await outcome(host, meeting.id);
  } finally {
    await server.kill();
  }
}

test("twenty deaths lose nothing and double nothing", async ({ browse }) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  console.log(`kill: seed ${seed} (SEED=${seed} repeats its moments)`);
  const random = chance(seed);
  const lines = Array.from({ length: UTTERANCES }, (_, i) => LINES[i % LINES.length] ?? "");
  const clips = LINES.map(say);
  const sound = frames(score(lines.map((_, i) => clips[i % clips.length] ?? ""), { gap: 1.2, tail: 2 }));
  const script = path.join(folder("script"), "script.json");
  writeFileSync(script, JSON.stringify(lines.map((line, i) => `${line} number ${i + 1}`)));
  const settings = { HUDDLE_SPEECH_ENGINE: "scripted", HUDDLE_SPEECH_SCRIPT: script };
  const reference = undisturbed(settings, sound);
  reference.catch(() => {}); // looked at below

  const data = folder("data");
  const here = { ...settings, HUDDLE_TASKS_CONCURRENCY: "1", HUDDLE_TASKS_LEASE_SECONDS: "3" };
  let server = await Server.start(here, data);
  const port = Number(new URL(server.url).port);
  let worker: Worker | undefined;
  let deaths = 0;
  const die = async () => {
    await server.kill();
    deaths += 1;
    server = await Server.start(here, data, port);
  };

  try {
    const host = await Client.registered(server.url, "Ada Host");
    const meeting = await host.post("/meetings", { title: "Weekly", startNow: true });
    await host.post(`/join/${meeting.code}`);
    const speaker = new Speaker(host, meeting.id);
    let speaking = true;
    const spoken = speaker.speak(sound, FRAME_EVERY_MS).then(() => (speaking = false));
    const written = (async () => {
      for (let n = 1; speaking; n++) {
        await speaker.write(`line ${n}`);
        await pause(200); // fewer than the 200 lines that one answer holds
      }
    })();
    while (speaking && deaths < DEATHS.speaking) {
      await pause(200 + random() * 2_200);
      await die();
    }
    await Promise.all([spoken, written]);
    const whileSpeaking = deaths;
    expect(speaker.acknowledged, "every frame was acknowledged").toBe(sound.length);

    await host.insist("POST", `/meetings/${meeting.id}/end`);
    worker = Worker.start(data, here);
    for (let n = 0; n < DEATHS.working; n++) {
      await pause(random() * 600);
      if (random() < 0.5) {
        await worker.kill();
        worker = Worker.start(data, here);
      }
      await die();
    }
    await until(() => host.insist("GET", `/meetings/${meeting.id}/minutes`), (m) => m.state === "ready");
    const pdf = await host.insist("POST", `/meetings/${meeting.id}/exports`, { format: "pdf" });
    await die();
    await until(() => host.insist("GET", `/meetings/${meeting.id}/exports`), (all) => all.some((e: Json) => e.id === pdf.id && e.state === "ready"));
    speaker.leave();
    console.log(`kill: ${deaths} deaths, ${whileSpeaking} of them while ${sound.length} frames and ${speaker.said.length} lines came in`);
    expect(deaths).toBeGreaterThanOrEqual(20);
    expect(whileSpeaking).toBe(DEATHS.speaking);

    const is = await outcome(host, meeting.id);
    // Lines: those acknowledged, once each, in their order.
    expect(is.chat.map((l: Json) => l.text)).toEqual(speaker.said);
    // Sound: one stream, whole, and with every frame at its place.
    expect(is.tracks).toHaveLength(1);
    expect(is.tracks[0].durationMs).toBe(sound.length * 100);
    const browser = await browse();
    const [kept, given] = [await loudness(browser, server.url + is.tracks[0].url), loudnessOf(sound)];
    expect(Math.abs(kept.length - given.length)).toBeLessThanOrEqual(1);
    for (let at = 0; at + 150 < given.length; at += 150) {
      const like = correlation(kept.slice(at, at + 150), given.slice(at, at + 150));
      expect(like, `the three seconds from ${at / 50} s on are those that were sent`).toBeGreaterThan(0.9);
    }
    // Words: what was told is there, once, and all is as without the deaths.
    const ids = is.transcript.segments.map((s: Json) => s.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of speaker.segments.keys()) expect(ids, "a segment that was told").toContain(id);
    const was = await reference;
    expect(words(is).map((s) => s.text)).toEqual(lines.map((line, i) => `${line} number ${i + 1}`));
    expect(words(was).map((s) => s.text)).toEqual(words(is).map((s) => s.text));
    for (const [i, { from, to }] of words(was).entries()) {
      // Who listens again from a silence has forgotten how loud it was before: a frame of his more or less.
      expect(Math.abs(words(is)[i].from - from), `where utterance ${i + 1} begins`).toBeLessThanOrEqual(48);
      expect(Math.abs(words(is)[i].to - to), `where utterance ${i + 1} ends`).toBeLessThanOrEqual(48);
    }
    // Work: done, once.
    expect(is.transcript.complete).toBe(true);
    const texts = (o: Outcome) => o.minutes.minutes.keyPoints.map((i: Json) => i.text);
    expect(texts(is)).toEqual(texts(was));
    for (const task of is.tasks) expect(task, "each task is done").toMatchObject({ status: "completed", error: null });
    const kinds = (o: Outcome) => o.tasks.map((t: Json) => t.type).filter((t: string) => t !== "render_export").sort();
    expect(kinds(is)).toEqual(kinds(was));
    expect(is.exports.filter((e: Json) => e.id === pdf.id)).toHaveLength(1);
  } finally {
    await worker?.kill();
    await server.kill();
  }
});
