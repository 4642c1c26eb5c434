// The room as one plain reducer: `(state, event) => state`. No browser, no clock, no network in here.
import type { Shape } from "../api/client";

export type Participant = Shape["Participant"];
export type Segment = Shape["Segment"];
export type Captions = Shape["Captions"];
export type Meeting = Shape["Meeting"];

/** Words on their way, one per stream. */
export interface Caption {
  stream: string;
  participant: string;
  speaker: string;
  startMs: number;
  text: string;
}

/** A chat line as shown: ours are there before the server has them. */
export interface Line extends Omit<Shape["ChatLine"], "id" | "at"> {
  id?: string;
  at?: string;
  state: "kept" | "sending" | "failed";
}

/** What the server answers to `enter`. */
export interface Snapshot {
  meeting: Meeting;
  you: Participant;
  participants: Participant[];
  chat: Shape["ChatLine"][];
  agenda: Shape["AgendaItem"][];
  segments: Segment[];
  captions: Captions;
  now: string;
}

export type Link = "connecting" | "here" | "lost" | "refused";

/** Everything that the room shows. */
export interface Room {
  link: Link;
  /** Milliseconds by which the server's clock is ahead of ours. */
  skewMs: number;
  meeting?: Meeting;
  you?: Participant;
  participants: Participant[];
  chat: Line[];
  agenda: Shape["AgendaItem"][];
  segments: Segment[];
  partials: Caption[];
  captions?: Captions;
  /** Chat lines of others that came while the chat was closed. */
  unread: number;
  tasks: Shape["Task"][];
  minutes?: Shape["MinutesState"];
  exports: Shape["Export"][];
}

export const EMPTY: Room = {
  link: "connecting",
  skewMs: 0,
  participants: [],
  chat: [],
  agenda: [],
  segments: [],
  partials: [],
  unread: 0,
  tasks: [],
  exports: [],
};

export type RoomEvent =
  | { type: "link"; link: Link }
  | { type: "snapshot"; snapshot: Snapshot; at: number }
  | { type: "meeting"; meeting: Omit<Meeting, "isHost" | "invitees"> & Partial<Meeting> }
  | { type: "participants"; participants: Participant[] }
  | { type: "chat"; line: Shape["ChatLine"]; reading: boolean }
  | { type: "chat.sending"; line: Pick<Line, "clientId" | "text" | "name" | "participant"> }
  | { type: "chat.failed"; clientId: string }
  | { type: "chat.read" }
  | { type: "agenda"; agenda: Shape["AgendaItem"][] }
  | { type: "agenda.current"; item: string | null }
  | { type: "caption"; caption: Caption }
  | { type: "segment"; segment: Segment }
  | { type: "captions.state"; captions: Captions }
  | { type: "minutes"; minutes: Shape["MinutesState"] }
  | { type: "export"; export: Shape["Export"] }
  | { type: "task"; task: Shape["Task"] };

/** The room after an event. The same event twice changes nothing the second time. */
export function reduce(room: Room, event: RoomEvent): Room {
  switch (event.type) {
    case "link":
      // Words on their way are not there any more once nobody tells us how they go on.
      return { ...room, link: event.link, partials: event.link === "here" ? room.partials : [] };
    case "snapshot":
      return entered(room, event.snapshot, event.at);
    case "meeting":
      return { ...room, meeting: mergeMeeting(room.meeting, event.meeting) };
    case "participants":
      return { ...room, participants: event.participants.map((p) => ({ ...p, isYou: p.id === room.you?.id })) };
    case "chat":
      return heardLine(room, event.line, event.reading);
    case "chat.sending": {
      const others = room.chat.filter((l) => l.clientId !== event.line.clientId);
      return { ...room, chat: [...others, { ...event.line, state: "sending" }] };
    }
    case "chat.failed":
      return {
        ...room,
        chat: room.chat.map((l) =>
          l.clientId === event.clientId && l.state === "sending" ? { ...l, state: "failed" } : l,
        ),
      };
    case "chat.read":
      return { ...room, unread: 0 };
    case "agenda":
      return { ...room, agenda: event.agenda };
    case "agenda.current":
      return room.meeting ? { ...room, meeting: { ...room.meeting, currentAgendaItem: event.item } } : room;
    case "caption": {
      const others = room.partials.filter((c) => c.stream !== event.caption.stream);
      return { ...room, partials: event.caption.text ? [...others, event.caption] : others };
    }
    case "segment":
      return {
        ...room,
        segments: withSegment(room.segments, event.segment),
        partials: room.partials.filter((c) => !covers(event.segment, c)),
      };
    case "captions.state":
      return { ...room, captions: event.captions };
    case "minutes":
      return { ...room, minutes: event.minutes };
    case "export":
      return { ...room, exports: put(room.exports, event.export) };
    case "task":
      return { ...room, tasks: put(room.tasks, event.task) };
  }
}

