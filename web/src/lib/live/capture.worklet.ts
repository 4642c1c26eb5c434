// The AudioWorklet: takes what the microphone gives, hands out frames of 100 ms at 16 kHz.
import { Framer, Resampler } from "./resample";

declare const sampleRate: number;
declare function registerProcessor(name: string, processor: unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

class Capture extends AudioWorkletProcessor {
  #resampler = new Resampler(sampleRate);
  #framer = new Framer();

  process(inputs: Float32Array[][]): boolean {
    const channel = inputs[0]?.[0];
    if (channel) {
      for (const frame of this.#framer.push(this.#resampler.push(channel))) this.port.postMessage(frame, [frame]);
    }
    return true;
  }
}

registerProcessor("huddle-capture", Capture);
