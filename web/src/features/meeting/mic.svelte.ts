// The microphone as pages see it: off, being opened, open, or why not; and which device.
import { Microphone, NoMicrophone, microphones, type Silence } from "$lib/live/microphone";

const CHOSEN = "huddle.microphone";

/** The device that was chosen on this machine. */
export function chosenDevice(): string | undefined {
  return localStorage.getItem(CHOSEN) ?? undefined;
}

export class Mic {
  state = $state<"closed" | "opening" | "open" | "failed">("closed");
  why = $state<Silence>();
  devices = $state.raw<MediaDeviceInfo[]>([]);
  device = $state<string>();
  /** Whether what is said goes out. */
  on = $state(true);
  open = $state.raw<Microphone>();
  #turn = 0;

  /** Opens the chosen device, or `device`; what was open before is closed. */
  async start(device: string | undefined = chosenDevice()): Promise<void> {
    const turn = ++this.#turn;
    this.state = "opening";
    this.open?.close();
    this.open = undefined;
    try {
      const opened = await Microphone.open(device);
      if (turn !== this.#turn) return opened.close();
      opened.onended(() => this.#fail("none"));
      this.open = opened;
      this.device = opened.deviceId;
      this.devices = await microphones();
      this.state = "open";
    } catch (thrown) {
      if (turn === this.#turn) this.#fail(thrown instanceof NoMicrophone ? thrown.why : "unknown");
    }
  }

  /** Takes another device and remembers it. */
  async choose(device: string): Promise<void> {
    localStorage.setItem(CHOSEN, device);
    await this.start(device);
  }

  #fail(why: Silence): void {
    this.open?.close();
    this.open = undefined;
    this.why = why;
    this.state = "failed";
  }

  stop(): void {
    this.#turn++;
    this.open?.close();
    this.open = undefined;
    this.state = "closed";
  }
}
