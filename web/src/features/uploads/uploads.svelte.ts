// Recordings on their way to the server: in pieces, by tus, so that a lost connection, a pause or a reload costs
// nothing that has arrived. They go on while other pages are looked at.
import type { DetailedError, PreviousUpload, Upload as Sender } from "tus-js-client";
import { api, ask, type Shape } from "$lib/api/client";
import { asProblem, problemOf, type Problem } from "$lib/api/problem";
import { refresh, sessionHint } from "$lib/api/refresh";
import { sorry } from "$lib/ui/toasts.svelte";
import { ownZone } from "$lib/zone";

/** Bytes of one request: what is lost at most when a proxy swallows one. */
const PIECE = 16 * 1024 * 1024;
const RETRY_MS = [0, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
const POLL_MS = 3_000;
const VERSION = { "Tus-Resumable": "1.0.0" };

export type RowState =
  | "sending"
  | "paused"
  /** The server cannot be reached. */
  | "lost"
  /** Begun before this page was loaded: the file has to be chosen again. */
  | "left"
  /** All of it is there, and is being taken in. */
  | "received"
  | "done"
  | "refused";

/** One recording. */
export interface Row {
  key: string;
  id?: string;
  name: string;
  length: number;
  sent: number;
  state: RowState;
  /** Of the meeting that it became. */
  code?: string;
  remark?: Shape["Remark"];
  problem?: Problem;
}

/** Hundredths that have arrived, never 100 before all has. */
export function percent(row: Row): number {
  return row.length === 0 ? 0 : Math.floor((row.sent / row.length) * 100);
}

/** What the server tells of an upload, as a row. */
export function rowOf(told: Shape["Upload"]): Row {
  const states: Record<string, RowState> = { receiving: "left", received: "received", taken_in: "done" };
  return {
    key: told.id,
    id: told.id,
    name: told.fileName || told.title,
    length: told.length,
    sent: told.received,
    state: states[told.state] ?? "refused",
    code: told.meeting?.code,
    remark: told.remark ?? undefined,
  };
}

/** What the server tells, put into what is known here: who is sending knows better how far it is. */
export function merged(known: readonly Row[], told: readonly Row[]): Row[] {
  const here = known.filter((row) => {
    if (row.state === "done") return row.remark;
    // One without an id was refused before the server made anything of it.
    return row.state === "refused" ? !row.id : row.state !== "received" && row.state !== "left";
  });
  const ids = new Set(here.map((row) => row.id));
  return [...here, ...told.filter((row) => !ids.has(row.id))];
}

const idOf = (url: string | null | undefined) => url?.split("/").at(-1);

class Uploads {
  rows = $state.raw<readonly Row[]>([]);
  #senders = new Map<string, Sender>();
  #fresh: Promise<unknown> = Promise.resolve();
  #poll: ReturnType<typeof setInterval> | undefined;
  /** Called when a recording has become a meeting. */
  arrived: () => void = () => undefined;

  constructor() {
    addEventListener("online", () => this.rows.filter((r) => r.state === "lost").forEach((r) => this.resume(r.key)));
    addEventListener("beforeunload", (event) => {
      if (this.rows.some((row) => row.state === "sending")) event.preventDefault();
    });
  }

  /** Asks the server what it has of this account. */
  async look(): Promise<void> {
    try {
      const told = await ask(api.GET("/api/v1/uploads"));
      const waiting = this.rows.filter((row) => row.state === "received" && !told.some((u) => u.id === row.id));
      const ended = await Promise.all(waiting.map((row) => this.#told(row.id ?? "")));
      this.rows = merged(
        [...this.rows.filter((r) => r.state !== "received"), ...ended.filter((r) => r?.remark).map((r) => r as Row)],
        told.map(rowOf),
      );
      if (ended.length > 0) this.arrived();
    } catch {
      // The next look will do.
    }
    this.#watch();
  }

  async #told(id: string): Promise<Row | undefined> {
    try {
      return rowOf(await ask(api.GET("/api/v1/uploads/{upload}", { params: { path: { upload: id } } })));
    } catch {
      return undefined;
    }
  }

  #watch(): void {
    const waits = this.rows.some((row) => row.state === "received");
    if (waits) this.#poll ??= setInterval(() => void this.look(), POLL_MS);
    else {
      clearInterval(this.#poll);
      this.#poll = undefined;
    }
  }

  /** Forgets everything of an account that signs out. */
  clear(): void {
    for (const sender of this.#senders.values()) void sender.abort();
    this.#senders.clear();
    this.rows = [];
    this.#watch();
  }

  async add(files: Iterable<File>): Promise<void> {
    const list = [...files];
    const { Upload } = await import("tus-js-client");
    for (const file of list) void this.#send(Upload, file);
  }

  async #send(Upload: typeof Sender, file: File): Promise<void> {
    const key = crypto.randomUUID();
    const change = (change: Partial<Row>) => this.#change(key, change);
    const sender = new Upload(file, {
      endpoint: `${location.origin}/api/v1/uploads`,
      chunkSize: PIECE,
      retryDelays: RETRY_MS,
      headers: { "X-Huddle-CSRF": "1" },
      metadata: {
        filename: file.name,
        filetype: file.type,
        timeZone: ownZone(),
        recordedAt: new Date(file.lastModified).toISOString(),
      },
      removeFingerprintOnSuccess: true,
      onBeforeRequest: async () => {
        await this.#fresh;
      },
      onShouldRetry: (error) => this.#again(error),
      onUploadUrlAvailable: () => {
        change({ id: idOf(sender.url) });
      },
      onProgress: (sent) => change({ sent }),
      onError: (error) => this.#failed(key, error),
      onSuccess: () => void this.#sent(key),
    });
    this.#senders.set(key, sender);
    const at = (upload: PreviousUpload) => Date.parse(upload.creationTime);
    const before = (await sender.findPreviousUploads()).toSorted((a, b) => at(b) - at(a))[0];
    if (before) sender.resumeFromPreviousUpload(before);
    // What was left behind goes on in its place.
    const id = idOf(before?.uploadUrl);
    const sent = this.rows.find((row) => row.id && row.id === id)?.sent ?? 0;
    const others = this.rows.filter((row) => !row.id || row.id !== id);
    this.rows = [{ key, id, name: file.name, length: file.size, sent, state: "sending" }, ...others];
    sender.start();
  }

  #change(key: string, change: Partial<Row>): void {
    this.rows = this.rows.map((row) => (row.key === key ? { ...row, ...change } : row));
  }

  /** Whether a request that failed is worth another try. */
  #again(error: Error | DetailedError): boolean {
    const status = "originalResponse" in error ? (error.originalResponse?.getStatus() ?? 0) : 0;
    if (status === 401 && sessionHint.at()) {
      this.#fresh = refresh(Date.now()).catch(() => false);
      return true;
    }
    return status < 400 || status >= 500 || [409, 423, 429].includes(status);
  }

  #failed(key: string, error: Error | DetailedError): void {
    const answer = "originalResponse" in error ? error.originalResponse : null;
    if (!answer || answer.getStatus() >= 500) return this.#change(key, { state: "lost" });
    let body: unknown;
    try {
      body = JSON.parse(answer.getBody());
    } catch {
      // Whatever it was, it was not ours.
    }
    const problem = problemOf(answer.getStatus(), body);
    this.#change(key, { state: "refused", problem, remark: problem });
  }

  async #sent(key: string): Promise<void> {
    const row = this.rows.find((r) => r.key === key);
    this.#senders.delete(key);
    const told = await this.#told(row?.id ?? "");
    this.#change(
      key,
      told ? { state: told.state, code: told.code, sent: told.sent, remark: told.remark } : { state: "received" },
    );
    this.arrived();
    this.#watch();
  }

  pause(key: string): void {
    void this.#senders.get(key)?.abort();
    this.#change(key, { state: "paused" });
  }

  resume(key: string): void {
    this.#change(key, { state: "sending" });
    this.#senders.get(key)?.start();
  }

  /** Gives an upload up, or takes a row away that has nothing more to say. */
  async remove(key: string): Promise<void> {
    const row = this.rows.find((r) => r.key === key);
    const sender = this.#senders.get(key);
    this.rows = this.rows.filter((r) => r.key !== key);
    this.#senders.delete(key);
    try {
      await sender?.abort();
      if (row?.id && row.state !== "done") {
        const params = { path: { upload: row.id }, header: VERSION };
        await ask(api.DELETE("/api/v1/uploads/{upload}", { params }));
      }
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (problem.status !== 404) sorry(problem);
    }
  }
}

/** The recordings of this browser's account. */
export const uploads = new Uploads();
