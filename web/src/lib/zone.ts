// Wall-clock times in a time zone. Pure: Intl knows the zones.

/** What the clock on the wall in `zone` shows at `at`, as `2026-11-21T09:30`. */
export function wall(at: Date, zone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? "00";
  return `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}`;
}

/** When the clock in `zone` shows `local`. Of an hour that happens twice it is the first; one that is skipped becomes the next. */
export function instant(local: string, zone: string): Date {
  const asUtc = (s: string) => Date.parse(`${s}:00Z`);
  const target = asUtc(local);
  // Twice: the first guess may lie on the other side of a change of offset.
  let guess = target;
  for (let i = 0; i < 2; i++) guess += target - asUtc(wall(new Date(guess), zone));
  const earlier = guess - 3_600_000;
  return new Date(wall(new Date(earlier), zone) === local ? earlier : guess);
}

/** The zones there are, and the one of this machine. */
export function zones(): string[] {
  const all = Intl.supportedValuesOf("timeZone");
  return all.includes("UTC") ? all : ["UTC", ...all];
}

export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
