// What the plan form begins with. Pure: the time and the zone are arguments.
import type { Shape } from "$lib/api/client";
import { wall } from "$lib/zone";

/** The fields as they are written; the agenda apart. */
export interface Form {
  title: string;
  description: string;
  /** On the clock of `zone`; empty for no time. */
  starts: string;
  minutes: number | null;
  zone: string;
  /** Addresses, one a line. */
  invitees: string;
}

type Plan = Pick<Shape["Meeting"], "title" | "description" | "startsAt" | "durationMinutes" | "timeZone" | "invitees">;

/** The form of a meeting, or of a new one as most people mean it: at the next full hour, for 30 minutes. */
export function filled(meeting: Plan | undefined, now: Date, own: string): Form {
  const zone = meeting?.timeZone ?? own;
  const next = new Date(Math.ceil((now.getTime() + 60_000) / 3_600_000) * 3_600_000);
  const starts = meeting ? meeting.startsAt && new Date(meeting.startsAt) : next;
  return {
    title: meeting?.title ?? "",
    description: meeting?.description ?? "",
    starts: starts ? wall(starts, zone) : "",
    minutes: meeting ? (meeting.durationMinutes ?? null) : 30,
    zone,
    invitees: (meeting?.invitees ?? []).join("\n"),
  };
}
