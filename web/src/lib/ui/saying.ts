// How a problem is put into words: the server's own, except where there was no server to say any.
import type { Problem } from "$lib/api/problem";
import { t } from "$lib/i18n/index.svelte";

export function saying(problem: Problem): string {
  if (problem.code === "offline") return t("problem.offline");
  if (problem.retryAfter) return `${problem.message} ${t("problem.wait", { seconds: problem.retryAfter })}`;
  return problem.message || t("problem.unknown");
}
