import { describe, expect, it } from "vitest";
import {
  EMPTY,
  hues,
  reduce,
  turns,
  whyOver,
  type Meeting,
  type Participant,
  type Room,
  type RoomEvent,
  type Segment,
} from "./room";

const person = (id: string, joinedAt = "2026-11-20T09:00:00Z"): Participant => ({
  id,
  name: id,
  role: "guest",
  isPresent: true,
  joinedAt,
  talkMs: 0,
});
const segment = (id: string, startMs: number, speaker = "alice", text = id): Segment => ({
  id,
  participant: speaker,
  speaker,
  startMs,
  endMs: startMs + 1_000,
  text,
  words: [],
  engine: "scripted",
});
const line = (id: string, clientId: string, participant = "bob") => ({
  id,
  clientId,
  participant,
  name: participant,
  text: id,
  at: "2026-11-20T09:01:00Z",
});
const meeting = { id: "m", title: "Plan", state: "live", isHost: true, invitees: ["x@y.z"] } as unknown as Meeting;
const snapshot = (over: object = {}): RoomEvent => ({
  type: "snapshot",
  at: Date.parse("2026-11-20T09:05:00Z"),
  snapshot: {
    meeting,
    you: person("alice"),
    participants: [person("alice"), person("bob")],
    chat: [],
    agenda: [],
    segments: [],
    captions: { available: true, lagMs: 0 },
    now: "2026-11-20T09:05:02Z",
    ...over,
  },
});
const after = (...events: RoomEvent[]): Room => events.reduce(reduce, EMPTY);
const caption = (stream: string, participant: string, text: string, startMs = 0): RoomEvent => ({
  type: "caption",
  caption: { stream, participant, speaker: participant, startMs, text },
});

describe("the end of a room", () => {
  it("is that of its meeting, or that the meeting is not there any more", () => {
    const told = (changed: object): RoomEvent => ({ type: "meeting", meeting: { ...meeting, ...changed } });
    const deletedAt = "2026-11-20T09:30:00Z";
    expect(whyOver(after(snapshot()))).toBeUndefined();
    expect(whyOver(after(snapshot(), told({ state: "ended" })))).toBe("ended");
    expect(whyOver(after(snapshot(), told({ state: "ended", deletedAt })))).toBe("deleted");
    expect(whyOver(after(snapshot(), told({ state: "planned", deletedAt })))).toBe("deleted");
  });
});

