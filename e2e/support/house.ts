// A furnished house for pictures: people, plans, a meeting that goes on and one that is over. The voices are
// synthesised, the recogniser is the scripted one: what is looked at is the page, not the hearing.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { Client, until, type Json } from "./api.ts";
import { folder, type Server, type Settings } from "./server.ts";
import { frames, say } from "./sound.ts";
import { Speaker } from "./speaker.ts";

/** Who says what, in turn. */
const TALK: [who: 0 | 1, words: string][] = [
  [0, "Good morning. Let us start with the launch of the new site, because the customer asked for a date."],
  [1, "The search is done and the tests are green since yesterday. I still need two days for the import of old orders."],
  [0, "Then we have a decision: we launch on Friday the fourth of December, and the old site stays up for a week."],
  [1, "Agreed. I will finish the import by Wednesday."],
  [0, "I will write to the customer today and tell them the date."],
  [1, "Who will look after the server over the weekend?"],
];
export const NAMES = ["Ada Lovelace", "Ben Carter"] as const;

export interface House {
  ada: Client;
  guest: Client;
  live: Json;
  over: Json;
  planned: Json;
}

type Serve = (settings: Settings) => Promise<Server>;

/** Starts a server and furnishes it; frames are sent one each `everyMs` (100 is the speed of speech). */
export async function furnish(serve: Serve, everyMs: number): Promise<House & { server: Server }> {
  const streams = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
  const linesOf = (who: number) => TALK.filter(([speaker]) => speaker === who).map(([, words]) => words);
  const script = path.join(folder("script"), "script.json");
  writeFileSync(script, JSON.stringify({ ...Object.fromEntries(streams.map((id, i) => [id, linesOf(i % 2)])), "*": [] }));
  const server = await serve({ HUDDLE_SPEECH_ENGINE: "scripted", HUDDLE_SPEECH_SCRIPT: script });

  const ada = await Client.registered(server.url, NAMES[0]);
  const voices = scored();
  const hold = async (title: string, ids: string[]) => {
    const meeting = await ada.post("/meetings", {
      title,
      startNow: true,
      agenda: [{ title: "Where we are", owner: "Ada" }, { title: "The launch", owner: "Ben" }, { title: "Any other business" }],
    });
    await ada.post(`/join/${meeting.code}`);
    const guest = await Client.guest(server.url, meeting.code, NAMES[1]);
    const speakers = [ada, guest].map((client, i) => new Speaker(client, meeting.id, ids[i]));
    await Promise.all(speakers.map((s) => s.entered));
    await speakers[0]?.write("The plan is in the shared folder.");
    await speakers[1]?.write("Thanks, I have it open.");
    const agenda = await ada.get(`/meetings/${meeting.id}/agenda`);
    await ada.ask("PUT", `/meetings/${meeting.id}/agenda/current`, { item: agenda[1].id });
    await Promise.all(speakers.map((s, i) => s.speak(voices[i] ?? [], everyMs)));
    await until(() => ada.get(`/meetings/${meeting.id}/transcript`), (t) => t.segments.length === TALK.length);
    return { meeting, guest, speakers };
  };
  const [over, live] = await Promise.all([hold("Launch of the new site", streams.slice(0, 2)), hold("Weekly", streams.slice(2))]);
  await ada.post(`/meetings/${over.meeting.id}/end`);
  over.speakers.forEach((s) => s.leave());
  await until(() => ada.get(`/meetings/${over.meeting.id}/minutes`), (m) => m.state === "ready");

  const startsAt = new Date(Date.now() + 7_200_000).toISOString();
  const planned = await ada.post("/meetings", { title: "Hiring plan for the spring", startsAt, durationMinutes: 45, timeZone: "Europe/Madrid" });
  await ada.post("/meetings", { title: "Budget of the next quarter, the hiring plan and the summer party, as asked for in the mail of last Tuesday" });
  return { server, ada, guest: live.guest, live: live.meeting, over: over.meeting, planned };
}

/** The frames of both, each silent while the other speaks. */
function scored(): Buffer[][] {
  const tracks: Buffer[][] = [[], []];
  const rest = (n: number) => Array.from({ length: n }, () => Buffer.alloc(3_200));
  for (const [who, words] of TALK) {
    const said = frames(say(words));
    for (const [i, track] of tracks.entries()) track.push(...(i === who ? said : rest(said.length)), ...rest(10));
  }
  return tracks;
}
