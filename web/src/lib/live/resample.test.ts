import { describe, expect, it } from "vitest";
import { Framer, Resampler } from "./resample";

const tone = (hz: number, rate: number, seconds = 1) =>
  Float32Array.from({ length: rate * seconds }, (_, i) => Math.sin((2 * Math.PI * hz * i) / rate));

/** Loudness of the middle, in dB of full scale of a sine. */
function db(samples: Float32Array): number {
  const middle = samples.subarray(samples.length >> 2, (3 * samples.length) >> 2);
  let sum = 0;
  for (const s of middle) sum += s * s;
  return 10 * Math.log10((2 * sum) / middle.length + 1e-20);
}

describe("the resampler", () => {
  for (const rate of [48_000, 44_100, 96_000, 32_000, 16_000, 22_050, 8_000]) {
    it(`keeps speech as loud as it was from ${rate} Hz`, () => {
      for (const hz of [100, 1_000, 3_000]) expect(db(new Resampler(rate).push(tone(hz, rate)))).toBeCloseTo(0, 1);
    });

    it(`gives a second for a second from ${rate} Hz`, () => {
      const out = new Resampler(rate).push(tone(440, rate));
      expect(Math.abs(out.length - 16_000)).toBeLessThan(120);
    });
  }

  for (const rate of [48_000, 44_100]) {
    it(`lets nothing above 8 kHz fold down from ${rate} Hz`, () => {
      for (const hz of [9_000, 12_000, 15_500, 20_000]) {
        expect(db(new Resampler(rate).push(tone(hz, rate))), `${hz} Hz`).toBeLessThan(-60);
      }
    });
  }

  it("gives the same whichever way the input is cut", () => {
    const input = tone(700, 44_100);
    const whole = new Resampler(44_100).push(input);
    const cut = new Resampler(44_100);
    const parts: number[] = [];
    for (let at = 0, n = 1; at < input.length; at += n, n = (n * 7 + 3) % 500 || 1) {
      parts.push(...cut.push(input.subarray(at, at + n)));
    }
    expect(parts.length).toBe(whole.length);
    expect(Math.max(...parts.map((v, i) => Math.abs(v - (whole[i] as number))))).toBeLessThan(1e-6);
  });
});

describe("the framer", () => {
  it("cuts frames of exactly 3,200 bytes and holds the rest back", () => {
    const framer = new Framer();
    expect(framer.push(new Float32Array(1_599))).toEqual([]);
    const frames = framer.push(new Float32Array(1_700));
    expect(frames.map((f) => f.byteLength)).toEqual([3_200, 3_200]);
    expect(framer.push(new Float32Array(1_500))).toEqual([]);
  });

  it("writes little-endian and clips what is too loud", () => {
    const [frame] = new Framer(3).push(Float32Array.of(2, -2, 0.5));
    const view = new DataView(frame as ArrayBuffer);
    expect([0, 2, 4].map((at) => view.getInt16(at, true))).toEqual([32_767, -32_767, 16_384]);
  });
});
