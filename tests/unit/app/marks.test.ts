import { describe, expect, it } from 'vitest';
import { checkDraft, needsReason } from '~/app/lib/draft.ts';
import { issueActions, refOfIssue, scopesOf, spanChoices } from '~/app/lib/marks.ts';
import { startOf } from '~/app/lib/start.ts';
import { reduceLive, initialLive } from '~/app/lib/live.ts';
import { healthy, troubled } from '../../support/fixtures.ts';

const now = 1_700_000_000_000;
const { issues } = troubled(now);
const [first] = issues;
const issue = { ...first!, id: 'crashed:u1', code: 'crashed', object: { ...first!.object, id: 'u1', name: 's1-1' } };
const mark = { scope: issue.id, by: 'ann', at: now, until: now + 1, reason: 'why' };
const offered = (one: typeof issue) => issueActions(one, [one]).map(({ operation, input }) => [operation, input.issue]);

describe('marks on issues', () => {
  it('are offered by name, or by id where two have one name', () => {
    expect(refOfIssue(issue, [issue])).toBe('crashed:s1-1');
    expect(refOfIssue(issue, [issue, { ...issue, id: 'crashed:u9', object: { ...issue.object, id: 'u9' } }])).toBe('crashed:u1');
  });

  it('are offered as what is not there yet, and ended as they were made', () => {
    expect(offered(issue)).toEqual([['issue.acknowledge', 'crashed:s1-1'], ['issue.mute', 'crashed:s1-1'], ['alert.silence', undefined]]);
    expect(issueActions(issue, [issue]).at(-1)!.input).toEqual({ code: 'crashed', object: 'u1' });
    expect(offered({ ...issue, acknowledged: mark, muted: { ...mark, scope: 'crashed' } })).toEqual([['issue.unacknowledge', 'crashed:s1-1'], ['issue.unmute', 'crashed']]);
  });

  it('of a mute need a reason, of an acknowledgement none', () => {
    expect([needsReason('issue.mute'), needsReason('issue.acknowledge'), needsReason('instance.stop')]).toEqual([true, false, false]);
    const draft = startOf('issue.mute', { issue: 'crashed:s1-1' }, healthy(now));
    expect(checkDraft('issue.mute', draft).complete).toBe(false);
    expect(checkDraft('issue.mute', { ...draft, reason: 'why' }).complete).toBe(true);
  });

  it('name one object, or a whole rule', () => {
    expect([scopesOf('crashed:s1-1'), scopesOf('crashed')]).toEqual([{ code: 'crashed', name: 's1-1' }, { code: 'crashed', name: null }]);
    expect(spanChoices(5).map(({ label }) => label)).toEqual(['1 hour', '4 hours', '5 hours', '8 hours', '1 day', '3 days', '7 days', '30 days', '90 days']);
  });

  it('that mute take an issue out of the health in the header', () => {
    const overview = healthy(now);
    const live = reduceLive(initialLive, { kind: 'update', update: { kind: 'snapshot', overview } }, now);
    const delta = { kind: 'delta' as const, serverTime: now, configVersion: overview.configVersion, instances: [], removedInstances: [], replicasets: [], removedReplicasets: [], suggestions: null, run: null };
    const health = (muted: boolean) => reduceLive(live, { kind: 'update', update: { ...delta, issues: [{ ...issue, ...(muted && { muted: mark }) }] } }, now).overview?.health;
    expect([health(false), health(true)]).toEqual(['critical', 'ok']);
  });
});
