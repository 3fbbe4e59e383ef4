import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SpaceDefinition } from '~/contract/shapes/space-definition.ts';
import { compareSchema } from '~/core/schema/compare.ts';
import type { ExistingSpace } from '~/core/schema/existing.ts';
import { isSameOrWider } from '~/core/schema/widening.ts';
import { definitions, fits, pairs, valueFor, values } from './arbitrary.ts';
import { carriedOut } from './model.ts';

const features = { multikeyIndexes: true, functionalIndexes: true };
const made = (definition: SpaceDefinition, rows: number | null = 0): ExistingSpace[] => carriedOut([], compareSchema([], { s: definition }, features).steps).map((space) => ({ ...space, rows }));

const accounts = SpaceDefinition.parse({
  format: [{ name: 'id', type: 'unsigned' }, { name: 'owner', type: 'string', is_nullable: true }, { name: 'box', type: 'map' }],
  indexes: [{ name: 'pk', parts: [{ path: 'id', type: 'unsigned' }] }, { name: 'owner', unique: false, parts: [{ path: 'owner', type: 'string', is_nullable: true }] }],
  sharding_key: ['id'],
});
const [id, owner, box] = accounts.format as [F, F, F];
const [pk, byOwner] = accounts.indexes as [I, I];
type F = SpaceDefinition['format'][number];
type I = SpaceDefinition['indexes'][number];

const changedTo = (over: Partial<SpaceDefinition>, rows: number | null = 7) => compareSchema(made(accounts, rows), { s: { ...accounts, ...over } }, features);

describe('a space', () => {
  test('that is not there is made, then its indexes, then its sharding key', () => {
    const { steps, refusals } = compareSchema([], { s: accounts }, features);
    expect(refusals).toEqual([]);
    expect(steps.map(({ kind, sentence }) => [kind, sentence])).toEqual([
      ['createSpace', 'space s is made (memtx, 3 fields)'],
      ['createIndex', 'space s gets index pk (id)'],
      ['createIndex', 'space s gets index owner (owner)'],
      ['setShardingKey', 'space s is sharded by id'],
    ]);
  });

  test('that is as wanted is left alone', () => expect(changedTo({})).toEqual({ steps: [], refusals: [], warnings: [] }));

  test('that nobody wants any more stays, and a warning says so; one of nobody is none of our business', () => {
    const [space] = made(accounts, 7) as [ExistingSpace];
    expect(compareSchema([space, { ...space, name: 'other', role: null }], {}, features)).toEqual({ steps: [], refusals: [], warnings: [{ space: 's', sentence: expect.stringContaining('it stays') }] });
  });

  test('of nobody is taken over as it is', () => expect(compareSchema(made(accounts, 7).map((space) => ({ ...space, role: null, made: [] })), { s: accounts }, features).steps).toEqual([]));
});

