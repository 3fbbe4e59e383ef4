import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Edit } from '~/contract/shapes/edit.ts';
import { canonicalText } from '~/core/config/canonical.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { applyEdits } from '~/core/topology/edit.ts';
import { validateConfig } from '~/core/topology/validate.ts';
import { configs } from './arbitrary.ts';
import { clusterOf, codesOf, freeAgent, instanceId, knownOf, replicasetId, uuidSource } from './support.ts';

const base = clusterOf({ s1: { members: { a1: {}, a2: {} } }, r1: { roles: ['router'], members: { b1: {} } } });
const known = [...knownOf(base), freeAgent(11, 'c1', { zone: 'z9' }), freeAgent(12, 'c2')];
const edited = (edits: Edit[], over: Partial<Parameters<typeof applyEdits>[2]> = {}, from = base) => applyEdits(from, edits, { known, newUuid: uuidSource(), ...over });
const create = (instances: string[], over: Partial<Extract<Edit, { kind: 'createReplicaset' }>> = {}): Edit => ({ kind: 'createReplicaset', alias: 's2', roles: ['storage'], instances, allRw: false, ...over });

describe('one edit', () => {
  test('creates a replicaset of agents, in the order given, with a weight where buckets are kept', () => {
    const { config, refusals } = edited([create(['c2', instanceId(11)])]);
    expect(refusals).toEqual([]);
    expect(config.replicasets[replicasetId(101)]).toEqual({ alias: 's2', roles: ['storage'], priority: [instanceId(12), instanceId(11)], weight: 1, allRw: false });
    expect(config.instances[instanceId(11)]).toEqual({ alias: 'c1', uri: 'c1:3301', replicaset: replicasetId(101), zone: 'z9', electable: true, disabled: false });
    expect(validateConfig(config)).toEqual([]);
    expect(edited([create(['c1'], { roles: ['router'] })]).config.replicasets[replicasetId(101)]?.weight).toBeNull();
  });

  test('takes part of a priority list, and leaves the rest in its order', () => {
    const three = clusterOf({ s1: { members: { a1: {}, a2: {}, a3: {} } } });
    const { config } = applyEdits(three, [{ kind: 'editReplicaset', replicaset: 's1', priority: ['a3'] }], { known: [], newUuid: uuidSource() });
    expect(config.replicasets[replicasetId(1)]?.priority).toEqual([instanceId(3), instanceId(1), instanceId(2)]);
  });

  test('gives and takes the weight with role storage', () => {
    const on = edited([{ kind: 'editReplicaset', replicaset: 'r1', roles: ['storage', 'router'] }]).config;
    expect(on.replicasets[replicasetId(2)]).toMatchObject({ roles: ['router', 'storage'], weight: 1 });
    const off = edited([{ kind: 'editReplicaset', replicaset: 's1', roles: ['router'] }]).config;
    expect(off.replicasets[replicasetId(1)]?.weight).toBeNull();
  });

  test('joins at the end of the priority list', () => {
    const { config } = edited([{ kind: 'joinInstance', instance: 'c1', replicaset: 's1', electable: false, zone: 'z1' }]);
    expect(config.replicasets[replicasetId(1)]?.priority.at(-1)).toBe(instanceId(11));
    expect(config.instances[instanceId(11)]).toMatchObject({ zone: 'z1', electable: false });
  });

  test('changes only the fields that are given', () => {
    const { config } = edited([{ kind: 'editInstance', instance: 'a1', zone: 'z2', alias: 'a9' }]);
    expect(config.instances[instanceId(1)]).toEqual({ ...base.instances[instanceId(1)], zone: 'z2', alias: 'a9' });
  });

  test('remembers whom it expels, one by one or with their replicaset', () => {
    const one = edited([{ kind: 'expelInstance', instance: 'a2' }]).config;
    expect(one.instances[instanceId(2)]).toBeUndefined();
    expect(one.expelled[instanceId(2)]).toEqual({ alias: 'a2', uri: 'a2:3301', replicaset: replicasetId(1) });
    expect(one.replicasets[replicasetId(1)]?.priority).toEqual([instanceId(1)]);
    const all = edited([{ kind: 'deleteReplicaset', replicaset: 's1' }]).config;
    expect(Object.keys(all.expelled)).toEqual([instanceId(1), instanceId(2)]);
    expect(all.replicasets[replicasetId(1)]).toBeUndefined();
    expect(validateConfig(all)).toEqual([]);
  });

  test('sets and deletes sections', () => {
    const set = edited([{ kind: 'setSection', name: 'app', text: 'x' }]).config;
    expect(set.sections).toEqual({ app: 'x' });
    expect(edited([{ kind: 'deleteSection', name: 'app' }], {}, set).config.sections).toEqual({});
  });
});

