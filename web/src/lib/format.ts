// Times, lengths and codes as people read them. Pure: the locale and the zone are arguments.

/** `4:07`, `1:02:09`: a place on the meeting's clock. */
export function clock(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `45 s`, `12 min`, `1 h 5 min`: how long something took. */
export function span(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** `Sat 21 Nov`, without the weekday `21 Nov`; in another year than `now` with the year. */
export function day(at: Date, now: Date, locale: string, weekday = true): string {
  return new Intl.DateTimeFormat(locale, {
    weekday: weekday ? "short" : undefined,
    day: "numeric",
    month: "short",
    year: at.getFullYear() === now.getFullYear() ? undefined : "numeric",
  }).format(at);
}

/** `09:30` or `9:30 AM`, as the locale has it. */
export function time(at: Date, locale: string): string {
  return new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" }).format(at);
}

/** Days from `now` to `at`, by the calendar of this machine: 0 today, 1 tomorrow, -1 yesterday. */
export function daysAway(at: Date, now: Date): number {
  const midnight = (d: Date) => Date.UTC(d.getFullYear(), d.getMonth(), d.getDate());
  return Math.round((midnight(at) - midnight(now)) / 86_400_000);
}

/** `abcd-2345` of `abcd2345`. */
export function code(raw: string): string {
  return raw.length === 8 ? `${raw.slice(0, 4)}-${raw.slice(4)}` : raw;
}

/** The code in what somebody typed or pasted: a code with or without dash, or a link to a meeting. */
export function codeIn(typed: string): string | undefined {
  const link = /\/m\/([^/?#\s]+)/.exec(typed);
  const letters = (link?.[1] ?? typed).trim().toLowerCase().replace(/[-\s]/g, "");
  return /^[a-z0-9]{8}$/.test(letters) ? letters : undefined;
}

/** Up to two initials of a name. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = [...(words[0] ?? "?")][0] ?? "?";
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return (first + last).toUpperCase();
}

/** `1.2 MB`. */
export function bytes(count: number, locale: string): string {
  const [value, unit] =
    count < 1000 ? [count, "byte"] : count < 1e6 ? [count / 1e3, "kilobyte"] : [count / 1e6, "megabyte"];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }).format(
    value,
  );
}
