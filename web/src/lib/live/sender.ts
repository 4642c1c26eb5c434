// Sending a microphone exactly once (docs/protocol.md, "Audio, exactly once"), as a machine without IO:
// inputs change it, and each answers with what is to be done now. Frames stay in its queue until the server
// has them in its file, so an outage of up to `keep` frames loses nothing.

/** Frames that may wait for their answer at once. */
export const WINDOW = 20;
/** Frames that are kept for an outage: 5 minutes of 100 ms. */
export const KEEP = 3_000;
/** How long ago the server takes frame 0 of a new stream to have been recorded: a day (`offsetMs`). */
export const OFFSET_MAX_MS = 86_400_000;
/** Pause before trying again after a refusal that will pass. */
export const RETRY_MS = 1_000;

export type Todo =
  | { do: "open"; stream: string; offsetMs: number }
  | { do: "send"; stream: string; seq: number; frame: ArrayBuffer }
  | { do: "close"; stream: string }
  | { do: "retry"; afterMs: number }
  | { do: "done" }
  | { do: "refused"; code: string; message: string };

export interface Answer {
  ok: boolean;
  next?: number;
  error?: { code: string; message: string };
}

/** Where the machine is. `away`: not connected; `asking`: `audio.open` is out. */
export type Phase = "away" | "asking" | "sending" | "waiting" | "closing" | "over";

/** Refusals that will not pass by trying again. */
const FINAL = new Set(["meeting_ended", "meeting_not_started", "stream_closed", "invalid"]);

export class Sender {
  phase: Phase = "away";
  /** Frames lost because the outage was longer than the queue. */
  lost = 0;
  #stream: string;
  #queue: ArrayBuffer[] = [];
  /** Number of the first frame in the queue. */
  #base = 0;
  /** Number of the frame to send next. */
  #next = 0;
  /** When frame 0 was recorded, on the caller's clock. */
  #zeroAt: number | undefined;
  #torn = false;
  #ending = false;

  constructor(
    private readonly newStream: () => string,
    private readonly keep = KEEP,
  ) {
    this.#stream = newStream();
  }

  get stream(): string {
    return this.#stream;
  }

  /** Frames that the server does not have yet. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** A frame was recorded; `at` is when it began. */
  frame(frame: ArrayBuffer, at: number): Todo[] {
    if (this.phase === "over" || this.#ending) return [];
    this.#zeroAt ??= at;
    this.#queue.push(frame);
    if (this.#queue.length > this.keep) {
      // The file cannot have a hole: what is left goes into a new stream.
      this.#queue.shift();
      this.#base += 1;
      this.lost += 1;
      this.#torn = true;
    }
    return this.#pump();
  }

  /** The socket is in the meeting; `at` is now. */
  connected(at: number): Todo[] {
    if (this.phase === "over") return [];
    const todo: Todo[] = [];
    if (this.#torn) todo.push(...this.#startAnew());
    if (this.#queue.length === 0 && this.#zeroAt === undefined) {
      if (this.#ending) return this.#finish();
      this.phase = "asking";
      return [...todo, { do: "open", stream: this.#stream, offsetMs: 0 }];
    }
    this.phase = "asking";
    // Better kept at the wrong time than refused: frames may have waited for a laptop that slept.
    const offsetMs = Math.min(Math.max(0, Math.round(at - (this.#zeroAt ?? at))), OFFSET_MAX_MS);
    return [...todo, { do: "open", stream: this.#stream, offsetMs }];
  }

  /** The socket is gone: nothing that is out will be answered. */
  disconnected(): void {
    if (this.phase !== "over") this.phase = "away";
  }

  /** The answer to `audio.open` of `stream`. */
  opened(stream: string, answer: Answer): Todo[] {
    if (stream !== this.#stream || this.phase !== "asking") return [];
    if (!answer.ok) return this.#refused(answer, answer.error?.code === "not_found");
    const next = answer.next ?? 0;
    this.#acknowledge(next);
    if (next < this.#base) {
      // The server has less than it answered for: go on in a new stream rather than with a hole.
      this.#torn = true;
      this.phase = "waiting";
      return [{ do: "retry", afterMs: 0 }];
    }
    this.#next = Math.max(next, this.#base);
    this.phase = "sending";
    return this.#pump();
  }

  /** The answer to frame `seq` of `stream`. */
  answered(stream: string, answer: Answer): Todo[] {
    if (stream !== this.#stream || this.phase !== "sending") return [];
    if (answer.next !== undefined) this.#acknowledge(answer.next);
    if (answer.ok) return this.#pump();
    const code = answer.error?.code;
    if (code === "audio_gap" && answer.next !== undefined) {
      // The rest of what is out will be refused as well: one new start instead of one per frame.
      this.phase = "waiting";
      return [{ do: "retry", afterMs: 100 }];
    }
    return this.#refused(answer);
  }

  /** The pause of a `retry` is over; `at` is now. */
  retry(at: number): Todo[] {
    return this.phase === "waiting" ? this.connected(at) : [];
  }

  /** No more frames will come: send the rest, then close. */
  end(): Todo[] {
    if (this.phase === "over" || this.#ending) return [];
    this.#ending = true;
    if (this.phase === "away" && this.#queue.length === 0) return this.#finish();
    return this.#pump();
  }

  /** The answer to `audio.close`, whatever it says. */
  closed(): Todo[] {
    return this.phase === "closing" ? this.#finish() : [];
  }

  #pump(): Todo[] {
    if (this.phase !== "sending") return [];
    const todo: Todo[] = [];
    while (this.#next < this.#base + this.#queue.length && this.#next - this.#base < WINDOW) {
      const frame = this.#queue[this.#next - this.#base];
      if (!frame) break;
      todo.push({ do: "send", stream: this.#stream, seq: this.#next, frame });
      this.#next += 1;
    }
    if (this.#ending && this.#queue.length === 0) {
      this.phase = "closing";
      todo.push({ do: "close", stream: this.#stream });
    }
    return todo;
  }

  #acknowledge(next: number): void {
    const known = Math.min(Math.max(0, next - this.#base), this.#queue.length);
    this.#queue.splice(0, known);
    this.#base += known;
    this.#next = Math.max(this.#next, this.#base);
  }

  #refused(answer: Answer, final = false): Todo[] {
    const { code = "fault", message = "" } = answer.error ?? {};
    if (final || FINAL.has(code)) {
      this.phase = "over";
      this.#queue = [];
      return [{ do: "refused", code, message }];
    }
    // Set aside by the server, too many at once, a fault: open again in a moment and go on from its `next`.
    this.phase = "waiting";
    return [{ do: "retry", afterMs: RETRY_MS }];
  }

  #startAnew(): Todo[] {
    const old = this.#stream;
    this.#stream = this.newStream();
    this.#zeroAt = (this.#zeroAt ?? 0) + this.#base * 100;
    this.#base = 0;
    this.#next = 0;
    this.#torn = false;
    return [{ do: "close", stream: old }];
  }

  #finish(): Todo[] {
    this.phase = "over";
    return [{ do: "done" }];
  }
}
