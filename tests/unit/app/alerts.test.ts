import { describe, expect, it } from 'vitest';
import { alertTabFrom, channelActions, channelState, deliveryWord, ruleText, silenceText, type ChannelRow, type DeliveryRow } from '~/app/lib/alerts.ts';
import { checkDraft, isEmptyEdit } from '~/app/lib/draft.ts';
import { resultOf } from '~/app/lib/result.ts';
import { startOf } from '~/app/lib/start.ts';
import { titleOf } from '~/app/lib/wording.ts';
import { healthy, planFor } from '../../support/fixtures.ts';

const now = 1_700_000_000_000;
const channel: ChannelRow = {
  name: 'ops', kind: 'webhook', minSeverity: 'warning', codes: [], objects: [], forSeconds: 10, repeatHours: 0, enabled: true,
  address: 'http://h/...', signed: true, mail: null, by: 'ann', at: now, queued: 0, lastSentAt: null, failing: null,
};
const delivery: DeliveryRow = { id: 1, message: 'm', at: now, channel: 'ops', kind: 'issues', subject: 's', state: 'sent', attempts: 1, nextAt: null, endedAt: now, answer: '200 OK' };

describe('the Alerts page', () => {
  it('says of a channel whether messages arrive', () => {
    const states = [channel, { ...channel, lastSentAt: now }, { ...channel, queued: 1 }, { ...channel, failing: { since: now, error: 'no' }, queued: 2 }, { ...channel, enabled: false, failing: { since: now, error: 'no' } }];
    expect(states.map(channelState)).toEqual([
      { health: 'ok', word: 'ready' }, { health: 'ok', word: 'works' }, { health: 'warning', word: '1 message waiting' }, { health: 'critical', word: 'fails, 2 messages waiting' }, { health: 'off', word: 'disabled' },
    ]);
  });

  it('says what it is told of, what a silence is about, what became of a message', () => {
    expect(ruleText(channel)).toBe('warning and critical, after 10\u00a0s');
    expect(ruleText({ ...channel, forSeconds: 0 })).toBe('warning and critical, at once');
    expect(ruleText({ ...channel, minSeverity: 'critical', codes: ['a', 'b'], objects: ['s1'], repeatHours: 4 })).toBe('critical only, of a, b, about s1, after 10\u00a0s, again every 4\u00a0h');
    expect([silenceText({ code: null, object: null, severity: null }), silenceText({ code: 'x', object: { kind: 'replicaset', id: '1', name: 's1' }, severity: 'warning' })]).toEqual(['everything', 'x about s1, up to warning']);
    expect([delivery, { ...delivery, attempts: 3 }, { ...delivery, state: 'queued' as const, attempts: 0 }, { ...delivery, state: 'queued' as const, attempts: 2 }, { ...delivery, state: 'failed' as const }].map(deliveryWord)).toEqual(['sent', 'sent at attempt 3', 'waits', 'waits after 2 attempts', 'not delivered']);
    expect([alertTabFrom('silences'), alertTabFrom('nonsense'), alertTabFrom(null)]).toEqual(['silences', 'channels', 'channels']);
  });

  it('opens dialogs that know what is empty, complete, and delivered', () => {
    expect(channelActions({ ...channel, enabled: false }).map(({ label }) => label)).toEqual(['Edit', 'Enable', 'Remove']);
    expect([isEmptyEdit('alert.editChannel', { channel: 'ops' }), isEmptyEdit('alert.editChannel', { channel: 'ops', enabled: false }), isEmptyEdit('retention.edit', {})]).toEqual([true, false, true]);
    const draft = startOf('alert.addChannel', {}, healthy(now));
    expect([checkDraft('alert.addChannel', draft).complete, checkDraft('alert.addChannel', { ...draft, channel: 'ops', url: 'https://h/x' }).complete]).toEqual([false, true]);
    expect(titleOf('alert.test', { channel: 'ops' })).toBe('Test channel ops');
    const outcome = (delivered: boolean) => ({ dryRun: false, plan: planFor({}), run: null, data: { delivered, sentence: 'x' } });
    expect([resultOf('alert.test', outcome(true)), resultOf('alert.test', outcome(false))]).toEqual([{ health: 'ok', title: 'Delivered', sentence: 'x' }, { health: 'critical', title: 'Not delivered', sentence: 'x' }]);
  });
});
