import { gap, pack, unpack } from './packed.ts';

/** Slots of the two rings: an hour by the second, a day by the minute. */
export const secondsKept = 3600;
export const minutesKept = 1440;
/** Average, least and greatest of a minute stand beside each other. */
const perMinute = 3;

/** Which slots hold a time at which something was heard: one for all series of an instance. */
export type Heard = { readonly seconds: Uint8Array; readonly minutes: Uint8Array };

export type Minute = { readonly average: number; readonly min: number; readonly max: number };

/**
 * One series of one instance. One that has only ever had one value (a quota, a kind of request that nobody makes)
 * keeps that value and has no ring: with `heard` it is known all the same.
 */
export class Track {
  #only: number | null = null;
  /** Before this second there was a gap: a rate has none at the first report. */
  #from = -Infinity;
  #seconds: Uint16Array | null = null;
  #minutes: Uint16Array | null = null;

  get bytes(): number {
    return (this.#seconds?.byteLength ?? 0) + (this.#minutes?.byteLength ?? 0);
  }

  set(second: number, value: number, heard: Heard): void {
    const code = pack(value);
    if (this.#seconds === null) {
      if (this.#only === null || this.#only === gap || this.#only === code) {
        if (this.#only === gap || second < this.#from) this.#from = second;
        this.#only = code;
        return;
      }
      this.#spread(second, heard);
    }
    this.#seconds![second % secondsKept] = code;
  }

  /** What was kept of the seconds `from` to `to` is too old, or was never heard. */
  forgetSeconds(from: number, to: number): void {
    if (this.#seconds !== null) for (let second = from; second <= to; second += 1) this.#seconds[second % secondsKept] = gap;
  }

  forgetMinutes(from: number, to: number): void {
    if (this.#minutes === null) return;
    for (let minute = from; minute <= to; minute += 1) this.#minutes.fill(gap, (minute % minutesKept) * perMinute, (minute % minutesKept) * perMinute + perMinute);
  }

  /** The minute is over: what its seconds up to `last` say is kept for the day. */
  endMinute(minute: number, last: number): void {
    if (this.#seconds === null) return;
    const { average, min, max } = this.#sum(minute, last);
    const at = (minute % minutesKept) * perMinute;
    this.#minutes![at] = pack(average);
    this.#minutes![at + 1] = pack(min);
    this.#minutes![at + 2] = pack(max);
  }

  /** NaN: a gap. Only for seconds within the ring. */
  second(second: number, heard: Heard): number {
    const slot = second % secondsKept;
    if (this.#seconds !== null) return unpack(this.#seconds[slot]!);
    return heard.seconds[slot] === 1 && second >= this.#from ? unpack(this.#only ?? gap) : NaN;
  }

  /** `last`: the minute is not over, so its seconds up to that one are asked. */
  minute(minute: number, heard: Heard, last: number | null): Minute {
    const slot = minute % minutesKept;
    if (this.#minutes === null) {
      const value = (last !== null || heard.minutes[slot] === 1) && minute * 60 + 59 >= this.#from ? unpack(this.#only ?? gap) : NaN;
      return { average: value, min: value, max: value };
    }
    if (last !== null) return this.#sum(minute, last);
    const at = slot * perMinute;
    return { average: unpack(this.#minutes[at]!), min: unpack(this.#minutes[at + 1]!), max: unpack(this.#minutes[at + 2]!) };
  }

  /** A second value has come, at `second`: from now on there is a ring, and the one value stands wherever something was heard. */
  #spread(second: number, heard: Heard): void {
    this.#seconds = new Uint16Array(secondsKept);
    this.#minutes = new Uint16Array(minutesKept * perMinute);
    const only = this.#only ?? gap;
    if (only === gap) return;
    for (let at = Math.max(this.#from, second - secondsKept + 1); at <= second; at += 1) if (heard.seconds[at % secondsKept] === 1) this.#seconds[at % secondsKept] = only;
    const minute = Math.floor(second / 60);
    for (let at = Math.max(Math.floor(this.#from / 60), minute - minutesKept + 1); at <= minute; at += 1) {
      const slot = at % minutesKept;
      if (heard.minutes[slot] === 1) this.#minutes.fill(only, slot * perMinute, slot * perMinute + perMinute);
    }
  }

  #sum(minute: number, last: number): Minute {
    let sum = 0;
    let count = 0;
    let min = Infinity;
    let max = -Infinity;
    // Behind `last` the ring still holds what was an hour ago.
    for (let second = minute * 60; second <= Math.min(last, minute * 60 + 59); second += 1) {
      const value = unpack(this.#seconds![second % secondsKept]!);
      if (Number.isNaN(value)) continue;
      sum += value;
      count += 1;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    return count === 0 ? { average: NaN, min: NaN, max: NaN } : { average: sum / count, min, max };
  }
}
