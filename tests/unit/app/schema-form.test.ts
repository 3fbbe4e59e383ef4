import { describe, expect, it } from 'vitest';
import { faultsByField, faultsWithPlace } from '~/app/lib/schema-faults.ts';
import { addItem, addSpace, formOf, moveItem, put, removeItem, removeSpace, renameField, renameSpace, retypeField, shard } from '~/app/lib/schema-form.ts';

const text = `# the goods
spaces:
  stock:
    format:
      - {name: id, type: unsigned}   # key
      - {name: name, type: string, is_nullable: true}
    indexes:
      - {name: id, parts: [{path: id, type: unsigned}]}
      - name: name
        unique: false
        parts:
          - path: name
            type: string
            is_nullable: true
`;
const stock = (from = text) => formOf(from)!.find(({ name }) => name === 'stock')!;

describe('the form of a schema', () => {
  it('shows what the text says, with what goes without saying', () => {
    expect(formOf(text)).toEqual([{
      name: 'stock', engine: 'memtx', local: false, temporary: false, shardingKey: [],
      fields: [{ name: 'id', type: 'unsigned', nullable: false }, { name: 'name', type: 'string', nullable: true }],
      indexes: [{ name: 'id', type: 'TREE', unique: true, func: '', parts: [{ path: 'id', type: 'unsigned', nullable: false }] }, { name: 'name', type: 'TREE', unique: false, func: '', parts: [{ path: 'name', type: 'string', nullable: true }] }],
    }]);
    expect([formOf(''), formOf('spaces:'), formOf('spaces: {}')]).toEqual([[], [], []]);
    expect([formOf('spaces: ['), formOf('spaces: [1]'), formOf('- a')]).toEqual([null, null, null]);
    // Half of a space is one too: its faults are told at its fields.
    expect(formOf('spaces: {s: , t: {format: [1]}}')!.map(({ fields }) => fields.length)).toEqual([0, 1]);
  });

  it('writes one value into the text, whose comments stay', () => {
    expect(put(text, ['spaces', 'stock', 'engine'], 'vinyl')).toContain('      - {name: id, type: unsigned} # key\n');
    expect(stock(put(text, ['spaces', 'stock', 'engine'], 'vinyl')).engine).toBe('vinyl');
    expect(put(put(text, ['spaces', 'stock', 'format', 0, 'is_nullable'], true), ['spaces', 'stock', 'format', 0, 'is_nullable'], undefined)).toBe(put(text, ['spaces', 'stock', 'format', 0, 'name'], 'id'));
    expect(put('spaces: [', ['spaces', 's', 'engine'], 'vinyl')).toBe('spaces: [');
  });

  it('adds, takes out and moves what a list has', () => {
    const format = ['spaces', 'stock', 'format'] as const;
    const added = addItem(text, format, { name: 'price', type: 'decimal' });
    expect(added).toContain('- {name: price, type: decimal}');
    expect(stock(moveItem(added, format, { from: 2, to: 0 })).fields.map(({ name }) => name)).toEqual(['price', 'id', 'name']);
    expect(moveItem(text, format, { from: 0, to: -1 })).toBe(put(text, [...format, 0, 'name'], 'id'));
    expect(stock(removeItem(added, format, 1)).fields.map(({ name }) => name)).toEqual(['id', 'price']);
    expect(stock(addItem('spaces:\n  stock:\n', format, { name: 'id', type: 'any' })).fields).toHaveLength(1);
  });

  it('adds, renames and takes out spaces, in the style of a file', () => {
    expect(addSpace('spaces: {}\n', 'goods')).toBe('spaces:\n  goods:\n    format:\n      - name: id\n        type: unsigned\n    indexes:\n      - name: id\n        parts:\n          - path: id\n            type: unsigned\n');
    expect(formOf(addSpace('', 'goods'))!.map(({ name }) => name)).toEqual(['goods']);
    const both = addSpace(text, 'goods');
    expect(formOf(renameSpace(both, 'stock', 'store'))!.map(({ name }) => name)).toEqual(['store', 'goods']);
    expect(formOf(removeSpace(both, 'stock'))!.map(({ name }) => name)).toEqual(['goods']);
  });

  it('takes what names a field along with its name and type', () => {
    const keyed = put(text, ['spaces', 'stock', 'sharding_key'], ['name']);
    const renamed = renameField(keyed, { space: stock(keyed), field: 1 }, 'title');
    expect(stock(renamed)).toMatchObject({ shardingKey: ['title'], fields: [{ name: 'id' }, { name: 'title' }], indexes: [{ parts: [{ path: 'id' }] }, { name: 'name', parts: [{ path: 'title' }] }] });
    const deep = put(text, ['spaces', 'stock', 'indexes', 1, 'parts', 0, 'path'], 'name.first');
    expect(stock(renameField(deep, { space: stock(deep), field: 1 }, 'title')).indexes[1]!.parts[0]!.path).toBe('title.first');
    expect(stock(retypeField(text, { space: stock(), field: 0 }, 'integer'))).toMatchObject({ fields: [{ type: 'integer' }, { type: 'string' }], indexes: [{ parts: [{ type: 'integer' }] }, { parts: [{ type: 'string' }] }] });
  });

  it('brings the bucket with the first sharding key, once', () => {
    const sharded = shard(text, stock(), ['id']);
    expect(stock(sharded)).toMatchObject({ shardingKey: ['id'], fields: [{}, {}, { name: 'bucket_id', type: 'unsigned', nullable: false }], indexes: [{}, {}, { name: 'bucket_id', unique: false }] });
    expect(stock(shard(sharded, stock(sharded), ['id', 'name'])).fields).toHaveLength(3);
    expect(stock(shard(sharded, stock(sharded), [])).shardingKey).toEqual([]);
  });
});

describe('faults of a schema', () => {
  const at = (line: number, column: number) => [...faultsByField(text, formOf(text)!, [{ severity: 'error', line, column, sentence: 'wrong' }])];
  it.each([
    [6, 32, 'spaces/stock/format/1/type'], [5, 9, 'spaces/stock/format/0/name'], [5, 7, 'spaces/stock/format'], [8, 26, 'spaces/stock/indexes/0/parts'], [12, 19, 'spaces/stock/indexes/1/parts/0/path'], [3, 3, 'spaces/stock'],
  ])('line %i, column %i is told at %s', (line, column, key) => expect(at(line, column)).toEqual([[key, 'wrong']]));

  it('are those that have a place in the document', () => {
    const fault = { severity: 'error', code: 'schema', file: 'document', line: 3, column: 1, sentence: 'wrong', instance: null } as const;
    expect(faultsWithPlace({ inText: null, answer: { faults: [fault, { ...fault, file: 'roles/a/init.lua' }, { ...fault, line: null }] } })).toEqual([fault]);
    expect(faultsWithPlace({ inText: [], answer: null })).toEqual([]);
    expect(at(1, 1)).toEqual([]);
  });
});
