import { describe, expect, it } from "vitest";
import { KEEP, OFFSET_MAX_MS, Sender, WINDOW, type Todo } from "./sender";

const frame = () => new ArrayBuffer(3_200);

/** A sender with predictable stream names, and a server that keeps what it is sent. */
function house(keep?: number) {
  let n = 0;
  const sender = new Sender(() => `s${n++}`, keep);
  const kept = new Map<string, number[]>();
  const out: { stream: string; seq: number }[] = [];
  const todo: Todo[] = [];
  let at = 0;
  const note = (steps: Todo[]) => {
    for (const step of steps) {
      todo.push(step);
      if (step.do === "send") out.push({ stream: step.stream, seq: step.seq });
    }
    return steps;
  };
  const next = (stream: string) => kept.get(stream)?.length ?? 0;
  return {
    sender,
    kept,
    todo,
    say: (count: number) => {
      for (let i = 0; i < count; i++) note(sender.frame(frame(), (at += 100) - 100));
    },
    connect: () => {
      const opens = note(sender.connected(at)).filter((s) => s.do === "open");
      for (const open of opens) note(sender.opened(open.stream, { ok: true, next: next(open.stream) }));
      return opens;
    },
    disconnect: () => {
      out.length = 0;
      sender.disconnected();
    },
    /** The server keeps the first `count` frames that are out and answers them. */
    answer: (count = Infinity) => {
      for (let i = 0; i < count && out.length > 0; i++) {
        const { stream, seq } = out.shift() as { stream: string; seq: number };
        const list = kept.get(stream) ?? [];
        kept.set(stream, list);
        if (seq === list.length) list.push(seq);
        if (seq > list.length) {
          const error = { code: "audio_gap", message: "" };
          note(sender.answered(stream, { ok: false, next: list.length, error }));
        } else note(sender.answered(stream, { ok: true, next: list.length }));
      }
    },
    /** The server keeps frames, but its answers are lost. */
    keepSilently: (count: number) => {
      for (const { stream, seq } of out.splice(0, count)) {
        const list = kept.get(stream) ?? [];
        kept.set(stream, list);
        if (seq === list.length) list.push(seq);
      }
    },
    out,
  };
}