describe("the room", () => {
  it("knows by how much the server's clock is ahead", () => {
    expect(after(snapshot()).skewMs).toBe(2_000);
  });

  it("shows one caption per stream, the latest", () => {
    const room = after(
      snapshot(),
      caption("a", "alice", "and"),
      caption("b", "bob", "hm"),
      caption("a", "alice", "and so"),
    );
    expect(room.partials.map((c) => c.text).sort()).toEqual(["and so", "hm"]);
  });

  it("takes a caption away when its text is empty", () => {
    expect(after(snapshot(), caption("a", "alice", "and"), caption("a", "alice", "")).partials).toEqual([]);
  });

  it("takes a caption away when its final comes, and leaves the others", () => {
    const room = after(snapshot(), caption("a", "alice", "and so"), caption("b", "bob", "hm"), {
      type: "segment",
      segment: segment("1", 0),
    });
    expect(room.partials.map((c) => c.stream)).toEqual(["b"]);
    expect(room.segments).toHaveLength(1);
  });

  it("leaves a caption that began after the final", () => {
    const room = after(snapshot(), caption("a", "alice", "next", 5_000), { type: "segment", segment: segment("1", 0) });
    expect(room.partials).toHaveLength(1);
  });

  it("keeps segments in the order in which they were said, each once", () => {
    const room = after(
      snapshot(),
      { type: "segment", segment: segment("2", 2_000) },
      { type: "segment", segment: segment("1", 1_000) },
      { type: "segment", segment: segment("2", 2_000, "alice", "again") },
    );
    expect(room.segments.map((s) => s.text)).toEqual(["1", "again"]);
  });

  it("keeps older segments when it enters again", () => {
    const room = after(
      snapshot({ segments: [segment("1", 0), segment("2", 2_000)] }),
      { type: "link", link: "lost" },
      snapshot({ segments: [segment("2", 2_000), segment("3", 4_000)] }),
    );
    expect(room.segments.map((s) => s.id)).toEqual(["1", "2", "3"]);
    expect(room.link).toBe("here");
  });

  it("forgets words on their way when the connection is lost", () => {
    expect(after(snapshot(), caption("a", "alice", "and"), { type: "link", link: "lost" }).partials).toEqual([]);
  });

  it("shows our chat line at once and replaces it with the kept one, whichever way it comes", () => {
    const sending: RoomEvent = {
      type: "chat.sending",
      line: { clientId: "c1", text: "hello", name: "alice", participant: "alice" },
    };
    const kept: RoomEvent = { type: "chat", line: line("1", "c1", "alice"), reading: true };
    expect(after(snapshot(), sending).chat[0]?.state).toBe("sending");
    const room = after(snapshot(), sending, kept, kept);
    expect(room.chat).toHaveLength(1);
    expect(room.chat[0]?.state).toBe("kept");
  });

  it("does not mix up the lines of two people who chose the same client id", () => {
    const room = after(
      snapshot(),
      { type: "chat.sending", line: { clientId: "c1", text: "mine", name: "alice", participant: "alice" } },
      { type: "chat", line: line("1", "c1", "bob"), reading: true },
    );
    expect(room.chat.map((l) => l.participant)).toEqual(["bob", "alice"]);
  });

  it("keeps a line that failed when it enters again, and can send it once more", () => {
    const sending: RoomEvent = {
      type: "chat.sending",
      line: { clientId: "c1", text: "hello", name: "alice", participant: "alice" },
    };
    const failed = after(snapshot(), sending, { type: "chat.failed", clientId: "c1" }, snapshot());
    expect(failed.chat.map((l) => l.state)).toEqual(["failed"]);
    expect(reduce(failed, sending).chat.map((l) => l.state)).toEqual(["sending"]);
  });

  it("does not call a kept line failed", () => {
    const room = after(
      snapshot(),
      { type: "chat", line: line("1", "c1", "alice"), reading: true },
      { type: "chat.failed", clientId: "c1" },
    );
    expect(room.chat[0]?.state).toBe("kept");
  });

  it("counts lines of others that nobody read, and not ours", () => {
    const room = after(
      snapshot(),
      { type: "chat", line: line("1", "x"), reading: false },
      { type: "chat", line: line("2", "y"), reading: true },
      { type: "chat", line: line("3", "z", "alice"), reading: false },
    );
    expect(room.unread).toBe(1);
    expect(reduce(room, { type: "chat.read" }).unread).toBe(0);
  });

  it("keeps what only we know of the meeting when everybody is told of a change", () => {
    const told = { ...meeting, title: "Plan B", isHost: undefined, invitees: [] };
    const room = after(snapshot(), { type: "meeting", meeting: told as unknown as Meeting });
    expect(room.meeting).toMatchObject({ title: "Plan B", isHost: true, invitees: ["x@y.z"] });
  });

  it("marks us among the participants everybody is told of", () => {
    const room = after(snapshot(), { type: "participants", participants: [person("bob"), person("alice")] });
    expect(room.participants.map((p) => p.isYou)).toEqual([false, true]);
  });
});

describe("turns", () => {
  it("join what one speaker says in a row and part at another voice or a long pause", () => {
    const list = turns([segment("1", 0), segment("2", 1_500), segment("3", 3_000, "bob"), segment("4", 60_000, "bob")]);
    expect(list.map((t) => t.segments.map((s) => s.id))).toEqual([["1", "2"], ["3"], ["4"]]);
    expect(list[0]?.endMs).toBe(2_500);
  });

  it("part where the agenda goes on", () => {
    const [a, b] = [segment("1", 0), { ...segment("2", 1_500), agendaItem: "next" }];
    expect(turns([a, b])).toHaveLength(2);
  });

  it("do not join speakers of one name who are not the same person", () => {
    const [a, b] = [segment("1", 0), { ...segment("2", 1_000), participant: "other" }];
    expect(turns([a, b])).toHaveLength(2);
  });
});

describe("hues", () => {
  it("go by arrival, not by the order of the list, and begin again after eight", () => {
    const people = Array.from({ length: 9 }, (_, i) => person(`p${i}`, `2026-11-20T09:0${i}:00Z`));
    const map = hues(people.toReversed());
    expect([...Array(9).keys()].map((i) => map.get(`p${i}`))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0]);
  });
});
