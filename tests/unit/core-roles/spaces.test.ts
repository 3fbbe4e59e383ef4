import { describe, expect, test } from 'vitest';
import { codeFaults } from '~/core/roles/code-faults.ts';
import { placesOf, spacesYml } from './support.ts';

const format = '    format:\n      - {name: id, type: unsigned}\n      - {name: text, type: string, is_nullable: true}\n      - {name: bag, type: map}\n      - {name: list, type: array}\n      - {name: one, type: uuid}\n';
const space = (indexes: string, rest = '') => spacesYml(`  s:\n${rest}${format}    indexes:\n      - {name: pk, parts: [{path: id, type: unsigned}]}\n${indexes}`);
const index = (text: string) => space(`      - {name: i, ${text}}\n`);

describe('an index', () => {
  test.each([
    ['unique: false, parts: [{path: text, type: scalar, is_nullable: true}]'],
    ['type: HASH, parts: [{path: id, type: integer}, {path: one, type: uuid}]'],
    ['unique: false, parts: [{path: bag.city, type: string, is_nullable: true}]'],
    ['unique: false, parts: [{path: "list[*].name", type: string}]'],
    ['type: RTREE, unique: false, dimension: 3, parts: [{path: list, type: array}]'],
    ['type: BITSET, unique: false, parts: [{path: id, type: unsigned}]'],
    ['unique: false, parts: [{path: text, type: string, is_nullable: true, collation: unicode_ci}]'],
  ])('may be {%s}', (text) => expect(placesOf(index(text))).toEqual([]));

  test.each([
    ['name: i, parts: [{path: nobody, type: unsigned}]', 'nobody'],
    ['name: i, parts: [{path: id, type: string}]', 'string'],
    ['name: i, parts: [{path: one, type: uuid}, {path: one, type: uuid, is_nullable: false}]', '{path: one, type: uuid, is'],
    ['name: i, parts: [{path: id.x, type: unsigned}]', 'id.x'],
    ['name: i, parts: [{path: "bag.1x", type: unsigned}]', '"bag.1x"'],
    ['name: i, parts: [{path: bag, type: map}]', 'map}'],
    ['name: i, parts: [{path: one, type: scalar}]', 'scalar'],
    ['name: i, parts: [{path: text, type: string}]', '{path: text'],
    ['name: i, parts: [{path: id, type: unsigned, collation: unicode}]', 'unicode'],
    ['name: i, type: HASH, unique: false, parts: [{path: id, type: unsigned}]', 'false'],
    ['name: i, type: HASH, parts: [{path: text, type: string, is_nullable: true}]', '[{path'],
    ['name: i, type: HASH, parts: [{path: "list[*]", type: string}]', '[{path'],
    ['name: i, type: RTREE, parts: [{path: list, type: array}]', '{name: i'],
    ['name: i, type: RTREE, unique: false, parts: [{path: bag, type: array}]', 'array'],
    ['name: i, type: BITSET, unique: false, parts: [{path: bag.x, type: number}]', 'number'],
    ['name: i, dimension: 2, parts: [{path: id, type: unsigned}]', '2, parts'],
    ['name: i, func: nobody, parts: [{path: "1", type: unsigned}]', 'nobody'],
    ['name: pk, parts: [{path: id, type: unsigned}]', 'pk, parts'],
  ])('cannot be {%s}: %s', (text, culprit) => {
    const sections = space(`      - {${text}}\n`);
    const faults = codeFaults(sections);
    expect(faults.map(({ code, severity, line }) => [code, severity, line])).toEqual([['space', 'error', 11]]);
    expect(sections['roles/bank/role.yml']?.split('\n')[10]?.slice((faults[0]?.column ?? 0) - 1)).toMatch(new RegExp(`^${culprit.replace(/[[\]{}]/g, '\\$&')}`));
  });

  test('that is the first is unique, without nulls, and TREE or HASH', () => {
    const first = (text: string) => placesOf(spacesYml(`  s:\n${format}    indexes:\n      - {name: i, ${text}}\n`)).length;
    expect(['parts: [{path: id, type: unsigned}]', 'type: HASH, parts: [{path: id, type: unsigned}]', 'unique: false, parts: [{path: id, type: unsigned}]', 'parts: [{path: text, type: string, is_nullable: true}]', 'parts: [{path: "list[*]", type: string}]'].map(first)).toEqual([0, 0, 1, 1, 1]);
    expect(first('type: BITSET, unique: false, parts: [{path: id, type: unsigned}]')).toBe(1);
  });

  test('by a function names one of the role, and positions in what it returns', () => {
    const by = (path: string) => ({ 'roles/bank/role.yml': `${index(`unique: false, func: bank.key, parts: [{path: "${path}", type: unsigned}]`)['roles/bank/role.yml']}functions:\n  bank.key: {body: "function(row) return {row[1]} end"}\n` });
    expect(placesOf(by('1'))).toEqual([]);
    expect(placesOf(by('id'))).toHaveLength(1);
  });
});

