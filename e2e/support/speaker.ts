// Somebody in a meeting without a browser: sends audio with the web app's own sender and writes in the chat,
// and keeps what the server acknowledged and told.
import { io, type Socket } from "socket.io-client";
import { Sender, type Answer, type Todo } from "../../web/src/lib/live/sender.ts";
import type { Client, Json } from "./api.ts";

const PATIENCE_MS = 5_000;

export class Speaker {
  /** Segments as they were told, by id; the number of times each was told. */
  readonly segments = new Map<string, { segment: Json; times: number }>();
  /** Texts of chat lines that were acknowledged. */
  readonly said: string[] = [];
  /** Frames that the server has acknowledged. */
  acknowledged = 0;
  readonly sender: Sender;
  readonly #socket: Socket;
  #isIn: () => void = () => {};
  /** Resolves once the server has let us in. */
  readonly entered = new Promise<void>((resolve) => (this.#isIn = resolve));
  #resolve: () => void = () => {};
  #reject: (why: Error) => void = () => {};
  readonly #done = new Promise<void>((resolve, reject) => {
    this.#resolve = resolve;
    this.#reject = reject;
  });

  constructor(
    readonly client: Client,
    readonly meeting: string,
    stream: string = crypto.randomUUID(),
  ) {
    this.sender = new Sender(() => stream);
    this.#socket = io(`${client.url}/v1`, {
      transports: ["websocket"],
      auth: { token: client.token },
      reconnectionDelay: 50,
      reconnectionDelayMax: 200,
      forceNew: true,
    });
    this.#socket.on("connect", () => void this.#enter());
    this.#socket.on("disconnect", () => this.sender.disconnected());
    this.#socket.on("segment", (segment) => {
      const known = this.segments.get(segment.id);
      this.segments.set(segment.id, { segment, times: (known?.times ?? 0) + 1 });
    });
  }

  /** Speaks these frames, one each `everyMs`; resolves when all are kept and the stream is closed. */
  async speak(frames: Buffer[], everyMs: number): Promise<void> {
    const began = performance.now();
    for (const [i, frame] of frames.entries()) {
      const wait = began + i * everyMs - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const bytes = frame.buffer.slice(frame.byteOffset, frame.byteOffset + frame.byteLength) as ArrayBuffer;
      this.#act(this.sender.frame(bytes, performance.now()));
    }
    this.#act(this.sender.end());
    await this.#done;
  }

  /** Writes a line; resolves when the server has it, however often it dies meanwhile. */
  async write(text: string): Promise<void> {
    const clientId = crypto.randomUUID();
    for (;;) {
      const answer = await this.say("chat", { text, clientId });
      if (answer.ok) break;
      const passes = ["no_answer", "not_entered", "fault", "too_many_requests"].includes(answer.error?.code ?? "");
      if (!passes) throw new Error(JSON.stringify(answer));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    this.said.push(text);
  }

  /** Sends an event; `no_answer` if there is none in time. */
  async say(event: string, body: Json, binary?: ArrayBuffer): Promise<Answer & Json> {
    const none = { ok: false, error: { code: "no_answer", message: "" } };
    if (!this.#socket.connected) return none;
    const answer = this.#socket.timeout(PATIENCE_MS).emitWithAck(event, ...(binary ? [body, binary] : [body]));
    // What was out when the connection broke is never answered.
    const gone = new Promise((resolve) => this.#socket.once("disconnect", () => resolve(none)));
    return Promise.race([answer.catch(() => none), gone]);
  }

  /** Resolves when an event of this kind is told that satisfies. */
  hears(event: string, good: (body: Json) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const listen = (body: Json) => {
        if (!good(body)) return;
        this.#socket.off(event, listen);
        resolve();
      };
      this.#socket.on(event, listen);
    });
  }

  leave(): void {
    this.#socket.disconnect();
  }

  async #enter(): Promise<void> {
    const answer = await this.say("enter", { meeting: this.meeting });
    if (!answer.ok) return;
    this.#isIn();
    for (const segment of answer.snapshot.segments) {
      if (!this.segments.has(segment.id)) this.segments.set(segment.id, { segment, times: 0 });
    }
    if (this.sender.phase !== "over") this.#act(this.sender.connected(performance.now()));
  }

  #act(todo: Todo[]): void {
    for (const step of todo) void this.#step(step);
  }

  async #step(step: Todo): Promise<void> {
    const { sender } = this;
    switch (step.do) {
      case "open":
        return this.#act(sender.opened(step.stream, await this.say("audio.open", { stream: step.stream, offsetMs: step.offsetMs })));
      case "send": {
        const answer = await this.say("audio", { stream: step.stream, seq: step.seq }, step.frame);
        if (answer.next !== undefined) this.acknowledged = Math.max(this.acknowledged, answer.next);
        return this.#act(sender.answered(step.stream, answer));
      }
      case "close": {
        const answer = await this.say("audio.close", { stream: step.stream });
        // The web app gives up here; what is tested wants to see it closed.
        if (!answer.ok && answer.error?.code === "no_answer") return;
        return this.#act(sender.closed());
      }
      case "retry":
        setTimeout(() => this.#act(sender.retry(performance.now())), step.afterMs);
        return;
      case "done":
        return this.#resolve();
      case "refused":
        return this.#reject(new Error(`${step.code}: ${step.message}`));
    }
  }
}
