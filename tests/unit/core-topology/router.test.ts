import { describe, expect, test } from 'vitest';
import type { ClusterConfig, InstanceConfig } from '~/contract/shapes/config.ts';
import { ClusterConfig as Shape } from '~/contract/shapes/config.ts';
import type { RouterSettings } from '~/contract/shapes/router-settings.ts';
import { diffConfigs } from '~/core/config/diff.ts';
import { applyEdits } from '~/core/topology/edit.ts';
import { exportDocument, parseDocument } from '~/core/topology/document.ts';
import { planChange } from '~/core/topology/plan.ts';
import { routedGroup, routerDefaults, routerOf, routerPlace, routerSettings, routersOf } from '~/core/topology/router-settings.ts';
import { validateConfig } from '~/core/topology/validate.ts';
import { clusterOf, codesOf, instanceId, knownOf, replicasetId, uuidSource, versionOf } from './support.ts';

const [a1, r1, r2] = [instanceId(1), instanceId(2), instanceId(3)] as const;
const front = replicasetId(2);
const cluster = (members: Record<string, Partial<InstanceConfig>> = {}, { roles = ['router'], router, group }: { roles?: string[]; router?: RouterSettings; group?: string } = {}): ClusterConfig => {
  const config = clusterOf({ s1: { members: { a1: {} } }, front: { roles, members: { r1: { ...members.r1 }, r2: { ...members.r2 } } } });
  if (router || group) config.sharding = { groups: { ...(group && { [group]: {} }), ...(router && { default: { router } }) } };
  if (group) config.replicasets[front] = { ...config.replicasets[front]!, group };
  return config;
};
const plan = (before: ClusterConfig, next: ClusterConfig) => planChange({ base: versionOf(before), next, known: knownOf(next) });
const sentences = (before: ClusterConfig, next: ClusterConfig) => plan(before, next).steps.filter(({ kind }) => kind === 'setRouter').map(({ sentence }) => sentence);
const edited = (config: ClusterConfig, ...edits: Parameters<typeof applyEdits>[1]) => applyEdits(config, edits, { known: knownOf(config), newUuid: uuidSource() }).config;

describe('where a router is', () => {
  test('on the loopback, 1000 above its Tarantool, unless it is told otherwise', () => {
    expect(routerPlace({ uri: 'db1:3301' })).toEqual({ listen: '127.0.0.1:4301', address: '127.0.0.1:4301' });
    expect(routerPlace({ uri: 'db1:3301', router: '10.1.1.1:4000' })).toEqual({ listen: '10.1.1.1:4000', address: '10.1.1.1:4000' });
    expect(routerPlace({ uri: 'db1:3301', router: '0.0.0.0:4000' })).toEqual({ listen: '0.0.0.0:4000', address: 'db1:4000' });
    expect(routerPlace({ uri: '[fe80::1]:3301', router: '[::]:4000' })).toEqual({ listen: '[::]:4000', address: '[fe80::1]:4000' });
  });

  test('on each enabled instance with the role, for the group that its replicaset names', () => {
    const config = cluster({ r2: { disabled: true } });
    expect([routerOf(config, a1), routerOf(config, r1), routerOf(config, r2)]).toEqual([null, { group: 'default', listen: '127.0.0.1:4301', address: '127.0.0.1:4301' }, null]);
    expect(routersOf(config, 'default')).toEqual([r1]);
    expect(routersOf(cluster({}, { group: 'hot' }), 'hot')).toEqual([r1, r2]);
    expect([routedGroup({ roles: ['storage'], group: 'hot' }), routedGroup({ roles: ['router', 'storage'], group: 'hot' })]).toEqual([null, 'hot']);
  });

  test('its settings are those of the group, and defaults for the rest', () => {
    expect(routerSettings(cluster(), 'default')).toEqual(routerDefaults);
    expect(routerSettings(cluster({}, { router: { workers: 4 } }), 'default')).toEqual({ ...routerDefaults, workers: 4 });
  });
});

