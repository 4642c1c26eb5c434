// The microphone: permission, device, level, and frames out of the AudioWorklet.
import worklet from "./capture.worklet.ts?worker&url";

/** Why there is no microphone. */
export type Silence = "denied" | "none" | "busy" | "insecure" | "unknown";

export class NoMicrophone extends Error {
  constructor(readonly why: Silence) {
    super(why);
  }
}

function whyOf(thrown: unknown): Silence {
  const name = thrown instanceof DOMException ? thrown.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "none";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
  return "unknown";
}

/** The microphones there are; their names are empty before permission was given. */
export async function microphones(): Promise<MediaDeviceInfo[]> {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return all.filter((d) => d.kind === "audioinput" && d.deviceId !== "");
}

/** An open microphone. */
export class Microphone {
  #samples: Float32Array<ArrayBuffer>;
  #capture: AudioWorkletNode | undefined;
  #loaded: Promise<void> | undefined;

  private constructor(
    readonly stream: MediaStream,
    readonly context: AudioContext,
    private readonly source: MediaStreamAudioSourceNode,
    private readonly analyser: AnalyserNode,
  ) {
    this.#samples = new Float32Array(analyser.fftSize);
  }

  /** Opens a device, or the default one; asks for permission if need be. */
  static async open(deviceId?: string): Promise<Microphone> {
    if (!navigator.mediaDevices) throw new NoMicrophone("insecure");
    // Suppressed noise costs the recogniser more words than noise does.
    const audio = { channelCount: 1, echoCancellation: true, noiseSuppression: false, autoGainControl: true };
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: deviceId ? { ...audio, deviceId: { exact: deviceId } } : audio,
      });
    } catch (thrown) {
      const why = whyOf(thrown);
      // The chosen device is gone: the default one is better than none.
      if (why === "none" && deviceId) return Microphone.open();
      throw new NoMicrophone(why);
    }
    const context = new AudioContext();
    const source = context.createMediaStreamSource(stream);
    const analyser = context.createAnalyser();
    analyser.fftSize = 1024;
    source.connect(analyser);
    return new Microphone(stream, context, source, analyser);
  }

  get deviceId(): string | undefined {
    return this.stream.getAudioTracks()[0]?.getSettings().deviceId;
  }

  /** How loud it is now: 0 (silence, -60 dB) to 1 (full scale). */
  level(): number {
    this.analyser.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    for (const s of this.#samples) sum += s * s;
    const db = 10 * Math.log10(sum / this.#samples.length + 1e-9);
    return Math.max(0, Math.min(1, (db + 60) / 60));
  }

  /** The device was unplugged or taken away. */
  onended(then: () => void): void {
    this.stream.getAudioTracks()[0]?.addEventListener("ended", then);
  }

  /** Hands out frames of 3,200 bytes until `pause`. */
  async record(frame: (frame: ArrayBuffer) => void): Promise<void> {
    this.#loaded ??= this.context.audioWorklet.addModule(worklet);
    await this.#loaded;
    if (this.context.state === "suspended") await this.context.resume();
    this.pause();
    const options = { numberOfInputs: 1, numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" } as const;
    const capture = new AudioWorkletNode(this.context, "huddle-capture", options);
    capture.port.onmessage = (message: MessageEvent<ArrayBuffer>) => frame(message.data);
    this.source.connect(capture);
    this.#capture = capture;
  }

  /** No more frames; the device stays open. */
  pause(): void {
    if (!this.#capture) return;
    this.#capture.port.onmessage = null;
    this.source.disconnect(this.#capture);
    this.#capture = undefined;
  }

  /** Gives the device back. */
  close(): void {
    this.pause();
    for (const track of this.stream.getTracks()) track.stop();
    void this.context.close();
  }
}
