import { describe, expect, it } from 'vitest';
import { dangersOf, editText } from '~/app/lib/batch.ts';
import { changeSetFrom, collect, collectedFrom, isCollectable, rebased, touchedBy, withCollected, withEdits } from '~/app/lib/change-set.ts';
import { collectReady } from '~/app/lib/ready.ts';
import { nextAlias } from '~/app/lib/start.ts';
import { unconfiguredOf } from '~/app/lib/rows.ts';
import type { MutationName } from '~/app/lib/operation-types.ts';
import { free, healthy, uuidOf } from '../../support/fixtures.ts';

const now = 1_700_000_000_000;
const disable = (instance: string) => ({ kind: 'disableInstance', instance }) as const;

describe('what can be collected', () => {
  it.each(['replicaset.create', 'replicaset.edit', 'replicaset.delete', 'instance.join', 'instance.edit', 'instance.disable', 'instance.enable', 'instance.expel', 'topology.apply'] satisfies MutationName[])('%s', (name) => expect(isCollectable(name)).toBe(true));
  it.each(['instance.restart', 'instance.stop', 'instance.rebuild', 'replicaset.restartReplication', 'user.create', 'config.restore', 'instance.probe'] satisfies MutationName[])('not %s', (name) => expect(isCollectable(name)).toBe(false));

  it('is an edit, also where a name had to be typed', () => {
    expect(collectedFrom('instance.expel', { instance: 'a' })).toEqual([{ kind: 'expelInstance', instance: 'a' }]);
    expect(collectedFrom('replicaset.create', { alias: 's3', instances: ['a'], roles: ['storage'] })).toEqual([{ kind: 'createReplicaset', alias: 's3', instances: ['a'], roles: ['storage'], allRw: false }]);
    expect(collectedFrom('topology.apply', { edits: [disable('a'), disable('b')] })).toHaveLength(2);
    expect(collectedFrom('instance.edit', { instance: 'a', uri: 'no address' })).toBeNull();
  });

  it('must be whole and confirmed; its plan alone does not matter', () => {
    const asked = { checked: { input: {}, errors: {}, complete: true }, emptyEdit: false, name: 'a', typed: 'a' };
    expect(collectReady(asked).ready).toBe(true);
    expect(collectReady({ ...asked, typed: 'b' })).toEqual({ ready: false, why: 'Type a to confirm.' });
    expect(collectReady({ ...asked, emptyEdit: true }).ready).toBe(false);
    expect(collectReady({ ...asked, checked: { ...asked.checked, complete: false } }).ready).toBe(false);
  });
});

describe('the set', () => {
  const set = collect(collect(null, [disable('a')], { version: 7, reason: 'rack 4' }), [disable('b'), disable('a')], { version: 9, reason: 'rack 4' });

  it('knows the version that it was begun on, each change once, and why', () => expect(set).toEqual({ baseVersion: 7, edits: [disable('a'), disable('b')], reason: 'rack 4' }));

  it('is nothing once all is taken out', () => {
    expect(withEdits(set, [])).toBeNull();
    expect(withEdits(set, [disable('b')])!.edits).toEqual([disable('b')]);
    expect(rebased(set, 9).baseVersion).toBe(9);
  });

  it('outlives a reload, and nothing else is taken for one', () => {
    expect(changeSetFrom(JSON.stringify(set))).toEqual(set);
    for (const text of [null, '', '{', '[]', '{}', JSON.stringify({ ...set, edits: [] }), JSON.stringify({ ...set, edits: [{ kind: 'launch' }] }), JSON.stringify({ ...set, baseVersion: '7' })]) expect(changeSetFrom(text), String(text)).toBeNull();
  });

  it('says what others have changed of the same', () => {
    const changes = [{ path: `/instances/${uuidOf(1)}/zone`, kind: 'changed' as const, sentence: '' }, { path: '/sections/motd', kind: 'added' as const, sentence: '' }];
    const edits = [disable('s1-1'), disable('s1-2'), { kind: 'setSection' as const, name: 'motd', text: '' }, { kind: 'editReplicaset' as const, replicaset: 's1', priority: ['s1-1'] }];
    expect(touchedBy(edits, changes, healthy(now))).toEqual([edits[0], edits[2], edits[3]]);
  });
});

describe('the forms', () => {
  it('see what is collected as taken', () => {
    const overview = withCollected(free(now), [{ kind: 'createReplicaset', alias: 's1', roles: ['storage'], instances: ['i1', uuidOf(2)], allRw: false }, { kind: 'joinInstance', instance: 'i3', replicaset: 's1', electable: true }]);
    expect(unconfiguredOf(overview).map(({ alias }) => alias)).toEqual(['i4', 'i5', 'i6']);
    expect(nextAlias(overview.replicasets.map(({ alias }) => alias))).toBe('s2');
    const same = healthy(now);
    expect(withCollected(same, [disable('s1-1')])).toBe(same);
  });
});

describe('the sentences', () => {
  it.each([
    [{ kind: 'createReplicaset', alias: 's3', roles: ['storage'], instances: ['a', 'b'], weight: 2, allRw: false }, 'Create replicaset s3 of a, b: roles storage; weight 2'],
    [{ kind: 'editReplicaset', replicaset: 's1', alias: 'x', priority: ['b', 'a'], roles: [], allRw: true }, 'Edit s1: name x; priority b, a; roles none; every instance writable yes'],
    [{ kind: 'joinInstance', instance: 'a', replicaset: 's1', zone: 'z', electable: false }, 'Join a to s1: zone z; electable no'],
    [{ kind: 'joinInstance', instance: 'a', replicaset: 's1', electable: true }, 'Join a to s1'],
    [{ kind: 'editInstance', instance: 'a', zone: null }, 'Edit a: zone none'],
    [{ kind: 'deleteReplicaset', replicaset: 's1' }, 'Delete replicaset s1'],
    [{ kind: 'setFailover', settings: { mode: 'disabled' } }, 'Set failover to disabled'],
  ] as const)('%j', (edit, text) => expect(editText(edit as never)).toBe(text));

  it('keep what a person must agree to', () => expect(dangersOf('topology.apply', { edits: [{ kind: 'expelInstance', instance: 'a' }] })).toHaveLength(1));
});
