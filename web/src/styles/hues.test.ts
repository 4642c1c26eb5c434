// Speaker hues: readable on their ground, and told apart by people who do not see all colours.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

type Rgb = [number, number, number];
const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");
const light = css.slice(0, css.indexOf('[data-theme="dark"]'));
const dark = css.slice(css.indexOf(':root[data-theme="dark"]'));

function token(part: string, name: string): Rgb {
  const hex = new RegExp(`--${name}: #([0-9a-f]{6})`).exec(part)?.[1] ?? "";
  expect(hex, name).not.toBe("");
  return [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255) as Rgb;
}
const linear = (c: Rgb) => c.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)) as Rgb;
const luminance = (c: Rgb) => {
  const [r, g, b] = linear(c);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a: Rgb, b: Rgb) => {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (hi + 0.05) / (lo + 0.05);
};
const times = (m: number[], [r, g, b]: Rgb): Rgb =>
  [0, 3, 6].map((i) => (m[i] as number) * r + (m[i + 1] as number) * g + (m[i + 2] as number) * b) as Rgb;

// Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
const EYES: Record<string, number[]> = {
  all: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

/** OKLab, where equal distances look equal. */
function oklab(linearRgb: Rgb): Rgb {
  const lms = times(
    [
      0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566, 0.0883024619, 0.2817188376,
      0.6299787005,
    ],
    linearRgb,
  );
  const root = lms.map((v) => Math.cbrt(Math.max(0, v))) as Rgb;
  return times(
    [
      0.2104542553, 0.793617785, -0.0040720468, 1.9779984951, -2.428592205, 0.4505937099, 0.0259040371, 0.7827717662,
      -0.808675766,
    ],
    root,
  );
}
const apart = (a: Rgb, b: Rgb, eyes: number[]) => {
  const [x, y] = [oklab(times(eyes, linear(a))), oklab(times(eyes, linear(b)))];
  return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
};

describe.each([
  ["light", light],
  ["dark", dark],
])("hues in the %s theme", (_name, part) => {
  const hues = Array.from({ length: 8 }, (_, i) => token(part, `hue-${i}`));

  it("are readable as text on paper and on raised ground", () => {
    for (const ground of ["paper", "raised"]) {
      for (const [i, hue] of hues.entries()) {
        expect(contrast(hue, token(part, ground)), `hue ${i} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it("stay readable as initials on their own tint", () => {
    const paper = token(part, "paper");
    for (const [i, hue] of hues.entries()) {
      const tint = hue.map((v, c) => 0.14 * v + 0.86 * (paper[c] as number)) as Rgb;
      expect(contrast(hue, tint), `hue ${i}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each(Object.entries(EYES))("are told apart with %s colours seen", (name, eyes) => {
    const least = name === "all" ? 0.08 : 0.035;
    for (const [i, a] of hues.entries()) {
      for (const [j, b] of hues.entries()) {
        if (i < j) expect(apart(a, b, eyes), `hue ${i} and ${j}`).toBeGreaterThan(least);
      }
    }
  });

  it("give text, links and warnings enough contrast", () => {
    const ground = (name: string) => token(part, name);
    for (const on of ["paper", "raised", "sunk"]) {
      for (const text of ["ink", "ink-2", "ink-3", "accent", "danger"]) {
        expect(contrast(ground(text), ground(on)), `${text} on ${on}`).toBeGreaterThanOrEqual(4.5);
      }
      expect(contrast(ground("edge"), ground(on)), `edge on ${on}`).toBeGreaterThanOrEqual(3);
    }
    for (const [text, on] of [
      ["on-accent", "accent"],
      ["on-accent", "accent-strong"],
      ["on-danger", "danger"],
      ["accent", "accent-soft"],
      ["need", "need-soft"],
      ["ink-2", "accent-soft"],
      ["ink-2", "danger-soft"],
      ["danger-strong", "danger-soft"],
      ["danger", "danger-soft"],
    ] as const) {
      expect(contrast(ground(text), ground(on)), `${text} on ${on}`).toBeGreaterThanOrEqual(4.5);
    }
  });
});
