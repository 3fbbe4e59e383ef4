import { shown } from './packed.ts';
import { minutesKept, secondsKept, Track, type Heard } from './track.ts';

/**
 * Figures of one instance over time: the last hour by the second, the last day by the minute, in memory of a fixed size.
 * A second in which nothing was heard is a gap. A single second without a report between two that have one is none:
 * reports come once a second, not at the same part of it, and each speaks for the time since the one before.
 */

export type Row = (number | null)[];
export type Window = { readonly startMs: number; readonly stepMs: number; readonly count: number };

const secondMs = 1000;
const minuteMs = 60_000;

export class Rings {
  readonly #heard: Heard = { seconds: new Uint8Array(secondsKept), minutes: new Uint8Array(minutesKept) };
  readonly #tracks: readonly Track[];
  /** Seconds since the epoch; null before the first figures. */
  #last: number | null = null;

  constructor(series: number) {
    this.#tracks = Array.from({ length: series }, () => new Track());
  }

  /** In the rings as they are now; grows to a fixed size. */
  get bytes(): number {
    return secondsKept + minutesKept + this.#tracks.reduce((sum, track) => sum + track.bytes, 0);
  }

  /** Start of the last second with figures. */
  get lastMs(): number | null {
    return this.#last === null ? null : this.#last * secondMs;
  }

  /** One value for each series, NaN where there is none. A second report within a second: both count. */
  record(now: number, values: ArrayLike<number>): void {
    const second = Math.floor(now / secondMs);
    const last = this.#last;
    this.#advance(second);
    if (last !== null && second - last === 2) this.#write(second - 1, values);
    this.#write(second, second === last ? this.#between(second, values) : values);
  }

  /** Which seconds there are from `since` to `now`: from the first with figures, without those at the end that are still to come. */
  seconds(now: number, since: number): Window {
    const end = this.#end(now, secondMs);
    const from = Math.max(Math.ceil(since / secondMs), end - secondsKept + 1);
    const first = firstOf(from, end, (second) => this.#knows(second) && this.#heard.seconds[second % secondsKept] === 1);
    return { startMs: first * secondMs, stepMs: secondMs, count: Math.max(0, end - first + 1) };
  }

  minutes(now: number, since: number): Window {
    const end = this.#end(now, minuteMs);
    const from = Math.max(Math.ceil(since / minuteMs), end - minutesKept + 1);
    const first = firstOf(from, end, (minute) => this.#knowsMinute(minute) && (this.#runs(minute) || this.#heard.minutes[minute % minutesKept] === 1));
    return { startMs: first * minuteMs, stepMs: minuteMs, count: Math.max(0, end - first + 1) };
  }

  readSeconds(series: number, { startMs, count }: Window): Row {
    const track = this.#tracks[series]!;
    return Array.from({ length: count }, (_, index) => {
      const second = startMs / secondMs + index;
      return this.#knows(second) ? shown(track.second(second, this.#heard)) : null;
    });
  }

  readMinutes(series: number, { startMs, count }: Window): { values: Row; min: Row; max: Row } {
    const track = this.#tracks[series]!;
    const values: Row = [];
    const min: Row = [];
    const max: Row = [];
    for (let minute = startMs / minuteMs; minute < startMs / minuteMs + count; minute += 1) {
      const of = this.#knowsMinute(minute) ? track.minute(minute, this.#heard, this.#runs(minute) ? this.#last : null) : null;
      values.push(of && shown(of.average));
      min.push(of && shown(of.min));
      max.push(of && shown(of.max));
    }
    return { values, min, max };
  }

  /** The newest value of a series, unless it is older than `ageMsMax`; NaN then, and where there is none. */
  latest(series: number, now: number, ageMsMax: number): number {
    if (this.#last === null || now - this.#last * secondMs > ageMsMax) return NaN;
    return this.#tracks[series]!.second(this.#last, this.#heard);
  }

  /** The last report may be of the second before; a step after it is a gap once a report is overdue. */
  #end(now: number, stepMs: number): number {
    const current = Math.floor(now / stepMs);
    if (this.#last === null) return current;
    const last = Math.floor((this.#last * secondMs) / stepMs);
    return now - this.#last * secondMs < overdueMs ? last : Math.max(last, current);
  }

  /** The average of what was reported for this second before and now, where there are both. */
  #between(second: number, values: ArrayLike<number>): number[] {
    return this.#tracks.map((track, series) => {
      const before = track.second(second, this.#heard);
      const now = values[series] ?? NaN;
      return Number.isNaN(before) || Number.isNaN(now) ? now : (before + now) / 2;
    });
  }

  #write(second: number, values: ArrayLike<number>): void {
    // Before it is marked as heard: a series that gets its ring now has its one value in the slots before this one.
    for (let series = 0; series < this.#tracks.length; series += 1) this.#tracks[series]!.set(second, values[series] ?? NaN, this.#heard);
    this.#heard.seconds[second % secondsKept] = 1;
  }

  /** Makes `second` the last one: forgets what stood in the slots between, on either side where the clock was set back. */
  #advance(second: number): void {
    const last = this.#last;
    this.#last = second;
    if (last === null || second === last) return;
    if (second < last) return this.#setBack(second, last);
    const minute = Math.floor(second / 60);
    const before = Math.floor(last / 60);
    if (minute !== before) {
      for (const track of this.#tracks) track.endMinute(before, last);
      this.#forgetMinutes(Math.max(before + 1, minute - minutesKept + 1), minute);
      this.#heard.minutes[before % minutesKept] = minute - before < minutesKept ? 1 : 0;
    }
    this.#forgetSeconds(Math.max(last + 1, second - secondsKept + 1), second);
  }

  /** What lies ahead of a clock that was set back was of another time. */
  #setBack(second: number, last: number): void {
    this.#forgetSeconds(Math.max(second + 1, last - secondsKept + 1), last);
    const minute = Math.floor(second / 60);
    const before = Math.floor(last / 60);
    this.#forgetMinutes(Math.max(minute, before - minutesKept + 1), before);
  }

  #forgetSeconds(from: number, to: number): void {
    for (let second = from; second <= to; second += 1) this.#heard.seconds[second % secondsKept] = 0;
    for (const track of this.#tracks) track.forgetSeconds(from, to);
  }

  #forgetMinutes(from: number, to: number): void {
    for (let minute = from; minute <= to; minute += 1) this.#heard.minutes[minute % minutesKept] = 0;
    for (const track of this.#tracks) track.forgetMinutes(from, to);
  }

  readonly #knows = (second: number) => this.#last !== null && second <= this.#last && second > this.#last - secondsKept;
  readonly #runs = (minute: number) => this.#last !== null && minute === Math.floor(this.#last / 60);
  readonly #knowsMinute = (minute: number) => this.#last !== null && minute <= Math.floor(this.#last / 60) && minute > Math.floor(this.#last / 60) - minutesKept;
}

/** A report is due every second; one that is late by that much is missing. */
const overdueMs = 3500;

/** `end + 1` where there is none. */
function firstOf(from: number, end: number, fits: (step: number) => boolean): number {
  let step = from;
  while (step <= end && !fits(step)) step += 1;
  return Math.max(step, from);
}
