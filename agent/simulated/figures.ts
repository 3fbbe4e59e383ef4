/**
 * Figures that move as those of a real instance do: waves of different length on a level of its own, a bit of noise on
 * top, and counters that only grow. Everything is a function of the seed and the time, so that nothing has to be kept.
 */

export type Figures = {
  readonly cpuRatio: number;
  readonly rssBytes: number;
  readonly quotaBytes: number;
  /** Share of the quota that is in use. */
  readonly usedRatio: number;
  readonly lagSeconds: number;
  /** By kind of request. */
  readonly requests: Readonly<Record<string, { total: number; rps: number }>>;
};

const mib = 1024 ** 2;
const quotas = [512, 1024, 1024, 2048];
/** Requests a second of a master at its mean. */
const kinds = { SELECT: 900, REPLACE: 240, INSERT: 120, UPDATE: 90, DELETE: 30, CALL: 400, EVAL: 2 } as const;
const writes: readonly string[] = ['REPLACE', 'INSERT', 'UPDATE', 'DELETE'];

/** A number in 0..1 that belongs to the seed and the name. */
export function drawn(seed: number, name: number): number {
  let x = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(name + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
  return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32;
}

/** -1..1, once in `periodMs`. */
const wave = (seed: number, periodMs: number, now: number) => Math.sin((2 * Math.PI * now) / periodMs + 7 * seed);

/** How busy this one is, around 1; `total` is what that comes to in seconds since the epoch. */
function load(seed: number, now: number): { level: number; total: number } {
  const mean = 0.4 + 1.2 * drawn(seed, 1);
  const share = 0.35;
  const periodMs = 60_000 + 240_000 * drawn(seed, 2);
  const phase = 7 * seed;
  const swing = (periodMs / (2 * Math.PI)) * share * (1 - Math.cos((2 * Math.PI * now) / periodMs + phase));
  return { level: mean * (1 + share * wave(seed, periodMs, now)), total: (mean * (now + swing)) / 1000 };
}

/** `group` is the seed of the replicaset, whose members hold the same data. `since`: when its counters began. */
export function figuresAt({ seed, group, since }: { seed: number; group: number; since: number }, now: number, leads: boolean): Figures {
  const { level, total } = load(group, now);
  const { total: before } = load(group, since);
  const noise = 0.9 + 0.2 * drawn(seed, Math.floor(now / 1000));
  const requests = Object.fromEntries(
    Object.entries(kinds).map(([kind, mean]) => {
      const share = leads || writes.includes(kind) ? 1 : 0.3;
      return [kind, { total: Math.floor(mean * share * (total - before)), rps: Math.round(mean * share * level * noise) }];
    }),
  );
  const quotaBytes = quotas[Math.floor(quotas.length * drawn(group, 3))]! * mib;
  const usedRatio = 0.2 + 0.45 * drawn(group, 4) + 0.03 * wave(group, 900_000, now);
  return {
    cpuRatio: 0.12 * level * noise * (leads ? 1.6 : 1),
    rssBytes: Math.round(quotaBytes * usedRatio * 1.1 + 60 * mib),
    quotaBytes,
    usedRatio,
    lagSeconds: leads ? 0 : 0.0002 + 0.0015 * drawn(seed, Math.floor(now / 1000) + 1),
    requests,
  };
}

/** Rows that the master of the group has written until now. */
export const rowsWritten = (group: number, now: number): number => Math.floor(480 * load(group, now).total) % 10 ** 12;
