import { describe, expect, it } from 'vitest';
import { instanceActions } from '~/app/lib/actions.ts';
import { leadershipWords } from '~/app/lib/leadership.ts';
import { summaryOf } from '~/app/lib/summary.ts';
import type { InstanceView } from '~/contract/shapes/view.ts';
import { rebuildRefusals } from '~/server/handlers/rebuild.ts';
import { appointed, healthy, instanceView } from '../../support/fixtures.ts';

const now = 1_700_000_000_000;
const words = (given: Partial<InstanceView>) => {
  const found = leadershipWords(instanceView({ alias: 'a', configured: true, ...given }, 1, now));
  return found && `${found.master ? '♛ ' : ''}${found.text}${found.epoch === null ? '' : `, epoch ${found.epoch}`}`;
};
const says = (failover: Partial<NonNullable<InstanceView['failover']>>): NonNullable<InstanceView['failover']> => ({ standing: 'follower', epoch: 7, failsafe: false, obstacle: null, diverged: null, ...failover });

describe('leadership in words', () => {
  it.each([
    [{ leadership: 'master' }, '♛ master'],
    [{ leadership: 'replica' }, 'replica'],
    [{ leadership: 'replica', wantedMaster: true }, 'replica, should be master'],
    [{ leadership: 'none', wantedMaster: true }, 'should be master'],
    [{ leadership: 'none' }, null],
    [{ leadership: 'master', failover: says({ standing: 'master' }) }, '♛ master, epoch 7'],
    [{ leadership: 'replica', wantedMaster: true, failover: says({ standing: 'candidate', epoch: 8 }) }, 'candidate, epoch 8'],
    [{ leadership: 'replica', failover: says({}) }, 'replica'],
    [{ leadership: 'replica', failover: says({ standing: 'fenced' }) }, 'fenced'],
    [{ leadership: 'replica', failover: says({ standing: 'fenced', diverged: '3 rows of origin 1' }) }, 'fenced, has rows of its own'],
    [{ leadership: 'replica', failover: says({ standing: 'waiting' }) }, 'waits for a master'],
    [{ leadership: 'none', disabled: true, failover: says({ standing: 'waiting' }) }, null],
  ] as const)('of %o are %s', (given, text) => expect(words(given)).toBe(text));

  it('tell why, where there is a why', () => {
    const title = (failover: Partial<NonNullable<InstanceView['failover']>>) => leadershipWords(instanceView({ alias: 'a', configured: true, leadership: 'replica', failover: says(failover) }, 1, now))?.title;
    expect(title({ standing: 'master', failsafe: true })).toContain('promises');
    expect(title({ standing: 'waiting', obstacle: 'Its disk is full.' })).toBe('Its disk is full.');
  });
});

describe('where the master is appointed', () => {
  it('who has none counts as without a master, also while nobody says who is wanted', () => {
    const overview = appointed(now);
    expect(summaryOf(overview).withoutMaster).toEqual([]);
    expect(summaryOf({ ...overview, replicasets: overview.replicasets.map((one) => ({ ...one, wantedMaster: null, masters: [] })) }).withoutMaster).toEqual(['s1']);
  });

  it('a replica is made the master by a switchover', () => {
    const overview = appointed(now);
    const action = instanceActions(overview.instances[0]!, overview).find(({ label }) => label === 'Make master');
    expect(action).toMatchObject({ operation: 'failover.switch', input: { replicaset: 's1', to: 's1-1' } });
    expect(instanceActions(overview.instances[1]!, overview).some(({ label }) => label === 'Make master')).toBe(false);
  });

  it('the master is not rebuilt before it has handed over, nor anybody while nobody leads', () => {
    const overview = appointed(now);
    const [replica, master] = overview.instances as [InstanceView, InstanceView];
    expect(rebuildRefusals(master, overview)).toMatchObject([{ code: 'master', wayOut: expect.stringContaining('coterie failover switch s1') }]);
    expect(rebuildRefusals(replica, overview)).toEqual([]);
    const leaderless = { ...overview, instances: overview.instances.map((one): InstanceView => ({ ...one, leadership: 'replica' })) };
    expect(rebuildRefusals(leaderless.instances[0]!, leaderless)).toMatchObject([{ code: 'noMaster' }]);
    const plain = healthy(now);
    expect(rebuildRefusals(plain.instances[0]!, plain)).toMatchObject([{ code: 'master', wayOut: expect.stringContaining('first of the priority') }]);
  });
});
