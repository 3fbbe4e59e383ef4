import { expect, test } from 'vitest';
import { parseRecord, recordBytesMax, recordText } from '~/core/failover/record-text.ts';
import type { DecisionRecord, LeaseRecord, StateRecord } from '~/core/failover/records.ts';

const state: StateRecord = {
  epoch: 7, master: 'n2', phase: 'normal', target: null, deadlineMs: null, policy: { voters: ['n1', 'n2', 'n3'], copies: 2, promises: 0, gate: 0 }, unfenced: null, cause: 'crash', previous: { master: 'n1', epoch: 6, ownLsnKnown: 900 },
  confirmed: { epoch: 7, master: 'n2', origin: '2', start: { 1: 900, 2: 12 }, after: { epoch: 6, master: 'n1' } },
};
const lease: LeaseRecord = { epoch: 7, holder: 'n2', seq: 41, leaseMs: 2000, released: { why: 'exited', vclock: { 2: 13 }, restartMs: 120.5, known: 7 } };
const decision: DecisionRecord = { epoch: 7, term: 12, cause: 'crash', from: 'n1', to: 'n2', evidence: ['n1: exited.'], rowsLost: 0 };

test('what is written is read again', () => {
  expect(parseRecord('state', recordText(state))).toEqual({ ok: true, value: state });
  expect(parseRecord('lease', recordText(lease))).toEqual({ ok: true, value: lease });
  expect(parseRecord('decision', recordText(decision))).toEqual({ ok: true, value: decision });
});

test('a field that is missing, or of another kind, is named', () => {
  const broken = (changed: object) => parseRecord('state', JSON.stringify({ ...state, ...changed }));
  expect(broken({ epoch: -1 })).toMatchObject({ ok: false, why: expect.stringContaining('epoch') });
  expect(broken({ epoch: 1.5 })).toMatchObject({ ok: false });
  expect(broken({ phase: 'frozen' })).toMatchObject({ ok: false, why: expect.stringContaining('phase') });
  expect(broken({ policy: { voters: ['n1'], copies: 1, gate: 0 } })).toMatchObject({ ok: false, why: expect.stringContaining('promises') });
  expect(broken({ confirmed: { ...state.confirmed, start: { 1: 'many' } } })).toMatchObject({ ok: false, why: expect.stringContaining('start') });
  for (const text of ['', 'null', '[]', '{', '"x"', '{}']) expect(parseRecord('lease', text).ok, text).toBe(false);
});

test('what is too long is not read, and a decision is cut to fit', () => {
  expect(parseRecord('state', `${' '.repeat(recordBytesMax)}{}`).ok).toBe(false);
  const long = recordText({ ...decision, evidence: Array.from({ length: 60 }, () => 'x'.repeat(1_000)) });
  expect(long.length).toBeLessThanOrEqual(recordBytesMax);
  expect(parseRecord('decision', long)).toMatchObject({ ok: true });
});
