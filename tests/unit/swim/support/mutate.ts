/** Bad packets by the million from a few good ones: the same seed gives the same packets. */

export type Random = () => number;

/** mulberry32 */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Values that break parsers: ends of ranges, container and length tags, our magic byte. */
const nasty = [0x00, 0x01, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xc0, 0xc1, 0xc4, 0xc5, 0xc6, 0xcc, 0xcd, 0xce, 0xcf, 0xd0, 0xd3, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xff];

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

/** One to four changes: a bit, a byte, a nasty byte, a cut, a stretch copied, taken out or spliced in from another. */
export function mutate(random: Random, packets: readonly Uint8Array[]): Uint8Array {
  let bytes = Uint8Array.from(packets[below(random, packets.length)] ?? []);
  const changes = 1 + below(random, 4);
  for (let i = 0; i < changes && bytes.length > 0; i++) bytes = change(random, bytes, packets);
  return bytes;
}

function change(random: Random, bytes: Uint8Array, packets: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const changed = Uint8Array.from(bytes);
  const at = below(random, bytes.length);
  const length = 1 + below(random, 24);
  switch (below(random, 7)) {
    case 0:
      changed[at] = (changed[at] ?? 0) ^ (1 << below(random, 8));
      return changed;
    case 1:
      changed[at] = below(random, 256);
      return changed;
    case 2:
      changed[at] = nasty[below(random, nasty.length)] ?? 0;
      return changed;
    case 3:
      return changed.slice(0, at);
    case 4:
      return joined(changed.subarray(0, at + length), changed.subarray(at));
    case 5:
      return joined(changed.subarray(0, at), changed.subarray(at + length));
  }
  const other = packets[below(random, packets.length)] ?? bytes;
  return joined(changed.subarray(0, at), other.subarray(below(random, other.length)));
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
