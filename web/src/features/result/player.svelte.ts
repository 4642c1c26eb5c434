// Playing a meeting: one clock, and under it the audio of every stream that was recorded at that moment.
import type { Shape } from "$lib/api/client";

export type Track = Shape["AudioTrack"];
/** Elements further from the clock than this are made to catch up. */
const DRIFT_MS = 180;
/** So long before its time a track begins to load. */
const AHEAD_MS = 5_000;
/** Browsers draw no frames of a page in the background: then the clock goes by this. */
const STEP_MS = 100;

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
  #timer: ReturnType<typeof setInterval> | undefined;
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
    this.#rest();
    // The first sound has to start within the click, or browsers refuse it.
    this.stalled = this.#follow();
    this.#frame = requestAnimationFrame(this.#draw);
    this.#timer = setInterval(this.#step, STEP_MS);
  }

  pause(): void {
    this.playing = false;
    this.stalled = false;
    this.#rest();
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

  #rest(): void {
    cancelAnimationFrame(this.#frame);
    clearInterval(this.#timer);
  }

  #draw = (): void => {
    this.#step();
    if (this.playing) this.#frame = requestAnimationFrame(this.#draw);
  };

  /** Moves the clock on: to what is being heard, and where nothing is by the time that went by. */
  #step = (): void => {
    if (!this.playing) return;
    const now = performance.now();
    const heard = this.#heard();
    if (heard !== undefined) this.at = heard;
    else if (!this.stalled) this.at += (now - this.#last) * this.rate;
    this.#last = now;
    if (this.at >= this.end) {
      this.at = this.end;
      return this.pause();
    }
    this.stalled = this.#follow();
  };

  /** The place of the first element that sounds now. */
  #heard(): number | undefined {
    for (const track of this.tracks) {
      const element = this.#elements.get(track.stream);
      if (!element || element.paused || element.ended || element.seeking || element.error) continue;
      if (element.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) continue;
      return track.startMs + element.currentTime * 1000;
    }
    return undefined;
  }

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
      // The sound may be a little shorter than its track.
      const over = element.ended && wanted >= element.currentTime;
      const drift = Math.abs(element.currentTime - wanted) * 1000;
      if (!over && !element.seeking && drift > DRIFT_MS) element.currentTime = wanted;
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
