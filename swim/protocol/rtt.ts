/**
 * Smoothed round-trip time and its variation, after RFC 6298 (time-out srtt + 4 var). Both are kept in one small integer,
 * in 1/64 ms, because there is one of these for every member: 16 bits for the time (up to 1 s, longer than any time-out),
 * 15 for the variation.
 */

const perMs = 64;
const timeMax = 0xffff;
const variationMax = 0x7fff;

/** 0: never measured. */
export type RoundTrip = number;

export function addRoundTrip(known: RoundTrip, sampleMs: number): RoundTrip {
  const sample = Math.max(1, sampleMs * perMs);
  if (known === 0) return pack(sample, sample / 2);
  const time = timeOf(known);
  const variation = variationOf(known);
  return pack(time + (sample - time) / 8, variation + (Math.abs(sample - time) - variation) / 4);
}

export function srttMs(trip: RoundTrip): number {
  return timeOf(trip) / perMs;
}

export function timeoutMs(trip: RoundTrip): number {
  return (timeOf(trip) + 4 * variationOf(trip)) / perMs;
}

function pack(time: number, variation: number): RoundTrip {
  return (clamp(variation, 0, variationMax) << 16) | clamp(time, 1, timeMax);
}

function timeOf(trip: RoundTrip): number {
  return trip & timeMax;
}

function variationOf(trip: RoundTrip): number {
  return (trip >>> 16) & variationMax;
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, Math.round(value)));
}