describe('allowed with rows', () => {
  test.each<[string, Partial<SpaceDefinition>, string[]]>([
    ['a nullable field at the end', { format: [id, owner, box, { name: 'city', type: 'string', is_nullable: true }] }, ['space s: gets field city']],
    ['another name for a field', { format: [id, { ...owner, name: 'holder' }, box], indexes: [pk, { ...byOwner, parts: [{ path: 'holder', type: 'string', is_nullable: true }] }] }, ['space s: field owner is called holder']],
    ['another name for a field of the sharding key', { format: [{ ...id, name: 'number' }, owner, box], indexes: [{ ...pk, parts: [{ path: 'number', type: 'unsigned', is_nullable: false }] }, byOwner], sharding_key: ['number'] }, ['space s: field id is called number', 'space s is sharded by number']],
    ['a wider type, also in the primary index', { format: [{ ...id, type: 'integer' }, owner, box], indexes: [{ ...pk, parts: [{ path: 'id', type: 'integer', is_nullable: false }] }, byOwner] }, ['space s: field id is integer rather than unsigned', 'index pk of space s becomes unique TREE (id integer)']],
    ['null where none was', { format: [id, owner, { ...box, is_nullable: true }] }, ['space s: field box may be null']],
    ['another index', { indexes: [pk, byOwner, { name: 'city', type: 'TREE', unique: false, parts: [{ path: 'box.city', type: 'string', is_nullable: true }] }] }, ['space s gets index city (box.city)']],
    ['an index less', { indexes: [pk] }, ['space s loses index owner']],
    ['other parts of an index', { indexes: [pk, { ...byOwner, parts: [...byOwner.parts, { path: 'id', type: 'unsigned', is_nullable: false }] }] }, ['index owner of space s becomes TREE (owner string, id unsigned)']],
    ['another name for the primary index', { indexes: [{ ...pk, name: 'primary' }, byOwner] }, ['space s: index pk is called primary']],
  ])('%s', (_, over, sentences) => {
    const { steps, refusals } = changedTo(over);
    expect(refusals).toEqual([]);
    expect(steps.map(({ sentence }) => sentence)).toEqual(sentences);
  });

  test('an index that becomes unique comes with a warning, but not where there are no rows', () => {
    const indexes = [pk, { ...byOwner, unique: true }];
    expect(changedTo({ indexes }).warnings).toEqual([{ space: 's', sentence: expect.stringContaining('two rows have the same key') }]);
    expect(changedTo({ indexes }, 0).warnings).toEqual([]);
  });

  test('another index under the name that the primary one gives away', () => {
    const indexes = [{ ...pk, name: 'primary' }, { ...byOwner, name: 'pk' }];
    const { steps, refusals } = changedTo({ indexes });
    expect([steps.map(({ kind }) => kind), refusals]).toEqual([['dropIndex', 'renameIndex', 'createIndex'], []]);
    expect(compareSchema(carriedOut(made(accounts, 7), steps), { s: { ...accounts, indexes } }, features).steps).toEqual([]);
  });

  test('an index that no role made stays', () => {
    const spaces = made(accounts, 7).map((space) => ({ ...space, made: ['pk'] }));
    expect(compareSchema(spaces, { s: { ...accounts, indexes: [pk] } }, features)).toEqual({ steps: [], refusals: [], warnings: [{ space: 's', sentence: expect.stringContaining('no role made') }] });
  });
});

describe('refused with rows, or where nobody knows how many', () => {
  test.each<[string, Partial<SpaceDefinition>, string, string | null]>([
    ['a narrower type', { format: [id, owner, { ...box, type: 'array' }] }, 'typeNarrowed', 'box'],
    ['a name and a type at once', { format: [id, { name: 'holder', type: 'scalar', is_nullable: true }, box] }, 'typeNarrowed', 'holder'],
    ['a field less', { format: [id, owner] }, 'fieldRemoved', 'box'],
    ['a field in the middle', { format: [id, { name: 'x', type: 'any', is_nullable: true }, owner, box] }, 'fieldMoved', 'owner'],
    ['a field at another place', { format: [owner, id, box] }, 'fieldMoved', 'owner'],
    ['a field without nulls', { format: [id, owner, box, { name: 'x', type: 'any', is_nullable: false }] }, 'fieldNotNull', 'x'],
    ['no more nulls', { format: [id, { ...owner, is_nullable: false }, box] }, 'fieldNotNull', 'owner'],
    ['another engine', { engine: 'vinyl' }, 'kindChanged', null],
    ['temporary', { temporary: true }, 'kindChanged', null],
    ['local', { is_local: true }, 'kindChanged', null],
    ['another primary index', { indexes: [byOwner, pk] }, 'primaryChanged', null],
    ['other parts of the primary index', { indexes: [{ ...pk, parts: [...pk.parts, { path: 'owner', type: 'string', is_nullable: false }] }, byOwner] }, 'primaryChanged', null],
    ['another sharding key', { sharding_key: ['owner'] }, 'shardingKeyChanged', null],
  ])('%s', (_, over, code, field) => {
    for (const rows of [7, null]) {
      const { steps, refusals } = changedTo(over, rows);
      expect(steps).toEqual([]);
      expect(refusals[0]).toMatchObject({ code, space: 's', field, wayOut: expect.stringMatching(/\.$/) });
    }
  });

  test('what needs rows to be wrong is done where there are none', () => {
    for (const over of [{ format: [id, owner, box, { name: 'x', type: 'any' as const, is_nullable: false }] }, { format: [id, { ...owner, is_nullable: false }, box] }, { indexes: [{ ...pk, type: 'HASH' as const }, byOwner] }, { sharding_key: ['owner'] }]) expect(changedTo(over, 0)).toMatchObject({ refusals: [], steps: [expect.anything()] });
  });

  test('what the version does not have', () => {
    const indexes = [pk, { ...byOwner, func: 'bank.key', parts: [{ path: '1', type: 'string' as const, is_nullable: false }] }];
    expect(compareSchema([], { s: { ...accounts, indexes } }, { ...features, functionalIndexes: false })).toMatchObject({ steps: [], refusals: [{ code: 'unsupported', index: 'owner' }] });
    expect(compareSchema([], { s: { ...accounts, indexes } }, features).refusals).toEqual([]);
  });
});