describe("the sender", () => {
  it("opens its stream before it sends anything", () => {
    const { sender, say, out, todo } = house();
    say(3);
    expect(out).toEqual([]);
    expect(sender.connected(300)).toEqual([{ do: "open", stream: "s0", offsetMs: 300 }]);
    expect(todo).toEqual([]);
    const sent = sender.opened("s0", { ok: true, next: 0 });
    expect(sent.map((s) => s.do === "send" && s.seq)).toEqual([0, 1, 2]);
  });

  it("keeps at most 20 frames unanswered", () => {
    const { connect, say, out, answer } = house();
    connect();
    say(50);
    expect(out).toHaveLength(WINDOW);
    answer(5);
    expect(out).toHaveLength(WINDOW);
    answer();
    expect(out).toHaveLength(0);
  });

  it("sends every frame once and in order when nothing goes wrong", () => {
    const { connect, say, answer, kept, sender } = house();
    connect();
    for (let i = 0; i < 30; i++) {
      say(3);
      answer();
    }
    expect(kept.get("s0")).toEqual(Array.from({ length: 90 }, (_, i) => i));
    expect(sender.waiting).toBe(0);
  });

  it("goes on after an outage where the server is, also when answers were lost", () => {
    const { connect, disconnect, say, answer, kept, keepSilently, out } = house();
    connect();
    say(10);
    answer(4);
    keepSilently(3);
    disconnect();
    say(40);
    connect();
    expect(out[0]).toEqual({ stream: "s0", seq: 7 });
    answer();
    expect(kept.get("s0")).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it("starts once more from the server's number after a gap, not once per frame", () => {
    const { sender, connect, say, out } = house();
    connect();
    say(6);
    const gap = { ok: false, next: 2, error: { code: "audio_gap", message: "" } };
    expect(sender.answered("s0", gap)).toEqual([{ do: "retry", afterMs: 100 }]);
    expect(sender.answered("s0", gap)).toEqual([]);
    out.length = 0;
    expect(sender.retry(600)).toEqual([{ do: "open", stream: "s0", offsetMs: 600 }]);
    expect(sender.opened("s0", { ok: true, next: 2 }).map((s) => s.do === "send" && s.seq)).toEqual([2, 3, 4, 5]);
  });

  it("waits and opens again when the server set the stream aside or asks for patience", () => {
    for (const code of ["not_found", "too_many_requests", "fault", "no_answer"]) {
      const { sender, connect, say } = house();
      connect();
      say(1);
      const steps = sender.answered("s0", { ok: false, error: { code, message: "" } });
      expect(steps[0]?.do, code).toBe("retry");
      expect(sender.waiting).toBe(1);
    }
  });

  it("gives up when the meeting is over, and says why", () => {
    const { sender, connect, say } = house();
    connect();
    say(1);
    const error = { code: "meeting_ended", message: "The meeting has ended." };
    expect(sender.answered("s0", { ok: false, error })).toEqual([{ do: "refused", ...error }]);
    expect(sender.frame(frame(), 0)).toEqual([]);
    expect(sender.waiting).toBe(0);
  });

  it("drops the oldest frames of an outage that is too long and goes on in a new stream", () => {
    const { sender, connect, disconnect, say, answer, kept, todo } = house(30);
    connect();
    say(5);
    answer();
    disconnect();
    say(40);
    expect(sender.lost).toBe(10);
    const opens = connect();
    expect(todo).toContainEqual({ do: "close", stream: "s0" });
    // Frame 0 of the new stream is the 16th ever, recorded at 1,500 of 4,500 ms.
    expect(opens).toEqual([{ do: "open", stream: "s1", offsetMs: 3_000 }]);
    answer();
    expect(kept.get("s1")).toEqual(Array.from({ length: 30 }, (_, i) => i));
  });

  it("loses nothing when the connection is away for five minutes, from the first word on", () => {
    const { connect, say, answer, kept, sender } = house();
    say(KEEP);
    expect(connect()).toEqual([{ do: "open", stream: "s0", offsetMs: 300_000 }]);
    while (sender.waiting > 0) answer();
    expect(kept.get("s0")).toHaveLength(KEEP);
    expect(sender.lost).toBe(0);
  });

  it("sends what waited for days as the oldest that the server takes", () => {
    const { sender, say } = house();
    say(3);
    expect(sender.connected(3 * 86_400_000)).toEqual([{ do: "open", stream: "s0", offsetMs: OFFSET_MAX_MS }]);
    expect(sender.waiting).toBe(3);
  });

  it("goes on in a new stream when the server has less than it answered for", () => {
    const { sender, connect, say, answer, disconnect } = house();
    connect();
    say(5);
    answer();
    disconnect();
    say(2);
    sender.connected(700);
    expect(sender.opened("s0", { ok: true, next: 3 })).toEqual([{ do: "retry", afterMs: 0 }]);
    expect(sender.retry(700)).toEqual([
      { do: "close", stream: "s0" },
      { do: "open", stream: "s1", offsetMs: 200 },
    ]);
  });

  it("closes its stream only after the last frame is kept", () => {
    const { sender, connect, say, answer, todo } = house();
    connect();
    say(3);
    sender.end();
    expect(todo.some((s) => s.do === "close")).toBe(false);
    answer();
    expect(todo.at(-1)).toEqual({ do: "close", stream: "s0" });
    expect(sender.closed()).toEqual([{ do: "done" }]);
  });

  it("sends the rest after an outage even if it was ended meanwhile", () => {
    const { sender, connect, disconnect, say, answer, kept, todo } = house();
    connect();
    say(3);
    answer();
    disconnect();
    say(4);
    sender.end();
    connect();
    answer();
    expect(kept.get("s0")).toHaveLength(7);
    expect(todo.at(-1)).toEqual({ do: "close", stream: "s0" });
  });

  it("is done at once when nothing was ever said and nobody is there", () => {
    const { sender } = house();
    expect(sender.end()).toEqual([{ do: "done" }]);
  });

  it("ignores answers that come for a stream it left", () => {
    const { sender, connect } = house();
    connect();
    expect(sender.answered("other", { ok: true, next: 9 })).toEqual([]);
    expect(sender.opened("other", { ok: true, next: 9 })).toEqual([]);
  });
});
