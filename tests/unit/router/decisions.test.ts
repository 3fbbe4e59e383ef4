import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '~/iproto/index.ts';
import { chooseInstance, modes, type Candidate, type Choice } from '~/router/choose.ts';
import { Histogram } from '~/router/histogram.ts';
import { numberOf, readRefusal, textOf } from '~/router/refusals.ts';
import { nextStep, triesAtOnceMax, type Attempt, type Failure } from '~/router/retry.ts';

const lua = errorCodes.PROC_LUA;

describe('refusals of storages', () => {
  it('are read: code word, facts, sentence', () => {
    const read = readRefusal(lua, 'WRONG_BUCKET {"bucket":7,"at":"d-}{\\"x","generation":4}: it is not here')!;
    expect([read.code, read.verdict, read.sentence]).toEqual(['WRONG_BUCKET', 'follow', 'it is not here']);
    expect([numberOf(read.facts, 'bucket'), textOf(read.facts, 'at'), numberOf(read.facts, 'generation'), textOf(read.facts, 'bucket'), numberOf(read.facts, 'nothing')]).toEqual([7, 'd-}{"x', 4, null, null]);
  });

  it.each([
    ['WRONG_EPOCH', 'master'], ['BUCKET_MOVING', 'wait'], ['LEASE_EXPIRED', 'wait'], ['GATED', 'wait'], ['OUTCOME_UNKNOWN', 'tell'], ['NOT_SHARDED', 'tell'],
  ])('%s: %s', (code, verdict) => expect(readRefusal(lua, `${code} {}: so`)?.verdict).toBe(verdict));

  it.each([
    ['another code: a write inside a function was refused', errorCodes.READONLY, 'LEASE_EXPIRED {"epoch":1}: so'],
    ['an unknown word', lua, 'TOO_LATE {}: so'],
    ['a word of every object', lua, 'toString {}: so'],
    ['words in the middle', lua, 'see WRONG_EPOCH {}: so'],
    ['no facts', lua, 'WRONG_EPOCH: so'],
    ['facts that do not end', lua, 'WRONG_EPOCH {"a":"}": so'],
    ['facts that are none', lua, 'WRONG_EPOCH {a}: so'],
  ])('is none: %s', (_, code, message) => expect(readRefusal(code, message)).toBeUndefined());
});

const refusal = (code: string): Failure => ({ kind: 'refused', refusal: readRefusal(lua, `${code} {}: so`)! });
const attempt: Attempt = { write: true, tries: 1, learnt: true, others: true };

describe('what happens after a failed try', () => {
  const lost = (error: 'connectionLost' | 'outcomeUnknown' | 'requestTimeout' | 'protocol' | 'limitExceeded', notExecuted: boolean): Failure => ({ kind: 'lost', error, notExecuted });

  it('a write is sent again only when certainly nothing was done', () => {
    const failures = fc.oneof(
      fc.constantFrom('WRONG_BUCKET', 'WRONG_EPOCH', 'BUCKET_MOVING', 'LEASE_EXPIRED', 'GATED', 'NOT_SHARDED', 'OUTCOME_UNKNOWN').map(refusal),
      fc.record({ kind: fc.constant('failed' as const), code: fc.nat(300) }),
      fc.record({ kind: fc.constant('lost' as const), error: fc.constantFrom('connectionLost', 'outcomeUnknown', 'requestTimeout', 'protocol', 'limitExceeded', 'encode', 'tarantool'), notExecuted: fc.boolean() }),
    );
    const safe = (failure: Failure) => (failure.kind === 'lost' ? failure.notExecuted : failure.kind === 'refused' && failure.refusal.verdict !== 'tell');
    fc.assert(
      fc.property(failures, fc.nat(20), fc.boolean(), fc.boolean(), (failure, tries, learnt, others) => {
        if (!safe(failure)) expect(nextStep(failure, { write: true, tries, learnt, others })).toBe('tell');
      }),
    );
  });

  it.each([
    ['a redirect that taught something', refusal('WRONG_BUCKET'), {}, 'again'],
    ['a redirect that taught nothing', refusal('WRONG_BUCKET'), { learnt: false }, 'wait'],
    ['redirects without end', refusal('WRONG_BUCKET'), { tries: triesAtOnceMax }, 'wait'],
    ['a newer master', refusal('WRONG_EPOCH'), {}, 'again'],
    ['a lease that is over', refusal('LEASE_EXPIRED'), {}, 'wait'],
    ['a write to a gone master', lost('connectionLost', true), { others: false }, 'wait'],
    ['a write whose connection was lost', lost('outcomeUnknown', false), {}, 'tell'],
    ['a read whose connection was lost', lost('outcomeUnknown', false), { write: false }, 'again'],
    ['a read that was late, with another instance', lost('requestTimeout', false), { write: false }, 'again'],
    ['a read that was late, without', lost('requestTimeout', false), { write: false, others: false }, 'wait'],
    ['a write that was late', lost('requestTimeout', false), {}, 'tell'],
    ['a write that was late and never left', lost('requestTimeout', true), { others: false }, 'wait'],
    ['a full connection, without another', lost('limitExceeded', true), { others: false }, 'tell'],
    ['an error of the function', { kind: 'failed', code: 3 } as Failure, { write: false }, 'tell'],
  ] as const)('%s', (_, failure, more, step) => expect(nextStep(failure, { ...attempt, ...more })).toBe(step));
});

