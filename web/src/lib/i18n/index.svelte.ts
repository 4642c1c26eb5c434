// Words in the interface: one typed catalogue per language, English is the one that names the keys.
// `t("captions.behind", { seconds: 4 })` does not compile without `seconds`.
import { en } from "./en";

export type Key = keyof typeof en;
export type Catalogue = Record<Key, string>;
export type Language = "en" | "es";
export const LANGUAGES: { code: Language; name: string }[] = [
  { code: "en", name: "English" },
  { code: "es", name: "Español" },
];

/** The names in braces of a message. */
type Names<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Given<K extends Key> =
  Names<(typeof en)[K]> extends never ? [] : [values: Record<Names<(typeof en)[K]>, string | number>];

const state = $state<{ language: Language; words: Catalogue }>({ language: "en", words: en });

/** Keys of messages without anything to fill in. */
export type PlainKey = { [K in Key]: Names<(typeof en)[K]> extends never ? K : never }[Key];

/** The text of a key in the language in use. */
export function t<K extends Key>(key: K, ...[values]: Given<K>): string {
  return fill(state.words[key], values);
}

/** The text of a key that comes from elsewhere, such as a code of the server; none if the catalogue lacks it. */
export function lookUp(key: string): string | undefined {
  return Object.hasOwn(state.words, key) ? state.words[key as Key] : undefined;
}

/** Puts values into the braces of a message. */
export function fill(message: string, values?: Record<string, string | number>): string {
  if (!values) return message;
  return message.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The one of two keys that fits a count; `{count}` is filled. */
export function plural(count: number, one: Key, other: Key): string {
  const form = new Intl.PluralRules(state.language).select(count);
  return fill(state.words[form === "one" ? one : other], { count });
}

/** The locale for dates and numbers: the language in use, as it is used where the reader is. */
export function locale(): string {
  const own = globalThis.navigator?.languages?.find((l) => l.split("-")[0] === state.language);
  return own ?? state.language;
}

/** The language in use. */
export function language(): Language {
  return state.language;
}

/** Takes the language of the page, which theme.js chose, or the one that was asked for. */
export async function useLanguage(wanted?: Language): Promise<void> {
  const code = wanted ?? (document.documentElement.lang === "es" ? "es" : "en");
  state.words = code === "es" ? (await import("./es")).es : en;
  state.language = code;
  document.documentElement.lang = code;
  if (wanted) localStorage.setItem("huddle.language", wanted);
}
