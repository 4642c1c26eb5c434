// How a problem is put into words: those of the catalogue for its code, in the language of the page. The server's
// own, which are English, only where it has a code that this page does not know.
import type { Problem } from "$lib/api/problem";
import { lookUp, t } from "$lib/i18n/index.svelte";

export function saying(problem: Problem): string {
  const { code, field, retryAfter } = problem;
  const ofField = field ? lookUp(`error.${code}.${field}`) : undefined;
  const text = ofField ?? lookUp(`error.${code}`) ?? (problem.message || t("error.unknown"));
  return retryAfter ? `${text} ${t("problem.wait", { seconds: retryAfter })}` : text;
}

/** What is said beneath a field: the problem, if it is about this one, whose names for the server are `fields`. */
export function sayingOf(problem: Problem | undefined, ...fields: string[]): string | undefined {
  return problem?.field && fields.includes(problem.field) ? saying(problem) : undefined;
}