describe('a space', () => {
  test.each([
    ['    engine: vinyl\n', []],
    ['    temporary: true\n', []],
    ['    is_local: true\n', []],
    ['    engine: vinyl\n    temporary: true\n', ['roles/bank/role.yml:4:16 error space']],
    ['    is_sync: true\n', ['roles/bank/role.yml:3:14 error space']],
    ['    is_sync: true\n    is_local: true\n', ['roles/bank/role.yml:3:14 error space']],
    ['    engin: vinyl\n', ['roles/bank/role.yml:3:5 error shape']],
  ])('with %j', (rest, faults) => expect(placesOf(space('', rest))).toEqual(faults));

  test('of engine vinyl has TREE indexes only', () => {
    expect(placesOf(space('      - {name: i, type: HASH, parts: [{path: id, type: unsigned}]}\n', '    engine: vinyl\n'))).toEqual(['roles/bank/role.yml:12:25 error space']);
  });

  test('has each field once, and no name of the system', () => {
    expect(placesOf(spacesYml('  _s:\n    format: [{name: id, type: unsigned}, {name: id, type: string}]\n    indexes: [{name: pk, parts: [{path: id, type: unsigned}]}]\n'))).toEqual(['roles/bank/role.yml:3:5 error space', 'roles/bank/role.yml:3:49 error space']);
  });
});

describe('a sharding key', () => {
  const sharded = (fields: string, indexes: string, rest = '    sharding_key: [id]\n') => placesOf(spacesYml(`  s:\n    format: [{name: id, type: unsigned}${fields}]\n    indexes: [{name: pk, parts: [{path: id, type: unsigned}]}${indexes}]\n${rest}`, 'dependencies: [storage]\n'));
  const bucket = ', {name: bucket_id, type: unsigned}';
  const byBucket = ', {name: b, unique: false, parts: [{path: bucket_id, type: unsigned}]}';

  test('needs the field and the index by which buckets move', () => {
    expect(sharded(bucket, byBucket)).toEqual([]);
    expect(sharded('', '')).toHaveLength(1);
    expect(sharded(bucket, '')).toHaveLength(1);
    expect(sharded(', {name: bucket_id, type: integer}', ', {name: b, unique: false, parts: [{path: bucket_id, type: integer}]}')).toHaveLength(1);
    expect(sharded(', {name: bucket_id, type: unsigned, is_nullable: true}', ', {name: b, unique: false, parts: [{path: bucket_id, type: unsigned, is_nullable: true}]}')).toHaveLength(1);
  });

  test('is made of fields, of a space that moves, in a role that needs storage', () => {
    expect(sharded(bucket, byBucket, '    sharding_key: [nobody]\n')).toEqual(['roles/bank/role.yml:6:20 error space']);
    expect(sharded(bucket, byBucket, '    sharding_key: [id]\n    is_local: true\n')).toEqual(['roles/bank/role.yml:6:19 error space']);
    const spaces = `  s:\n    format: [{name: id, type: unsigned}${bucket}]\n    indexes: [{name: pk, parts: [{path: id, type: unsigned}]}${byBucket}]\n    sharding_key: [id]\n`;
    const needing = (role: string, others: Record<string, string> = {}) => codeFaults({ ...spacesYml(spaces, role === '' ? '' : `dependencies: [${role}]\n`), ...others }).map(({ sentence }) => sentence);
    const none = [expect.stringContaining('dependencies: [storage]')];
    expect([needing(''), needing('router'), needing('money', { 'roles/money/role.yml': 'summary: none\n' })]).toEqual([none, none, none]);
    expect(placesOf(spacesYml(spaces))).toEqual(['roles/bank/role.yml:5:19 error space']);
    // Through others it does; and of one that is not there nobody knows.
    expect(needing('money', { 'roles/money/role.yml': 'dependencies: [coin]\n', 'roles/coin/role.yml': 'dependencies: [storage, money]\n' })).toEqual([expect.stringContaining('circle')]);
    expect(needing('money')).toEqual([expect.stringContaining('There is no role money')]);
  });
});
