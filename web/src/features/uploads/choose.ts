// The browser's own window to choose files.
import { uploads } from "./uploads.svelte";

const KINDS = "audio/*,video/*,.wav,.flac,.mp3,.m4a,.mp4,.ogg,.oga,.opus,.webm,.mka,.mkv,.aac";

/** Lets somebody choose recordings, and sends them. */
export function choose(): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.accept = KINDS;
  input.addEventListener("change", () => void uploads.add(input.files ?? []));
  input.click();
}