const one = (uuid: string, more: Partial<Candidate> = {}): Candidate => ({ uuid, master: false, up: true, slow: false, distance: 1, lagMs: 0, ...more });
const master = one('m', { master: true });
const choose = (candidates: readonly Candidate[], more: Partial<Choice> = {}) => chooseInstance(candidates, { mode: modes.ro, turn: 0, lagMaxMs: 1000, tried: null, ...more })?.uuid;
const inTurn = (candidates: readonly Candidate[], more: Partial<Choice>) => [0, 1, 2, 3].map((turn) => choose(candidates, { turn, ...more }));

describe('who serves', () => {
  it('a write: the master, or nobody', () => {
    expect(choose([one('a'), master], { mode: modes.rw })).toBe('m');
    expect(choose([one('a'), { ...master, up: false }], { mode: modes.rw })).toBeUndefined();
  });

  it('a read: the nearest, and of the nearest the master', () => {
    expect(choose([one('a'), master])).toBe('m');
    expect(choose([one('a', { distance: 0 }), master])).toBe('a');
    expect(choose([one('a', { distance: 0, up: false }), master])).toBe('m');
    expect(choose([])).toBeUndefined();
  });

  it('a balanced read: all in turn, near or far', () => {
    expect(inTurn([one('a', { distance: 9 }), master], { mode: modes.bro })).toEqual(['a', 'm', 'a', 'm']);
  });

  it('a read that prefers replicas: the nearest replica, the master where there is none', () => {
    expect(choose([one('a', { distance: 5 }), one('b', { distance: 3 }), master], { mode: modes.re })).toBe('b');
    expect(choose([one('a', { up: false }), master], { mode: modes.re })).toBe('m');
    expect(inTurn([one('a'), one('b'), master], { mode: modes.bre })).toEqual(['a', 'b', 'a', 'b']);
  });

  it('not who is slow, or behind, or has failed it, while another is there', () => {
    expect(choose([one('a', { lagMs: 2000 }), master], { mode: modes.re })).toBe('m');
    expect(choose([one('a', { slow: true }), master], { mode: modes.re })).toBe('m');
    expect(choose([one('a'), master], { mode: modes.re, tried: new Set(['a']) })).toBe('m');
    expect(choose([one('a', { lagMs: 2000 }), { ...master, up: false }])).toBe('a');
    expect(choose([one('a'), master], { tried: new Set(['a', 'm']) })).toBe('m');
    // The master is never behind itself.
    expect(choose([{ ...master, lagMs: 9999 }, one('a', { distance: 2 })])).toBe('m');
  });
});

describe('the histogram', () => {
  it('tells percentiles within 9 %', () => {
    const histogram = new Histogram();
    for (let ms = 1; ms <= 1000; ms++) histogram.record(ms / 10);
    for (const share of [0.5, 0.9, 0.99]) expect(Math.abs(histogram.percentileMs(share) / (share * 100) - 1)).toBeLessThan(0.1);
    expect([histogram.total, histogram.maxMs, histogram.percentileMs(1)]).toEqual([1000, 100, 100]);
    expect(histogram.meanMs).toBeCloseTo(50.05);
  });

  it('holds nothing, and what is beyond its ends', () => {
    const histogram = new Histogram();
    expect([histogram.percentileMs(0.99), histogram.meanMs]).toEqual([0, 0]);
    histogram.record(0);
    histogram.record(1e12);
    expect(histogram.counts().map(([, count]) => count)).toEqual([1, 1]);
  });
});
