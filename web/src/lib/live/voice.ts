// Our voice in a room: a microphone and the senders of its streams, tied to a connection. Each time the
// microphone is switched on a new stream begins; the old one sends its rest meanwhile.
import type { Connection } from "./connection";
import type { Microphone } from "./microphone";
import { Sender, type Answer, type Todo } from "./sender";

export class Voice {
  #senders = new Set<Sender>();
  #current: Sender | undefined;
  #here = false;

  constructor(
    private readonly connection: () => Connection | undefined,
    private readonly onrefused: (code: string, message: string) => void,
    private readonly onchange: (waiting: number, lost: number) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Switches the microphone on. */
  async speak(microphone: Microphone): Promise<void> {
    const sender = new Sender(() => crypto.randomUUID());
    this.#current = sender;
    this.#senders.add(sender);
    if (this.#here) this.#act(sender, sender.connected(this.now()));
    await microphone.record((frame) => {
      this.#act(sender, sender.frame(frame, this.now() - 100));
      this.#tell();
    });
  }

  /** Switches the microphone off; what was said is still sent. */
  hush(microphone: Microphone | undefined): void {
    microphone?.pause();
    const sender = this.#current;
    this.#current = undefined;
    if (sender) this.#act(sender, sender.end());
  }

  entered(): void {
    this.#here = true;
    for (const sender of this.#senders) {
      sender.disconnected();
      this.#act(sender, sender.connected(this.now()));
    }
  }

  lost(): void {
    this.#here = false;
    for (const sender of this.#senders) sender.disconnected();
  }

  /** Resolves once all that was recorded is kept, or after `atMost` milliseconds. */
  async finished(atMost: number): Promise<void> {
    const end = this.now() + atMost;
    while (this.#senders.size > 0 && this.now() < end) await new Promise((r) => setTimeout(r, 50));
  }

  #tell(): void {
    let waiting = 0;
    let lost = 0;
    for (const s of this.#senders) [waiting, lost] = [waiting + s.waiting, lost + s.lost];
    this.onchange(waiting, lost);
  }

  #act(sender: Sender, todo: Todo[]): void {
    for (const step of todo) void this.#step(sender, step);
  }

  async #step(sender: Sender, step: Todo): Promise<void> {
    const say = async (event: string, body: unknown, binary?: ArrayBuffer): Promise<Answer> =>
      (await this.connection()?.say(event, body, binary)) ?? { ok: false, error: { code: "no_answer", message: "" } };
    switch (step.do) {
      case "open": {
        const body = { stream: step.stream, offsetMs: step.offsetMs };
        return this.#act(sender, sender.opened(step.stream, await say("audio.open", body)));
      }
      case "send": {
        const answer = await say("audio", { stream: step.stream, seq: step.seq }, step.frame);
        this.#act(sender, sender.answered(step.stream, answer));
        return this.#tell();
      }
      case "close":
        await say("audio.close", { stream: step.stream });
        return this.#act(sender, step.stream === sender.stream ? sender.closed() : []);
      case "retry":
        setTimeout(() => this.#act(sender, sender.retry(this.now())), step.afterMs);
        return;
      case "done":
        this.#senders.delete(sender);
        return this.#tell();
      case "refused":
        this.#senders.delete(sender);
        if (sender === this.#current) this.#current = undefined;
        return this.onrefused(step.code, step.message);
    }
  }
}