describe('what may not be', () => {
  test.each<[string, ClusterConfig, string[]]>([
    ['machines of their own', cluster(), []],
    ['one machine, the ports that come by default', cluster({ r1: { uri: 'h:3301' }, r2: { uri: 'h:3302' } }), []],
    ['the port of a Tarantool there', cluster({ r1: { uri: 'h:3301' }, r2: { uri: 'h:4301' } }), ['takenAddress']],
    ['its own Tarantool', cluster({ r1: { router: '127.0.0.1:3301' } }), ['takenAddress']],
    ['the port of another router there', cluster({ r1: { uri: 'h:3301' }, r2: { uri: 'H:3302', router: '0.0.0.0:4301' } }), ['takenAddress']],
    ['the same port elsewhere', cluster({ r1: { router: '0.0.0.0:4400' }, r2: { router: '0.0.0.0:4400' } }), []],
    ['no port', cluster({ r1: { router: '0.0.0.0:0' } }), ['badAddress']],
    ['a port that there is not', cluster({ r1: { uri: 'h:65000' } }), ['badAddress']],
    ['the same without the role', cluster({ r1: { uri: 'h:65000', router: 'h:65000' } }, { roles: [] }), []],
    ['a disabled one', cluster({ r1: { router: '127.0.0.1:3301', disabled: true } }), []],
    ['a read that is tried for longer than its call may take', cluster({}, { router: { readTryMs: 5001 } }), ['badGroup']],
    ['a longer call', cluster({}, { router: { readTryMs: 5001, callTimeoutMs: 6000 } }), []],
    ['a group that there is not', { ...cluster({}, { group: 'hot' }), sharding: { groups: {} } }, ['badGroup']],
  ])('%s', (_, config, codes) => expect(codesOf(validateConfig(config))).toEqual(codes));

  test.each<[RouterSettings]>([[{ workers: 0 }], [{ workers: 17 }], [{ callTimeoutMs: 9 }], [{ holdMs: -1 }], [{ zoneDistances: { 'a b': {} } }]])('%o', (router) => {
    expect(Shape.safeParse(cluster({}, { router })).success).toBe(false);
  });
});

describe('a change of routers', () => {
  test('is told by who begins, ends and is replaced', () => {
    const before = cluster({}, { roles: [] });
    expect(sentences(before, cluster())).toEqual(['r1 starts a router for group default at 127.0.0.1:4301.', 'r2 starts a router for group default at 127.0.0.1:4301.']);
    expect(sentences(cluster(), before)[0]).toBe('The router of r1 at 127.0.0.1:4301 finishes what is under way, and ends.');
    expect(sentences(cluster(), cluster({ r1: { disabled: true } }))).toEqual(['The router of r1 at 127.0.0.1:4301 finishes what is under way, and ends.']);
    expect(sentences(cluster(), cluster({ r1: { router: '0.0.0.0:4400' } }))).toEqual(['The router of r1 is replaced by one at 0.0.0.0:4400 for group default; what is under way is finished.']);
    expect(sentences(cluster(), cluster({}, { router: { workers: 2 } }))).toEqual(['Routers of group default have other settings: r1, r2 replace their routers; what is under way is finished.']);
    expect(sentences(cluster(), cluster())).toEqual([]);
  });

  test('reads in the diff', () => {
    const told = (before: ClusterConfig, after: ClusterConfig) => diffConfigs(before, after).map(({ sentence }) => sentence);
    expect(told(cluster(), cluster({ r1: { router: '0.0.0.0:4400' } }))).toEqual(['r1: router at the default address -> 0.0.0.0:4400']);
    const named = (router: RouterSettings): ClusterConfig => ({ ...cluster(), sharding: { groups: { default: { batch: 5, router } } } });
    expect(told(named({ workers: 1 }), named({ workers: 2, zoneDistances: { a: { b: 3 } } }))).toEqual(['group default: routers {workers 1} -> {workers 2, zoneDistances {a {b 3}}}']);
    expect(told(named({ workers: 1 }), named({ workers: 1 }))).toEqual([]);
  });

  test('by an edit, and back to the default', () => {
    const set = edited(cluster(), { kind: 'editInstance', instance: 'r1', router: '0.0.0.0:4400' });
    expect(set.instances[r1]!.router).toBe('0.0.0.0:4400');
    expect(edited(set, { kind: 'editInstance', instance: 'r1', zone: 'x' }).instances[r1]!.router).toBe('0.0.0.0:4400');
    expect('router' in edited(set, { kind: 'editInstance', instance: 'r1', router: null }).instances[r1]!).toBe(false);
  });

  test('by a cluster file, which says what is exported', () => {
    const config = cluster({ r1: { router: '0.0.0.0:4400' } }, { router: { workers: 2, zoneDistances: { a: { b: 3 } } } });
    const text = exportDocument(config);
    expect(text).toContain('router: 0.0.0.0:4400');
    const context = { base: config, known: knownOf(config), newUuid: uuidSource(), prune: false };
    expect(parseDocument(text, context)).toEqual({ config, refusals: [] });
    const without = parseDocument(text.replace('          router: 0.0.0.0:4400\n', '').replace('        router: 0.0.0.0:4400\n', ''), context).config!;
    expect(without.instances[r1]!.router).toBe('0.0.0.0:4400');
    expect('router' in parseDocument(text.replace('0.0.0.0:4400', 'null'), context).config!.instances[r1]!).toBe(false);
    expect(parseDocument(text.replace('0.0.0.0:4400', 'nowhere'), context).refusals[0]!.sentence).toMatch(/router/);
  });
});
