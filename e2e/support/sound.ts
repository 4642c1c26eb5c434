// Sound to speak into fake microphones: clips of real people where there are some, and synthesised speech.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { folder } from "./server.ts";

const root = path.resolve(import.meta.dirname, "../..");
const data = process.env.HUDDLE_TEST_DATA ?? path.resolve(root, "../shared/data");

/** A clip of the shared data, or nothing where it is absent. */
export function clip(name: string): string | undefined {
  const file = path.join(data, "speech", name);
  return existsSync(file) ? file : undefined;
}

/** The words that are spoken in a clip. */
export function wordsOf(name: string): string {
  const table = readFileSync(path.join(data, "speech/transcripts.tsv"), "utf8").split("\n");
  const line = table.find((l) => l.startsWith(`${name}\t`));
  if (!line) throw new Error(`transcripts.tsv does not know ${name}`);
  return line.split("\t")[1]?.trim() ?? "";
}

/** Clips one after the other with `gap` seconds between them, after `lead` and before `tail` seconds of silence. */
export function score(clips: string[], { lead = 1, gap = 1.5, tail = 1 }: { lead?: number; gap?: number; tail?: number } = {}): string {
  const dir = folder("sound");
  const parts = clips.map((clip, i) => {
    const part = path.join(dir, `${i}.wav`);
    const after = i === clips.length - 1 ? tail : gap;
    // A whisper of noise for silence: what a real room sounds like, and what gain control can live with.
    sox([clip, "-r", "48000", "-c", "1", "-b", "16", part, "pad", String(i === 0 ? lead : 0), String(after)]);
    return part;
  });
  const whole = path.join(dir, "score.wav");
  sox([...parts, whole]);
  return whole;
}

/** espeak-ng says it; a WAV file. */
export function say(text: string): string {
  const file = path.join(folder("espeak"), "said.wav");
  execFileSync("espeak-ng", ["-v", "en-us", "-s", "140", "-w", file, text]);
  return file;
}

/** A grammar of exactly these phrases, for `speech.grammar`. */
export function grammar(phrases: string[]): string {
  const file = path.join(folder("grammar"), "phrases.gram");
  writeFileSync(file, `#JSGF V1.0;\ngrammar phrases;\npublic <phrase> = ${phrases.join(" | ")};\n`);
  return file;
}

/** 16 kHz mono PCM16 of a sound file, cut into frames of 100 ms; the last one filled up with silence. */
export function frames(file: string): Buffer[] {
  const raw = execFileSync("sox", [file, "-r", "16000", "-c", "1", "-b", "16", "-e", "signed-integer", "-t", "raw", "-"], {
    maxBuffer: 1 << 28,
  });
  const out: Buffer[] = [];
  for (let at = 0; at < raw.length; at += 3_200) {
    const frame = Buffer.alloc(3_200);
    raw.copy(frame, 0, at);
    out.push(frame);
  }
  return out;
}

/** Samples of an audio file as 16 kHz mono. */
export function samples(file: string): Int16Array {
  const raw = execFileSync("sox", [file, "-r", "16000", "-c", "1", "-b", "16", "-e", "signed-integer", "-t", "raw", "-"], {
    maxBuffer: 1 << 28,
  });
  return new Int16Array(raw.buffer, raw.byteOffset, raw.length / 2);
}

function sox(args: string[]): void {
  execFileSync("sox", ["-D", ...args]);
}

const plain = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}' ]+/gu, " ")
    .split(/\s+/)
    .filter(Boolean);

/** Word error rate of `heard` against `said`: insertions, deletions and substitutions per word said. */
export function wordErrorRate(said: string, heard: string): number {
  const [a, b] = [plain(said), plain(heard)];
  let row = b.map((_, j) => j + 1);
  row.unshift(0);
  for (const [i, word] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries()) {
      next.push(Math.min((row[j] ?? 0) + (word === other ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return (row[b.length] ?? 0) / a.length;
}
