import { describe, expect, test } from 'vitest';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { FailoverConfig } from '~/contract/shapes/failover.ts';
import { diffConfigs } from '~/core/config/diff.ts';
import { failoverOf, replicasetSettingsOf } from '~/core/topology/failover-settings.ts';
import { exportDocument, parseDocument } from '~/core/topology/document.ts';
import { isAppointed } from '~/core/topology/master.ts';
import { validateConfig } from '~/core/topology/validate.ts';
import { clusterOf, codesOf, knownOf, replicasetId, uuidSource } from './support.ts';

const cluster = (failover: FailoverConfig, roles: readonly string[] = ['failover-coordinator', 'router', 'stateboard'], members: Record<string, object> = { front: {} }): ClusterConfig => ({
  ...clusterOf({ s1: { members: { a1: {}, a2: {} } }, f: { members, roles: [...roles] } }),
  failover,
});
const faults = (config: ClusterConfig) => codesOf(validateConfig(config));

describe('failover settings', () => {
  test('say what is meant where the configuration says nothing', () => {
    expect(failoverOf({ failover: { mode: 'stateful' } })).toMatchObject({ provider: { kind: 'stateboard' }, leaseMs: 2000, failsafe: 'majority', autoreturnSeconds: null });
    expect(failoverOf({ failover: { mode: 'disabled' } }).provider).toBeNull();
    const settings = replicasetSettingsOf(cluster({ mode: 'stateful', autoreturnSeconds: 5 }), replicasetId(1));
    expect(settings).toMatchObject({ mode: 'stateful', durability: 'availability', lossRowsMax: null, autoreturnMs: 5000 });
    expect(settings.members.map(({ priority, electable, disabled }) => ({ priority, electable, disabled }))).toEqual([{ priority: 0, electable: true, disabled: false }, { priority: 1, electable: true, disabled: false }]);
  });

  test('are told field by field when they change', () => {
    const changes = diffConfigs(cluster({ mode: 'disabled' }), cluster({ mode: 'stateful', leaseMs: 1200, provider: { kind: 'etcd', endpoints: ['h:2379'] } }));
    expect(changes.map(({ path, sentence }) => [path, sentence])).toEqual([
      ['/failover/leaseMs', 'failover lease: default -> 1200 ms'],
      ['/failover/mode', 'failover mode: disabled -> stateful'],
      ['/failover/provider', 'failover state provider: default -> etcd at h:2379'],
    ]);
  });

  test('travel through a cluster file unchanged', () => {
    const config = cluster({ mode: 'stateful', leaseMs: 4000, failsafe: 'all', preferredZone: 'z1' });
    config.replicasets[replicasetId(1)] = { ...config.replicasets[replicasetId(1)]!, durability: 'quorum' };
    const again = parseDocument(exportDocument(config), { base: config, known: knownOf(config), newUuid: uuidSource(), prune: false });
    expect(again).toMatchObject({ refusals: [], config });
  });
});

describe('a cluster that fails over', () => {
  test('is fine with a coordinator and one stateboard', () => expect(faults(cluster({ mode: 'stateful' }))).toEqual([]));
  test('needs no stateboard with etcd', () => expect(faults(cluster({ mode: 'stateful', provider: { kind: 'etcd', endpoints: ['h:2379'] } }, ['failover-coordinator']))).toEqual([]));
  test('needs a place for its state', () => expect(faults(cluster({ mode: 'stateful' }, ['failover-coordinator']))).toEqual(['badStateboard']));
  test('needs somebody who appoints', () => expect(faults(cluster({ mode: 'manual' }, ['stateboard']))).toEqual(['noCoordinator']));
  test('needs nothing where nobody is appointed', () => expect(faults(cluster({ mode: 'disabled' }, ['router']))).toEqual([]));
  test('has one stateboard of one instance', () => expect(faults(cluster({ mode: 'stateful' }, ['failover-coordinator', 'stateboard'], { front: {}, back: {} }))).toEqual(['badStateboard']));

  test.each([
    [{ minReplicas: 2 }, ['badDurability']],
    [{ minReplicas: 1 }, []],
    [{ minReplicas: 1, durability: 'strict' }, ['badDurability']],
    [{ durability: 'strict' }, []],
  ] as const)('%j of two instances', (writes, codes) => {
    const config = cluster({ mode: 'disabled' });
    config.replicasets[replicasetId(1)] = { ...config.replicasets[replicasetId(1)]!, ...writes };
    expect(faults(config)).toEqual(codes);
  });

  test('appoints the masters of data, but not that of its own state', () => {
    const config = cluster({ mode: 'stateful' });
    expect([isAppointed(config, replicasetId(1)), isAppointed(config, replicasetId(2))]).toEqual([true, false]);
    expect(isAppointed(cluster({ mode: 'disabled' }), replicasetId(1))).toBe(false);
  });
});