/** Why everybody leaves the room, if it is over. */
export function whyOver({ meeting }: Room): "ended" | "deleted" | undefined {
  // Deleting a live meeting ends it: nothing came of it that could be shown.
  if (meeting?.deletedAt) return "deleted";
  return meeting?.state === "ended" ? "ended" : undefined;
}

function entered(room: Room, s: Snapshot, at: number): Room {
  const known = new Set(s.chat.map((l) => l.clientId));
  const ours = room.chat.filter((l) => l.state !== "kept" && !known.has(l.clientId));
  return {
    ...room,
    link: "here",
    skewMs: Date.parse(s.now) - at,
    meeting: s.meeting,
    you: s.you,
    participants: s.participants,
    chat: [...s.chat.map((l): Line => ({ ...l, state: "kept" })), ...ours],
    agenda: s.agenda,
    segments: s.segments.reduce(withSegment, room.segments),
    partials: [],
    captions: s.captions,
  };
}

/** What everybody is told lacks what is only for us: it stays as we know it. */
function mergeMeeting(known: Meeting | undefined, told: Partial<Meeting>): Meeting {
  const { isHost: _isHost, invitees: _invitees, ...shared } = told;
  return { ...(known as Meeting), ...shared };
}

function heardLine(room: Room, line: Shape["ChatLine"], reading: boolean): Room {
  const kept: Line = { ...line, state: "kept" };
  if (room.chat.some((l) => l.id === line.id)) return room;
  const ours = room.chat.some((l) => l.clientId === line.clientId && l.participant === line.participant);
  const rest = ours ? room.chat.filter((l) => l.clientId !== line.clientId) : room.chat;
  const waiting = rest.findIndex((l) => l.state !== "kept");
  const at = waiting < 0 ? rest.length : waiting;
  const mine = line.participant === room.you?.id;
  return { ...room, chat: rest.toSpliced(at, 0, kept), unread: reading || mine ? room.unread : room.unread + 1 };
}

/** Segments in the order in which they were said; one that comes again replaces itself. */
export function withSegment(segments: Segment[], segment: Segment): Segment[] {
  const rest = segments.some((s) => s.id === segment.id) ? segments.filter((s) => s.id !== segment.id) : segments;
  const at = rest.findLastIndex((s) => s.startMs <= segment.startMs);
  return rest.toSpliced(at + 1, 0, segment);
}

/** A final takes the caption of its stream away. Finals do not name their stream, but their speaker and time. */
function covers(segment: Segment, caption: Caption): boolean {
  return caption.participant === segment.participant && caption.startMs <= segment.endMs;
}

function put<T extends { id: string }>(list: T[], item: T): T[] {
  return list.some((i) => i.id === item.id) ? list.map((i) => (i.id === item.id ? item : i)) : [...list, item];
}

/** Consecutive segments of one speaker, for reading. */
export interface Turn {
  key: string;
  participant: string | null;
  speaker: string;
  /** The point of the agenda it was said under. */
  agendaItem: string | null;
  startMs: number;
  endMs: number;
  segments: Segment[];
}

/** A pause after which the same speaker begins a new paragraph. */
const PAUSE_MS = 12_000;
/** A paragraph does not grow beyond so many segments. */
const PARAGRAPH = 8;

/** Segments as turns. */
export function turns(segments: Segment[]): Turn[] {
  const out: Turn[] = [];
  for (const s of segments) {
    const last = out.at(-1);
    const same =
      last &&
      last.participant === (s.participant ?? null) &&
      last.speaker === s.speaker &&
      last.agendaItem === (s.agendaItem ?? null);
    if (same && s.startMs - last.endMs < PAUSE_MS && last.segments.length < PARAGRAPH) {
      last.segments.push(s);
      last.endMs = Math.max(last.endMs, s.endMs);
    } else {
      const { speaker, startMs, endMs } = s;
      out.push({
        key: s.id,
        participant: s.participant ?? null,
        agendaItem: s.agendaItem ?? null,
        speaker,
        startMs,
        endMs,
        segments: [s],
      });
    }
  }
  return out;
}

/** The speaker hue (0–7) of each participant: by order of arrival, so that it is the same for everybody. */
export function hues(participants: Participant[]): Map<string, number> {
  const inOrder = participants.toSorted((a, b) => a.joinedAt.localeCompare(b.joinedAt) || a.id.localeCompare(b.id));
  return new Map(inOrder.map((p, i) => [p.id, i % 8]));
}