describe('names', () => {
  test.each<[string, Edit, string, string]>([
    ['unknown', { kind: 'disableInstance', instance: 'a9' }, 'unknownName', 'These are in the configuration: a1, a2, b1.'],
    ['running, but not configured', { kind: 'disableInstance', instance: 'c1' }, 'unknownName', 'Join it to a replicaset first.'],
    ['unknown replicaset', { kind: 'deleteReplicaset', replicaset: 's9' }, 'unknownName', 'These are in the configuration: r1, s1.'],
    ['unknown agent', create(['c9']), 'unknownName', 'These are heard of: c1, c2.'],
    ['configured already', create(['a1']), 'configured', 'Expel it and start its agent with --forget to use it elsewhere.'],
    ['of another replicaset', { kind: 'editReplicaset', replicaset: 's1', priority: ['b1'] }, 'badPriority', 'Name only instances of this replicaset.'],
    ['twice', { kind: 'editReplicaset', replicaset: 's1', priority: ['a1', instanceId(1)] }, 'badPriority', 'Name each instance once.'],
    ['no section', { kind: 'deleteSection', name: 'app' }, 'unknownName', 'Nothing has to be deleted.'],
    ['a uuid that is taken', create(['c1'], { uuid: replicasetId(1) }), 'takenName', 'Leave the uuid out: one is drawn.'],
  ])('%s', (_what, edit, code, wayOut) => {
    expect(edited([edit])).toMatchObject({ config: base, refusals: [{ code, wayOut }] });
  });

  test('of two agents are ambiguous, and their uuids are the way out', () => {
    const twins = [freeAgent(11, 'c1'), freeAgent(12, 'c1', { uri: 'elsewhere:3301' })];
    expect(edited([create(['c1'])], { known: twins }).refusals).toMatchObject([{ code: 'ambiguousName', wayOut: `Name it by its uuid: ${instanceId(11)}, ${instanceId(12)}.` }]);
    expect(edited([create([instanceId(12)])], { known: twins }).refusals).toEqual([]);
  });

  test('of an expelled instance say that it is expelled', () => {
    const gone = edited([{ kind: 'expelInstance', instance: 'a2' }]).config;
    expect(codesOf(edited([create(['a2'])], {}, gone).refusals)).toEqual(['expelled']);
  });

  test('with no agent at all, say how to get one', () => {
    expect(edited([create(['c1'])], { known: [] }, emptyConfig('demo')).refusals[0]?.wayOut).toContain('start an agent');
  });
});

describe('a list of edits', () => {
  test('is all or nothing, and every refusal is told', () => {
    const result = edited([{ kind: 'setSection', name: 'app', text: 'x' }, { kind: 'disableInstance', instance: 'x1' }, { kind: 'expelInstance', instance: 'x2' }]);
    expect(result.config).toBe(base);
    expect(result.refusals.map(({ target }) => target)).toEqual(['x1', 'x2']);
  });

  test('lets each edit see what the ones before it made', () => {
    const { config, refusals } = edited([create(['c1']), { kind: 'joinInstance', instance: 'c2', replicaset: 's2', electable: true }, { kind: 'editInstance', instance: 'c2', alias: 'd2' }, { kind: 'disableInstance', instance: 'd2' }]);
    expect(refusals).toEqual([]);
    expect(config.instances[instanceId(12)]).toMatchObject({ alias: 'd2', disabled: true });
    expect(codesOf(edited([create(['c1']), create(['c1'], { alias: 's3' })]).refusals)).toEqual(['configured']);
  });

  const oneEdit = (names: string[], sets: string[]): fc.Arbitrary<Edit> => {
    const [instance, replicaset] = [fc.constantFrom(...names, 'nobody'), fc.constantFrom(...sets, 'nowhere')];
    return fc.oneof(
      fc.record({ kind: fc.constant('disableInstance' as const), instance }),
      fc.record({ kind: fc.constant('enableInstance' as const), instance }),
      fc.record({ kind: fc.constant('expelInstance' as const), instance }),
      fc.record({ kind: fc.constant('editInstance' as const), instance, electable: fc.boolean() }),
      fc.record({ kind: fc.constant('editReplicaset' as const), replicaset, priority: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 2 }) }),
      fc.record({ kind: fc.constant('joinInstance' as const), instance: fc.constantFrom('free1', 'free2'), replicaset, electable: fc.boolean() }),
      fc.record({ kind: fc.constant('deleteReplicaset' as const), replicaset }),
    );
  };

  test('made at once is the same as made one by one, and what was not named stays', () => {
    const scenarios = configs.filter(({ instances }) => Object.keys(instances).length > 0).chain((config) => {
      const names = Object.values(config.instances).map(({ alias }) => alias);
      const sets = Object.values(config.replicasets).map(({ alias }) => alias);
      return fc.tuple(fc.constant(config), fc.array(oneEdit(names, sets), { maxLength: 5 }));
    });
    fc.assert(
      fc.property(scenarios, ([config, edits]) => {
        const context = { known: [...knownOf(config), freeAgent(91, 'free1'), freeAgent(92, 'free2')], newUuid: uuidSource() };
        const atOnce = applyEdits(config, edits, context);
        const steps = edits.reduce((result, edit) => (result.refusals.length > 0 ? result : applyEdits(result.config, [edit], context)), { config, refusals: [] as { code: string }[] });
        expect(atOnce.refusals.length > 0).toBe(steps.refusals.length > 0);
        if (atOnce.refusals.length === 0) expect(canonicalText(atOnce.config)).toBe(canonicalText(steps.config));
        // Nobody gets lost, and priority lists stay exact: whatever the edits were.
        for (const uuid of Object.keys(config.instances)) expect(Boolean(atOnce.config.instances[uuid]) !== Boolean(atOnce.config.expelled[uuid])).toBe(true);
        expect(codesOf(validateConfig(atOnce.config)).filter((code) => code === 'badPriority' || code === 'brokenLink' || code === 'badWeight')).toEqual([]);
      }),
    );
  });

  test('that set something are made twice without a further change', () => {
    const edits: Edit[] = [{ kind: 'disableInstance', instance: 'a2' }, { kind: 'editReplicaset', replicaset: 's1', priority: ['a2'], weight: 3 }, { kind: 'setSection', name: 'x', text: 'y' }, { kind: 'setFailover', settings: { mode: 'disabled' } }];
    const once = edited(edits).config;
    expect(canonicalText(edited(edits, {}, once).config)).toBe(canonicalText(once));
  });
});
