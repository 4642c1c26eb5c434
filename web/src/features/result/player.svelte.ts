// Playing a meeting: one clock, and under it the audio of every stream that was recorded at that moment.
import type { Shape } from "$lib/api/client";

export type Track = Shape["AudioTrack"];
/** Elements further from the clock than this are made to catch up. */
const DRIFT_MS = 180;
/** So long before its time a track begins to load. */
const AHEAD_MS = 5_000;

export class Player {
  /** Place on the meeting's clock, milliseconds. */
  at = $state(0);
  playing = $state(false);
  rate = $state(1);
  /** Sound is being waited for. */
  stalled = $state(false);
  silent = $state.raw<ReadonlySet<string>>(new Set());
  tracks = $state.raw<Track[]>([]);
  end = $derived(this.tracks.reduce((end, t) => Math.max(end, t.startMs + t.durationMs), 0));
  #elements = new Map<string, HTMLAudioElement>();
  #frame = 0;
  #last = 0;

  /** `onexpired` is called when a link does not work any more; it should load new ones. */
  constructor(private readonly onexpired: () => void) {}

  load(tracks: Track[]): void {
    this.tracks = tracks;
    for (const [stream, element] of this.#elements) {
      if (!element.error) continue;
      element.remove();
      this.#elements.delete(stream);
    }
  }

  play(from?: number): void {
    if (this.tracks.length === 0) return;
    if (from !== undefined) this.seek(from);
    else if (this.at >= this.end) this.seek(0);
    this.playing = true;
    this.#last = performance.now();
    cancelAnimationFrame(this.#frame);
    // The first sound has to start within the click, or browsers refuse it.
    this.#follow();
    this.#frame = requestAnimationFrame(this.#tick);
  }

  pause(): void {
    this.playing = false;
    this.stalled = false;
    cancelAnimationFrame(this.#frame);
    for (const element of this.#elements.values()) element.pause();
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  seek(to: number): void {
    this.at = Math.max(0, Math.min(to, this.end));
    if (this.playing) this.#follow();
  }

  speed(rate: number): void {
    this.rate = rate;
    for (const element of this.#elements.values()) element.playbackRate = rate;
  }

  /** Leaves a person out, or lets them be heard again. */
  silence(participant: string): void {
    const silent = new Set(this.silent);
    if (!silent.delete(participant)) silent.add(participant);
    this.silent = silent;
    if (this.playing) this.#follow();
  }

  close(): void {
    this.pause();
    for (const element of this.#elements.values()) element.removeAttribute("src");
    this.#elements.clear();
  }

  #tick = (now: number): void => {
    if (!this.playing) return;
    this.stalled = this.#follow();
    if (!this.stalled) this.at += (now - this.#last) * this.rate;
    this.#last = now;
    if (this.at >= this.end) {
      this.at = this.end;
      return this.pause();
    }
    this.#frame = requestAnimationFrame(this.#tick);
  };

  /** Brings every element to the clock; whether one of them still has to load. */
  #follow(): boolean {
    let waiting = false;
    for (const track of this.tracks) {
      const inside = this.at >= track.startMs && this.at < track.startMs + track.durationMs;
      const soon = this.at >= track.startMs - AHEAD_MS && this.at < track.startMs + track.durationMs;
      const element = this.#elements.get(track.stream) ?? (soon ? this.#make(track) : undefined);
      if (!element) continue;
      if (!inside) {
        element.pause();
        continue;
      }
      element.muted = this.silent.has(track.participant);
      const wanted = (this.at - track.startMs) / 1000;
      if (!element.seeking && Math.abs(element.currentTime - wanted) * 1000 > DRIFT_MS) element.currentTime = wanted;
      if (element.paused && !element.ended) void element.play().catch(() => undefined);
      // A link that broke must not hold the others up.
      if (!element.error && !element.ended && element.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) waiting = true;
    }
    return waiting;
  }

  #make(track: Track): HTMLAudioElement {
    const element = new Audio();
    element.preload = "auto";
    element.playbackRate = this.rate;
    element.src = track.url;
    element.addEventListener("error", () => {
      if (Date.parse(track.expiresAt) < Date.now()) this.onexpired();
    });
    this.#elements.set(track.stream, element);
    return element;
  }
}
