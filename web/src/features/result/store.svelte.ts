// What came of a meeting: minutes, transcript, audio, exports, and the work that is still going on.
import { api, ask, type Shape } from "$lib/api/client";
import { asProblem, type Problem } from "$lib/api/problem";
import { Connection } from "$lib/live/connection";
import { hues, turns, withSegment, type RoomEvent } from "$lib/live/room";
import { sorry } from "$lib/ui/toasts.svelte";
import { Player } from "./player.svelte";

export type Format = "pdf" | "markdown";
/** While work goes on it is also asked for, in case the live connection is not there. */
const POLL_MS = 4_000;

export class ResultStore {
  meeting = $state.raw<Shape["Meeting"]>();
  people = $state.raw<Shape["Participant"][]>([]);
  transcript = $state.raw<Shape["Transcript"]>();
  agenda = $state.raw<Shape["AgendaItem"][]>([]);
  minutes = $state.raw<Shape["MinutesState"]>();
  tasks = $state.raw<Shape["Task"][]>([]);
  problem = $state.raw<Problem>();
  /** Why there is no audio to play. */
  noAudio = $state.raw<Problem>();
  /** Segments that the item under the pointer rests on. */
  lit = $state.raw<ReadonlySet<string>>(new Set());
  /** Formats that are being made. */
  making = $state.raw<ReadonlySet<Format>>(new Set());

  hues = $derived(hues(this.people));
  /** The point of the agenda that begins with a turn. */
  points = $derived.by(() => {
    const titles = new Map(this.agenda.map((i) => [i.id, i.title]));
    const begins = new Map<string, string>();
    this.turns.forEach((turn, i) => {
      const title = turn.agendaItem && titles.get(turn.agendaItem);
      if (title && this.turns[i - 1]?.agendaItem !== turn.agendaItem) begins.set(turn.key, title);
    });
    return begins;
  });
  turns = $derived(turns(this.transcript?.segments ?? []));
  you = $derived(this.people.find((p) => p.isYou));
  task = $derived(this.tasks.findLast((t) => t.status === "pending" || t.status === "processing"));
  busy = $derived(this.transcript?.complete === false || this.minutes?.state === "writing");
  readonly player = new Player(() => void this.#audio());
  readonly #path: { meeting: string };
  #connection: Connection | undefined;
  #looking = false;
  #lookAgain = false;
  #poll: ReturnType<typeof setInterval> | undefined;

  constructor(code: string) {
    this.#path = { meeting: code };
  }

  get isGuest(): boolean {
    return this.you?.role === "guest";
  }

  async load(): Promise<void> {
    const params = { path: this.#path };
    try {
      [this.meeting, this.agenda] = await Promise.all([
        ask(api.GET("/api/v1/meetings/{meeting}", { params })),
        ask(api.GET("/api/v1/meetings/{meeting}/agenda", { params })),
      ]);
      await this.#look();
      this.problem = undefined;
      void this.#audio();
      this.#watch();
    } catch (thrown) {
      this.problem = asProblem(thrown);
    }
  }

  async #look(): Promise<void> {
    const params = { path: this.#path };
    const wasComplete = this.transcript?.complete;
    // With the words comes how long each has spoken.
    [this.transcript, this.people, this.minutes, this.tasks] = await Promise.all([
      ask(api.GET("/api/v1/meetings/{meeting}/transcript", { params })),
      ask(api.GET("/api/v1/meetings/{meeting}/participants", { params })),
      ask(api.GET("/api/v1/meetings/{meeting}/minutes", { params })),
      ask(api.GET("/api/v1/meetings/{meeting}/tasks", { params })),
    ]);
    if (wasComplete === false && this.transcript.complete) {
      void this.#audio();
      // A recording that was taken in gave the meeting its length.
      this.meeting = await ask(api.GET("/api/v1/meetings/{meeting}", { params }));
    }
  }

  async #audio(): Promise<void> {
    if (this.isGuest) return;
    try {
      this.player.load(await ask(api.GET("/api/v1/meetings/{meeting}/audio", { params: { path: this.#path } })));
      this.noAudio = undefined;
    } catch (thrown) {
      this.noAudio = asProblem(thrown);
    }
  }

  /** Looks on while something is still being heard or written. */
  #watch(): void {
    if (!this.busy || this.#poll) return;
    this.#poll = setInterval(() => void this.#again(), POLL_MS);
    if (this.you) {
      this.#connection = new Connection(this.#path.meeting, {
        heard: (event) => this.#heard(event),
        entered: () => undefined,
        lost: () => undefined,
        refused: () => this.#connection?.close(),
        reading: () => true,
      });
    }
  }

  #heard(event: RoomEvent): void {
    if (event.type === "task") {
      const others = this.tasks.filter((t) => t.id !== event.task.id);
      this.tasks = [...others, event.task];
    } else if (event.type === "segment" && this.transcript) {
      this.transcript = { ...this.transcript, segments: withSegment(this.transcript.segments, event.segment) };
    } else if (event.type === "minutes") void this.#again();
  }

  /** Looks once more; what is asked for meanwhile is one further look. */
  async #again(): Promise<void> {
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = true;
    try {
      do {
        this.#lookAgain = false;
        await this.#look();
      } while (this.#lookAgain);
    } catch {
      // The next look will do; what is shown stays true.
    } finally {
      this.#looking = false;
    }
    if (!this.busy) this.#unwatch();
  }

  #unwatch(): void {
    clearInterval(this.#poll);
    this.#poll = undefined;
    this.#connection?.close();
    this.#connection = undefined;
  }

  light(evidence: Shape["Evidence"] | undefined): void {
    this.lit = new Set(evidence?.segments ?? []);
  }

  async write(): Promise<void> {
    try {
      await ask(api.POST("/api/v1/meetings/{meeting}/minutes", { params: { path: this.#path } }));
      this.minutes = { ...(this.minutes as Shape["MinutesState"]), state: "writing", reason: null };
      await this.#look();
      this.#watch();
    } catch (thrown) {
      sorry(asProblem(thrown));
    }
  }

  /** Has a file made and answers with it; nothing if that failed, which was then said. */
  async export(format: Format): Promise<Shape["Export"] | undefined> {
    const params = { path: this.#path };
    this.making = new Set([...this.making, format]);
    try {
      const made = await ask(api.POST("/api/v1/meetings/{meeting}/exports", { params, body: { format } }));
      return await this.#finished(made);
    } catch (thrown) {
      sorry(asProblem(thrown));
      return undefined;
    } finally {
      this.making = new Set([...this.making].filter((f) => f !== format));
    }
  }

  async #finished(asked: Shape["Export"]): Promise<Shape["Export"]> {
    let made: Shape["Export"] | undefined = asked;
    while (!made || (made.state === "pending" && this.meeting) || (made.state === "ready" && !made.url)) {
      await new Promise((then) => setTimeout(then, 700));
      const all: Shape["Export"][] = await ask(
        api.GET("/api/v1/meetings/{meeting}/exports", { params: { path: this.#path } }),
      );
      made = all.find((e) => e.id === asked.id);
    }
    return made;
  }

  close(): void {
    this.#unwatch();
    this.player.close();
    this.meeting = undefined;
  }
}
