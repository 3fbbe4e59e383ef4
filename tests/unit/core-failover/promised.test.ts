import { expect, it } from 'vitest';
import { FailoverMember } from '~/core/failover/member.ts';
import { emptyDisk } from '~/core/failover/member-messages.ts';
import type { ReplicasetSettings } from '~/core/failover/settings.ts';
import { timingOf } from '~/core/failover/timing.ts';

const policy = { voters: ['a', 'b'], copies: 2, promises: 2, gate: 0 };
const records = (epoch: number, master: string) => ({
  state: { value: { epoch, master, phase: 'normal', target: null, deadlineMs: null, confirmed: null, previous: null, policy, unfenced: null, cause: 'first' }, revision: 1 },
  lease: { value: { epoch, holder: master, seq: 1, leaseMs: 2000, released: null }, revision: 2 },
}) as const;

it('a member that has promised to a later master says so to a provider that was put back', () => {
  const settings: ReplicasetSettings = {
    uuid: 'rs', mode: 'stateful', durability: 'strict', failsafe: 'majority', minReplicas: 0, preferredZone: null, lossRowsMax: null, flapping: { failoversMax: 3, windowMs: 60_000 }, autoreturnMs: null, diverged: 'rebuild',
    members: ['a', 'b'].map((uuid, priority) => ({ uuid, priority, electable: true, voter: true, disabled: false, anonymous: false, zone: null })),
  };
  const member = new FailoverMember({}, { uuid: 'a', settings, timing: timingOf(2000), disk: { ...emptyDisk, known: 1, promised: 3, promisedLeaseMs: 2000 }, now: 0 });
  const effects = member.receive(10, { kind: 'records', records: records(1, 'a'), streamed: true });
  const released = effects.flatMap((effect) => (effect.kind === 'commit' ? effect.change.put.map(({ value }) => (value as { released?: object }).released) : []));
  expect(released).toEqual([expect.objectContaining({ why: 'outdated', known: 3 })]);
});
