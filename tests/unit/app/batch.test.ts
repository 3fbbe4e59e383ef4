import { describe, expect, it } from 'vitest';
import { dangersOf, editsOf, editText } from '~/app/lib/batch.ts';
import { isEmptyEdit, placeAt } from '~/app/lib/draft.ts';
import { leadOf, titleOf } from '~/app/lib/wording.ts';
import { suggest } from '~/core/issues/suggest.ts';
import { troubled } from '../../support/fixtures.ts';

describe('several repairs as one change', () => {
  it('are edits where the operation changes the configuration', () => {
    expect(editsOf('instance.disable', [{ instance: 'a' }, { instance: 'b' }])).toEqual([{ kind: 'disableInstance', instance: 'a' }, { kind: 'disableInstance', instance: 'b' }]);
    expect(editsOf('instance.edit', [{ instance: 'a', uri: '10.0.0.1:3301' }])).toEqual([{ kind: 'editInstance', instance: 'a', uri: '10.0.0.1:3301' }]);
  });

  it('are none where a process is told something, where a name must be typed, or where one does not fit', () => {
    expect(editsOf('instance.restart', [{ instance: 'a' }])).toBeNull();
    expect(editsOf('replicaset.restartReplication', [{ replicaset: 'a' }])).toBeNull();
    expect(editsOf('instance.expel', [{ instance: 'a' }])).toBeNull();
    expect(editsOf('instance.edit', [{ instance: 'a' }, { instance: 'b', uri: 'no address' }])).toBeNull();
  });

  it('are made of what the server suggests', () => {
    const { issues } = troubled(1_700_000_000_000);
    const addresses = suggest(issues).find(({ operation }) => operation === 'instance.edit')!;
    expect(editsOf('instance.edit', addresses.inputs)).toHaveLength(2);
  });

  it('say what they are and what they may cost', () => {
    const edits = [...editsOf('instance.disable', [{ instance: 'a' }, { instance: 'b' }])!, ...editsOf('instance.edit', [{ instance: 'c', uri: '10.0.0.1:3301' }])!];
    expect(edits.map(editText)).toEqual(['Disable a', 'Disable b', 'Edit c: address 10.0.0.1:3301']);
    expect(dangersOf('topology.apply', { edits })).toEqual([expect.stringContaining('a stops serving'), expect.stringContaining('b stops serving')]);
    expect(dangersOf('instance.stop', { instance: 'a' })).toEqual([expect.stringContaining('stays stopped')]);
    expect(titleOf('topology.apply', { edits })).toBe('Make 3 changes as one');
    expect(leadOf('topology.apply', { edits })).toContain('none is made');
    expect(leadOf('code.push', {})).toBe('Replace files of the roles, on the whole cluster in one step.');
    expect(leadOf('instance.start', { instance: 'a' })).toBe('Start the Tarantool of a stopped instance.');
  });

  it('with all left out would change nothing', () => expect([[], [{}]].map((edits) => isEmptyEdit('topology.apply', { edits }))).toEqual([true, false]));
});

describe('the place of a dragged row', () => {
  const middles = [20, 60, 100];
  it.each([[1, 0, 0], [1, 60, 1], [1, 99, 1], [1, 101, 2], [0, 61, 1], [0, 500, 2], [2, -5, 0]])('of row %i at %i is %i', (from, y, to) => expect(placeAt(middles, from, y)).toBe(to));
});
