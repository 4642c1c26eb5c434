import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Player, type Track } from "./player.svelte";

/** An element whose sound goes by the clock of the test. */
class Sound {
  static made: Sound[] = [];
  static ready = 4;
  paused = true;
  ended = false;
  seeking = false;
  error = null;
  muted = false;
  playbackRate = 1;
  seeks = 0;
  #at = 0;
  #since = 0;
  constructor() {
    Sound.made.push(this);
  }
  get readyState() {
    return Sound.ready;
  }
  get currentTime() {
    return this.#at + (this.paused ? 0 : (performance.now() - this.#since) / 1000);
  }
  set currentTime(to: number) {
    this.seeks++;
    [this.#at, this.#since] = [to, performance.now()];
  }
  play() {
    [this.paused, this.#since] = [false, performance.now()];
    return Promise.resolve();
  }
  pause() {
    [this.#at, this.paused] = [this.currentTime, true];
  }
  addEventListener() {}
}

const track = (stream: string, startMs: number, durationMs: number) =>
  ({ stream, participant: stream, startMs, durationMs, url: "", expiresAt: "" }) as Track;
let frames: FrameRequestCallback[] = [];
const frame = () => frames.splice(0).forEach((then) => then(performance.now()));

beforeEach(() => {
  vi.useFakeTimers();
  [Sound.made, Sound.ready, frames] = [[], 4, []];
  vi.stubGlobal("Audio", Sound);
  vi.stubGlobal("HTMLMediaElement", { HAVE_FUTURE_DATA: 3 });
  vi.stubGlobal("requestAnimationFrame", (then: FrameRequestCallback) => frames.push(then));
  vi.stubGlobal("cancelAnimationFrame", () => (frames = []));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function playing(...tracks: Track[]): Player {
  const player = new Player(() => undefined);
  player.load(tracks);
  player.play();
  return player;
}

it("goes on in the background, where there are no frames", () => {
  const player = playing(track("a", 0, 60_000));
  vi.advanceTimersByTime(5_000);
  expect(player.at).toBeCloseTo(5_000, -1);
  expect(player.stalled).toBe(false);
});

it("does not take slow frames for drift", () => {
  vi.stubGlobal("setInterval", () => 0);
  const player = playing(track("a", 0, 60_000));
  for (let i = 0; i < 5; i++) {
    vi.advanceTimersByTime(900);
    frame();
  }
  expect(player.at).toBeCloseTo(4_500, -1);
  expect(Sound.made[0]?.seeks).toBe(0);
});

it("waits for what has to load, and then goes on", () => {
  Sound.ready = 1;
  const player = playing(track("a", 0, 60_000));
  Sound.made[0]?.pause();
  vi.advanceTimersByTime(100);
  expect(player.stalled).toBe(true);
  const at = player.at;
  Sound.ready = 4;
  vi.advanceTimersByTime(1_000);
  expect(player.stalled).toBe(false);
  expect(player.at).toBeGreaterThan(at + 800);
});

it("crosses a silence between two tracks and stops at the end", () => {
  const player = playing(track("a", 0, 1_000), track("b", 3_000, 1_000));
  vi.advanceTimersByTime(2_000);
  expect(player.at).toBeCloseTo(2_000, -2);
  vi.advanceTimersByTime(3_000);
  expect(player.at).toBe(4_000);
  expect(player.playing).toBe(false);
});
