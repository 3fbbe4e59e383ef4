import { describe, expect, it } from 'vitest';
import { compare, type Copy, type JournalEntry } from '~/core/failover/divergence.ts';
import { commonWith } from '~/core/failover/lost.ts';
import type { Vclock } from '~/core/failover/vclock.ts';

const entry = (epoch: number, master: string, start: Vclock, after: JournalEntry | null): JournalEntry => ({ epoch, master, origin: master, start, after: after && { epoch: after.epoch, master: after.master } });
const first = entry(1, '1', { 1: 10 }, null);
const second = entry(2, '2', { 1: 100 }, first);
const third = entry(3, '3', { 1: 120, 3: 4 }, first);
const copyOf = (vclock: Vclock, ...journal: JournalEntry[]): Copy => ({ vclock, journal });

describe('what two copies have in common', () => {
  it('is all that a copy has whose history goes on in the other', () => {
    expect(commonWith(copyOf({ 1: 90 }, first), copyOf({ 1: 100, 2: 50 }, first, second))).toEqual({ 1: 90 });
    expect(commonWith(copyOf({ 1: 90 }), copyOf({ 1: 100 }, first))).toEqual({ 1: 10 });
  });

  it('ends where the next epoch of the other began', () => {
    const old = copyOf({ 0: 7, 1: 105 }, first);
    expect(commonWith(old, copyOf({ 1: 100, 2: 50 }, first, second))).toEqual({ 1: 100 });
    expect(compare(old, copyOf({ 1: 100, 2: 50 }, first, second))).toEqual({ kind: 'extra', rows: { 1: 5 } });
  });

  it('ends where both went their own ways, however high the numbers of the other are', () => {
    const old = copyOf({ 1: 130, 2: 9 }, first, second);
    const now = copyOf({ 1: 140, 2: 500, 3: 90 }, first, third);
    expect(compare(old, now).kind).toBe('foreign');
    expect(commonWith(old, now)).toEqual({ 1: 100 });
    expect(commonWith(now, old)).toEqual({ 1: 100 });
  });

  it('is not known where the journals do not reach back to it', () => {
    const cut = entry(9, '3', { 1: 900 }, entry(8, '1', {}, null));
    expect(commonWith(copyOf({ 1: 130 }, first), copyOf({ 1: 950 }, cut))).toBeNull();
    expect(commonWith(copyOf({ 1: 950 }, cut), copyOf({ 1: 130 }))).toBeNull();
  });

  it('is what both began with where not even the first epoch is the same', () => {
    expect(commonWith(copyOf({ 1: 50 }, first), copyOf({ 2: 60, 1: 5 }, entry(2, '2', { 1: 5 }, null)))).toEqual({ 1: 5 });
  });
});
