// From the rate of the sound card to 16 kHz: a polyphase low-pass FIR (Kaiser-windowed sinc), streaming.
// Pure: it runs in the AudioWorklet and in tests.

const OUT = 16_000;
/** Zero crossings of the sinc on each side: the length of the filter. */
const CROSSINGS = 24;
/** Kaiser beta for about 80 dB of stop band. */
const BETA = 8;
/** Where the filter cuts, as a part of the smaller Nyquist frequency. */
const CUT = 0.91;

function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 40; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** Resamples one channel from `rate` to 16 kHz; the output does not depend on how the input is cut up. */
export class Resampler {
  readonly #up: number;
  readonly #down: number;
  readonly #half: number;
  /** One row of taps for each phase between two input samples. */
  readonly #taps: Float32Array[];
  #held: Float32Array;
  /** Position of the next output in units of 1/up input samples, from the start of `#held`. */
  #at: number;

  constructor(rate: number) {
    const common = gcd(OUT, Math.round(rate));
    this.#up = OUT / common;
    this.#down = Math.round(rate) / common;
    const cut = CUT * Math.min(1, OUT / rate);
    this.#half = Math.ceil(CROSSINGS / cut);
    this.#taps = Array.from({ length: this.#up }, (_, phase) => this.#row(phase / this.#up, cut));
    this.#held = new Float32Array(this.#half);
    this.#at = this.#half * this.#up;
  }

  #row(offset: number, cut: number): Float32Array {
    const row = new Float32Array(2 * this.#half);
    let sum = 0;
    for (let i = 0; i < row.length; i++) {
      const x = i - this.#half + 1 - offset;
      const edge = x / this.#half;
      const window = Math.abs(edge) >= 1 ? 0 : bessel(BETA * Math.sqrt(1 - edge * edge)) / bessel(BETA);
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * x * cut) / (Math.PI * x * cut);
      row[i] = sinc * window;
      sum += sinc * window;
    }
    return row.map((v) => v / sum);
  }

  /** The 16 kHz samples that `input` completes. */
  push(input: Float32Array): Float32Array {
    const held = new Float32Array(this.#held.length + input.length);
    held.set(this.#held);
    held.set(input, this.#held.length);
    const out: number[] = [];
    for (;;) {
      const whole = Math.floor(this.#at / this.#up);
      if (whole + this.#half >= held.length) break;
      const taps = this.#taps[this.#at - whole * this.#up] as Float32Array;
      const from = whole - this.#half + 1;
      let sum = 0;
      for (let i = 0; i < taps.length; i++) sum += (taps[i] as number) * (held[from + i] as number);
      out.push(sum);
      this.#at += this.#down;
    }
    const spare = Math.max(0, Math.floor(this.#at / this.#up) - this.#half);
    this.#held = held.slice(spare);
    this.#at -= spare * this.#up;
    return Float32Array.from(out);
  }
}

/** Cuts samples into frames of `size` 16-bit little-endian samples. */
export class Framer {
  #frame: DataView;
  #filled = 0;

  constructor(private readonly size = 1_600) {
    this.#frame = new DataView(new ArrayBuffer(size * 2));
  }

  /** The frames that `samples` complete. */
  push(samples: Float32Array): ArrayBuffer[] {
    const done: ArrayBuffer[] = [];
    for (const sample of samples) {
      const clipped = Math.max(-1, Math.min(1, sample));
      this.#frame.setInt16(this.#filled * 2, Math.round(clipped * 32_767), true);
      this.#filled += 1;
      if (this.#filled === this.size) {
        done.push(this.#frame.buffer as ArrayBuffer);
        this.#frame = new DataView(new ArrayBuffer(this.size * 2));
        this.#filled = 0;
      }
    }
    return done;
  }
}
