// The room while one is in it: the reducer's state, the connection, and our voice.
import type { Mic } from "$features/meeting/mic.svelte";
import { api, ask, type Shape } from "$lib/api/client";
import { asProblem, Problem } from "$lib/api/problem";
import { Connection } from "$lib/live/connection";
import type { Microphone } from "$lib/live/microphone";
import { EMPTY, hues, reduce, turns, whyOver, type Room, type RoomEvent } from "$lib/live/room";
import { Voice } from "$lib/live/voice";
import { sorry } from "$lib/ui/toasts.svelte";
import { trying } from "$lib/ui/trying";
import { AgendaEditor } from "./agenda";

export type Panel = "people" | "chat" | "agenda";
/** How long the rest of what was said may take to be sent when one leaves or the meeting ends. */
const FAREWELL_MS = 9_000;

export class RoomStore {
  room = $state.raw<Room>(EMPTY);
  panel = $state<Panel>();
  refused = $state.raw<Problem>();
  /** Frames on their way to the server; more than a few mean that the connection is slow or gone. */
  waiting = $state(0);
  lost = $state(0);
  closing = $state(false);

  hues = $derived(hues(this.room.participants));
  /** Who is being heard now. */
  speaking = $derived(new Set(this.room.partials.map((c) => c.participant)));
  turns = $derived(turns(this.room.segments));
  /** What the host does to the agenda. */
  readonly agenda: AgendaEditor;
  readonly #path: { meeting: string };
  #connection: Connection | undefined;
  readonly #voice: Voice;
  #speaking: Microphone | undefined;

  constructor(
    place: Shape["Joined"],
    readonly mic: Mic,
    private readonly onover: (ended: boolean) => void,
  ) {
    this.#path = { meeting: place.meeting.id };
    this.room = { ...EMPTY, meeting: place.meeting, you: place.participant };
    this.agenda = new AgendaEditor(place.meeting.id, {
      items: () => this.room.agenda,
      current: () => this.room.meeting?.currentAgendaItem ?? null,
      show: (agenda) => this.#tell({ type: "agenda", agenda }),
      point: (item) => this.point(item),
    });
    this.#voice = new Voice(
      () => this.#connection,
      (code, message) => this.#silenced(code, message),
      (waiting, lost) => ([this.waiting, this.lost] = [waiting, lost]),
    );
    this.#connection = new Connection(place.meeting.id, {
      heard: (event) =>
        this.#tell(event.type === "agenda" ? { ...event, agenda: this.agenda.inOrder(event.agenda) } : event),
      entered: () => this.#voice.entered(),
      lost: () => {
        this.#voice.lost();
        this.#tell({ type: "link", link: "lost" });
      },
      refused: (code, message) => (this.refused = new Problem(0, code, message)),
      reading: () => this.panel === "chat",
    });
  }

  /** Whether the others do not hear us. */
  get muted(): boolean {
    return !this.mic.on || !this.mic.open;
  }

  get isHost(): boolean {
    return this.room.you?.role === "host";
  }

  #tell(event: RoomEvent): void {
    this.room = reduce(this.room, event);
    const why = whyOver(this.room);
    if (why && !this.closing) void this.#close(why === "ended");
  }

  show(panel: Panel | undefined): void {
    this.panel = panel;
    if (panel === "chat") this.#tell({ type: "chat.read" });
  }

  unmute(): void {
    this.mic.on = true;
    if (this.mic.state === "closed" || this.mic.state === "failed") void this.mic.start();
  }

  mute(): void {
    this.mic.on = false;
  }

  /** Speaks with the microphone that is open and switched on, if any; called whenever one of these changes. */
  follow(): void {
    const live = this.room.meeting?.state === "live" && !this.closing;
    const wanted = live && this.mic.on ? this.mic.open : undefined;
    if (wanted === this.#speaking) return;
    if (this.#speaking) this.#voice.hush(this.#speaking);
    this.#speaking = wanted;
    if (!wanted) return;
    this.#voice.speak(wanted).catch((thrown: unknown) => {
      this.mute();
      sorry(asProblem(thrown));
    });
  }

  #silenced(code: string, message: string): void {
    if (this.closing) return;
    this.mute();
    if (code !== "meeting_ended") sorry(new Problem(0, code, message));
  }

  async say(text: string, clientId: string = crypto.randomUUID()): Promise<void> {
    const you = this.room.you;
    if (!you) return;
    this.#tell({ type: "chat.sending", line: { clientId, text, name: you.name, participant: you.id } });
    const answer = await this.#connection?.say<{ line?: Shape["ChatLine"] }>("chat", { text, clientId });
    if (answer?.ok && answer.line) this.#tell({ type: "chat", line: answer.line, reading: true });
    else {
      this.#tell({ type: "chat.failed", clientId });
      if (answer?.error && answer.error.code !== "no_answer")
        sorry(new Problem(0, answer.error.code, answer.error.message));
    }
  }

  /** Shown at once, taken back if the server says no. */
  async point(item: string | null): Promise<void> {
    const before = this.room.meeting?.currentAgendaItem ?? null;
    this.#tell({ type: "agenda.current", item });
    const answer = await this.#connection?.say("agenda.current", { item });
    if (answer?.ok) return;
    this.#tell({ type: "agenda.current", item: before });
    sorry(new Problem(0, answer?.error?.code ?? "offline", answer?.error?.message ?? ""));
  }

  async start(): Promise<boolean> {
    return trying(async () => {
      const meeting = await ask(api.POST("/api/v1/meetings/{meeting}/start", { params: { path: this.#path } }));
      this.#tell({ type: "meeting", meeting });
    });
  }

  async end(): Promise<boolean> {
    return trying(async () => {
      const meeting = await ask(api.POST("/api/v1/meetings/{meeting}/end", { params: { path: this.#path } }));
      this.#tell({ type: "meeting", meeting });
    });
  }

  async leave(): Promise<void> {
    if (!this.closing) await this.#close(false);
  }

  async #close(ended: boolean): Promise<void> {
    this.closing = true;
    this.follow();
    await this.#voice.finished(this.room.link === "here" ? FAREWELL_MS : 0);
    this.dispose();
    this.onover(ended);
  }

  dispose(): void {
    this.#voice.hush(this.#speaking);
    this.#speaking = undefined;
    this.#connection?.close();
    this.#connection = undefined;
  }
}