describe('on random spaces', () => {
  const rows = fc.constantFrom(0, 7, null);

  test('after the steps there is nothing left to do, and what is there is what was wanted', () => {
    let done = 0;
    fc.assert(
      fc.property(pairs, rows, ([first, second], count) => {
        const spaces = made(first, count);
        const { steps, refusals } = compareSchema(spaces, { s: second }, features);
        if (refusals.length > 0) {
          expect(steps).toEqual([]);
          return;
        }
        if (steps.length > 0) done += 1;
        const after = carriedOut(spaces, steps);
        expect(compareSchema(after, { s: second }, features)).toMatchObject({ steps: [], refusals: [] });
        expect(after[0]).toMatchObject({ engine: second.engine, format: second.format, sharding_key: second.sharding_key ?? null });
        expect(new Set(after[0]?.indexes.map(({ name }) => name))).toEqual(new Set(second.indexes.map(({ name }) => name)));
        expect(after[0]?.indexes[0]?.name).toBe(second.indexes[0]?.name);
      }),
      { numRuns: 1000 },
    );
    expect(done).toBeGreaterThan(100);
  });

  test('done from any step in the middle, they come to the same end', () => {
    fc.assert(
      fc.property(pairs, fc.nat(8), ([first, second], stop) => {
        const spaces = made(first);
        const { steps, refusals } = compareSchema(spaces, { s: second }, features);
        if (refusals.length > 0) return;
        const half = carriedOut(spaces, steps.slice(0, stop));
        const rest = compareSchema(half, { s: second }, features);
        expect(rest.refusals).toEqual([]);
        expect(compareSchema(carriedOut(half, rest.steps), { s: second }, features).steps).toEqual([]);
      }),
      { numRuns: 600 },
    );
  });

  test('a change that is allowed leaves no row that does not fit: a row is tried against the new format by a table of values; one that is longer than its format, Tarantool checks itself', () => {
    const picks = fc.array(fc.array(fc.nat(50), { minLength: 5, maxLength: 5 }), { minLength: 5, maxLength: 10 });
    let tried = 0;
    fc.assert(
      fc.property(pairs, picks, ([{ format: before }, { format: after }], some) => {
        const index = { name: 'pk', type: 'TREE' as const, unique: true, parts: [{ path: 'x', type: 'unsigned' as const, is_nullable: false }] };
        const spaceOf = (format: F[]) => SpaceDefinition.parse({ format: [{ name: 'x', type: 'unsigned' }, ...format], indexes: [index] });
        const { refusals } = compareSchema(made(spaceOf(before), 7), { s: spaceOf(after) }, features);
        if (refusals.length > 0) return;
        for (const one of some.map((pick) => before.map((field, position) => valueFor(field, pick[position] ?? 0)))) {
          tried += 1;
          expect(fits(one, before)).toBe(true);
          expect(fits(one, after)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
    expect(tried).toBeGreaterThan(200);
  });

  test('a type is wider exactly when every value of the one is one of the other', () => {
    const types = ['any', 'unsigned', 'string', 'varbinary', 'integer', 'number', 'double', 'decimal', 'boolean', 'uuid', 'scalar', 'array', 'map'] as const;
    for (const from of types) for (const to of types) expect([from, to, isSameOrWider(from, to)]).toEqual([from, to, Object.values(values).every(({ is }) => !is.includes(from) || is.includes(to))]);
  });

  test('whatever the order in which spaces are told', () => {
    fc.assert(
      fc.property(definitions, definitions, (a, b) => {
        const spaces = [...made(a, 7), ...made(b, 7).map((space) => ({ ...space, name: 't' }))];
        const wanted = { s: b, t: a };
        expect(compareSchema(spaces.toReversed(), { t: wanted.t, s: wanted.s }, features)).toEqual(compareSchema(spaces, wanted, features));
      }),
    );
  });
});
