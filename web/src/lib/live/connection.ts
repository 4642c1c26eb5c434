// The socket of a room: connects, enters, tells what it hears, and comes back after an outage.
import { io, type Socket } from "socket.io-client";
import { tokenInUse } from "../api/client";
import { refresh } from "../api/refresh";
import type { Answer } from "./sender";
import type { RoomEvent, Snapshot } from "./room";

/** How long an answer may take before it counts as none. */
const PATIENCE_MS = 10_000;

export interface Listener {
  heard(event: RoomEvent): void;
  /** In the meeting (again). */
  entered(): void;
  /** Not in the meeting any more, for now. */
  lost(): void;
  /** The server does not let us in. */
  refused(code: string, message: string): void;
  /** Whether the chat is being read. */
  reading(): boolean;
}

export class Connection {
  readonly #socket: Socket;
  #connectedAt = 0;
  #over = false;

  constructor(
    private readonly meeting: string,
    private readonly listener: Listener,
  ) {
    this.#socket = io("/v1", {
      path: "/socket.io/",
      transports: ["websocket", "polling"],
      auth: (give) => give(tokenInUse() ? { token: tokenInUse() } : {}),
      reconnectionDelay: 300,
      reconnectionDelayMax: 4_000,
      autoConnect: false,
      forceNew: true,
    });
    this.#listen();
    this.#open();
  }

  #open(): void {
    this.#connectedAt = Date.now();
    this.#socket.connect();
  }

  #listen(): void {
    const { heard } = this.listener;
    const socket = this.#socket;
    socket.on("connect", () => void this.#enter());
    socket.on("resync", () => void this.#enter());
    socket.on("disconnect", (why) => {
      this.listener.lost();
      if (why === "io server disconnect" && !this.#over) setTimeout(() => this.#open(), 1_000);
    });
    socket.on("connect_error", (error) => {
      this.listener.lost();
      // While `active` the client tries again by itself: the server could not be reached.
      if (!socket.active) void this.#unauthenticated(error.message);
    });
    socket.on("meeting", (meeting) => heard({ type: "meeting", meeting }));
    socket.on("participants", (participants) => heard({ type: "participants", participants }));
    socket.on("chat", (line) => heard({ type: "chat", line, reading: this.listener.reading() }));
    socket.on("agenda", (agenda) => heard({ type: "agenda", agenda }));
    socket.on("caption", (caption) => heard({ type: "caption", caption }));
    socket.on("segment", (segment) => heard({ type: "segment", segment }));
    socket.on("captions.state", (captions) => heard({ type: "captions.state", captions }));
    socket.on("minutes", (minutes) => heard({ type: "minutes", minutes }));
    socket.on("export", (made) => heard({ type: "export", export: made }));
    socket.on("task", (task) => heard({ type: "task", task }));
  }

  async #unauthenticated(code: string): Promise<void> {
    if (await refresh(this.#connectedAt).catch(() => false)) this.#open();
    else if (!this.#over) this.listener.refused(code, "");
  }

  async #enter(): Promise<void> {
    const answer = await this.say<{ snapshot?: Snapshot }>("enter", { meeting: this.meeting });
    if (answer.ok && answer.snapshot) {
      this.listener.heard({ type: "snapshot", snapshot: answer.snapshot, at: Date.now() });
      this.listener.entered();
    } else if (answer.error?.code === "no_answer") {
      this.#socket.disconnect();
      if (!this.#over) this.#open();
    } else {
      this.listener.refused(answer.error?.code ?? "fault", answer.error?.message ?? "");
    }
  }

  /** Sends an event; answers `no_answer` if the server does not, in time. */
  async say<T>(event: string, body: unknown, binary?: ArrayBuffer): Promise<Answer & T> {
    const none = { ok: false, error: { code: "no_answer", message: "" } } as Answer & T;
    if (!this.#socket.connected) return none;
    const args = binary ? [body, binary] : [body];
    try {
      return (await this.#socket.timeout(PATIENCE_MS).emitWithAck(event, ...args)) as Answer & T;
    } catch {
      return none;
    }
  }

  /** Leaves for good. */
  close(): void {
    this.#over = true;
    if (this.#socket.connected) this.#socket.emit("leave", {});
    this.#socket.disconnect();
  }
}
