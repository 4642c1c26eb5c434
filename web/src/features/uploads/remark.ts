// What is said about a recording that was refused, or that is odd, in the language in use.
import { t, type PlainKey } from "$lib/i18n/index.svelte";
import { saying } from "$lib/ui/saying";
import type { Row } from "./uploads.svelte";

const WORDS: Record<string, PlainKey> = {
  upload_empty: "upload.empty",
  upload_not_audio: "upload.not-audio",
  upload_shape: "upload.not-audio",
  upload_no_sound: "upload.no-sound",
  upload_too_long: "upload.too-long",
  upload_cut_short: "upload.cut-short",
  too_large: "upload.too-large",
  disk_full: "upload.disk-full",
};

/** A sentence about the row. */
export function remarkOn(row: Row): string {
  const known = WORDS[row.remark?.code ?? ""];
  if (known) return t(known);
  return row.problem ? saying(row.problem) : (row.remark?.message ?? t("problem.unknown"));
}
