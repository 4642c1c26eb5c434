// Sockets flood the server while two people go on as if nothing were.
import { io } from "socket.io-client";
import { Client } from "../support/api.ts";
import { Speaker } from "../support/speaker.ts";
import { expect, test } from "../support/test.ts";

/** Generous: an idle server has some 40 MiB, models of speech not counted. */
const PEAK_MIB = 300;
const FLOOD_MS = 8_000;

test("a flood of events is nobody else's trouble", async ({ serve }) => {
  const server = await serve({ HUDDLE_SPEECH_ENGINE: "off" });
  const host = await Client.registered(server.url, "Ada Host");
  const meeting = await host.post("/meetings", { title: "Weekly", startNow: true });
  await host.post(`/join/${meeting.code}`);
  const rude = await Client.guest(server.url, meeting.code, "Rude Guest");
  const polite = await Client.guest(server.url, meeting.code, "Ben Guest");
  const before = server.residentMiB;

  const socket = io(`${server.url}/v1`, { transports: ["websocket"], auth: { token: rude.token }, forceNew: true });
  await socket.emitWithAck("enter", { meeting: meeting.id });
  // Another one does not even read what it is told.
  const deaf = io(`${server.url}/v1`, { transports: ["websocket"], auth: { token: rude.token }, forceNew: true });
  await deaf.emitWithAck("enter", { meeting: meeting.id });
  const tcp = (deaf.io.engine as unknown as { transport: { ws: { _socket: { pause(): void } } } }).transport.ws._socket;
  tcp.pause();
  const stream = crypto.randomUUID();
  await socket.emitWithAck("audio.open", { stream });
  const frame = new Uint8Array(3_200);
  const answers = { ok: 0, refused: 0, sent: 0 };
  const count = (answer: { ok: boolean }) => (answer.ok ? answers.ok++ : answers.refused++);
  let flooding = true;
  const flood = (async () => {
    for (let n = 0; flooding; n++) {
      for (let i = 0; i < 50; i++) {
        const text = "spam ".repeat(400);
        socket.emit("chat", { text, clientId: crypto.randomUUID() }, count);
        socket.emit("audio", { stream, seq: n * 50 + i }, frame, count);
        socket.emit("nonsense".repeat(i), { deep: [[[[]]]] }, count);
        deaf.emit("chat", { text, clientId: crypto.randomUUID() }, () => {});
        answers.sent += 4;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();

  const heard: number[] = [];
  const ada = new Speaker(host, meeting.id);
  const ben = new Speaker(polite, meeting.id);
  await Promise.all([ada.entered, ben.entered]);
  const end = Date.now() + FLOOD_MS;
  let lines = 0;
  while (Date.now() < end) {
    const began = performance.now();
    const told = ben.hears("chat", (line) => line.text === `line ${lines}`);
    await ada.write(`line ${lines}`);
    await told;
    heard.push(performance.now() - began);
    lines += 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  flooding = false;
  await flood;
  socket.disconnect();
  deaf.disconnect();

  const peak = server.peakMiB;
  const slowest = Math.max(...heard);
  console.log(
    `flood: ${answers.sent} events sent, ${answers.ok} taken, ${answers.refused} refused; ${lines} lines of others took ` +
      `${Math.round(slowest)} ms at most; memory ${before} MiB before, ${peak} MiB at its peak`,
  );
  expect(answers.sent).toBeGreaterThan(5_000);
  expect(answers.refused, "beyond its share a socket is refused").toBeGreaterThan(0);
  expect(lines, "others got through all the while").toBeGreaterThan(20);
  expect(peak).toBeLessThan(PEAK_MIB);
  const taken = 160 + (80 * (FLOOD_MS + 4_000)) / 1_000;
  expect(answers.ok, "the documented share of events and audio, and no more").toBeLessThanOrEqual(taken);
  ada.leave();
  ben.leave();
});
