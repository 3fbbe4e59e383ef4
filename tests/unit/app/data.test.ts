import { describe, expect, it } from 'vitest';
import { cellClip, fieldText, fieldValue, keyJson, keyOf, operationsOf, questionOf, rowOf, unfit } from '~/app/lib/data.ts';
import type { SpaceView } from '~/contract/shapes/data.ts';

const none = { space: 'accounts', on: null, index: null, op: null, key: null, order: null };
const columns = ['id unsigned', 'name string', 'sum decimal', 'any any'].map((text) => ({ name: text.split(' ')[0]!, type: text.split(' ')[1]!, nullable: text.startsWith('sum') }));
const row = [1, 'tea', { $decimal: '1.50' }, { a: [1] }];

describe('the Data page', () => {
  it('asks what its address says', () => {
    expect(questionOf({ ...none, space: null })).toBeNull();
    expect(questionOf(none)).toEqual({ space: 'accounts', op: 'all', descending: false });
    expect(questionOf({ ...none, on: 's1', index: 'name', op: 'ge', key: 'tea', order: 'descending' })).toEqual({ space: 'accounts', on: 's1', index: 'name', op: 'ge', key: '"tea"', descending: true });
    expect(questionOf({ ...none, key: '5' })).toMatchObject({ op: 'eq', key: '5' });
    expect(questionOf({ ...none, op: 'ge', key: ' ' })).toMatchObject({ op: 'all' });
    expect(['5', '"5"', '[1, "a"]', 'tea and cake'].map(keyJson)).toEqual(['5', '"5"', '[1, "a"]', '"tea and cake"']);
  });

  it('names a row by its primary key', () => {
    expect(keyOf({ primary: [1] }, { values: row })).toBe('1');
    expect(keyOf({ primary: [2, 1] }, { values: row })).toBe('["tea",1]');
    expect(keyOf({ primary: [1] }, { values: [[1]] })).toBe('[[1]]');
  });

  it('says why an index cannot answer', () => {
    const space = { indexes: [{ name: 'pk', type: 'TREE', ordered: true }, { name: 'h', type: 'HASH', ordered: false }] } as unknown as SpaceView;
    expect([unfit(space, null, 'gt'), unfit(space, 'h', 'eq')]).toEqual([null, null]);
    expect(unfit(space, 'h', 'gt')).toMatch(/^Index h is of type HASH/);
  });

  it('shortens a cell to a line', () => {
    expect(cellClip('a\nb')).toBe('a b');
    expect(cellClip('x'.repeat(100))).toHaveLength(80);
  });
});

describe('a row in a form', () => {
  it('is text where the type is, JSON where not, and comes back', () => {
    expect(columns.map((column, at) => fieldText(row[at], column))).toEqual(['1', 'tea', '1.50', '{"a":[1]}']);
    expect(fieldText({ $int: '18446744073709551615' }, columns[0]!)).toBe('18446744073709551615');
    expect(fieldValue('18446744073709551615', columns[0]!)).toEqual({ $int: '18446744073709551615' });
    expect([fieldValue('', columns[1]!), fieldValue('', columns[2]!), fieldValue('2.5', columns[2]!)]).toEqual(['', null, '2.5']);
  });

  it('is changed by what is another text, and by nothing else', () => {
    expect(operationsOf(columns, row, { name: 'tea', sum: '1.50' })).toEqual({ operations: undefined, faults: [] });
    expect(operationsOf(columns, row, { name: 'cake', sum: '', any: '[2]' }).operations).toBe('[["=","name","cake"],["=","sum",null],["=","any",[2]]]');
    expect(operationsOf(columns, row, { any: '{', name: 'cake' })).toMatchObject({ operations: undefined, faults: [{ field: 'any' }] });
  });

  it('is inserted with what was filled in', () => {
    expect(rowOf(columns, { id: '7', name: 'x' }).row).toBe('{"id":7,"name":"x"}');
    expect(rowOf(columns, {}).row).toBe('{"name":""}');
    expect(rowOf(columns, { id: 'seven' })).toMatchObject({ row: undefined, faults: [{ field: 'id' }] });
  });
});
