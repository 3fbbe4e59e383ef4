import { expect, it } from 'vitest';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { FenceAnswer } from '~/agent/lifecycle/facts.ts';
import { gather, type GatherParts } from '~/agent/lifecycle/gather.ts';

const config = {
  format: 1,
  name: 'test',
  replicasets: { rs: { alias: 'rs', roles: ['storage'], priority: ['a', 'b', 'c'], weight: 1, allRw: false } },
  instances: Object.fromEntries(['a', 'b'].map((alias) => [alias, { alias, uri: `${alias}:3301`, replicaset: 'rs', zone: null, electable: true, disabled: false }])),
  expelled: { c: { alias: 'c', uri: 'c:3301', replicaset: 'rs' } },
  failover: { mode: 'disabled' },
  sections: {},
} as ClusterConfig;

const answer: FenceAnswer = { at: 1, granted: true, vclock: {}, version: 1, message: null, serial: 3 };

function parts({ uuid = 'a', serial = 3 } = {}): GatherParts {
  return {
    uuid,
    listen: `${uuid}:3301`,
    keeper: { committed: { content: { meta: { version: 1 } } as never, config } },
    memory: { value: { stopped: false, dataOf: null, held: null, promise: { version: 1, by: 'b', serial }, endedAt: null, rebuild: false, diverged: null } },
    supervisor: { state: 'up', restarts: { nextStartAt: null, lastExit: null } as never },
    sampler: { database: null, unanswered: 0 },
    bases: () => new Map(),
    files: () => 'data',
    others: () => [],
    candidate: () => null,
    restart: () => false,
    startedAt: 0,
    failover: { leadership: () => null, wish: null }, roles: () => null, alone: false,
  };
}

const own = { answers: new Map([['b', answer]]), failure: null, forgottenFor: 0, now: 5 };
const answerOf = (made: GatherParts) => gather(made, own).peers.find(({ uuid }) => uuid === 'b')?.answer;

it('an answer counts while the own promise is the one that stood when it was asked for', () => {
  expect(answerOf(parts())).toBe(answer);
});

it('an answer is void once another promise has been given', () => {
  expect(answerOf(parts({ serial: 4 }))).toBeNull();
});

it('one that was expelled knows those that it leaves, and who left before', () => {
  expect(gather(parts({ uuid: 'c' }), own).peers.map(({ uuid, leaving }) => [uuid, leaving])).toEqual([['a', false], ['b', false]]);
  expect(gather(parts(), own).peers.map(({ uuid, leaving }) => [uuid, leaving])).toEqual([['b', false], ['c', true]]);
});
