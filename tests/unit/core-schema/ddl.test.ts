import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ddlText, readDdl, withSpaces } from '~/core/schema/ddl.ts';
import { definitions } from './arbitrary.ts';

describe('spaces as YAML', () => {
  test('come back as they were written', () => {
    fc.assert(fc.property(fc.dictionary(fc.constantFrom('s', 't', 'u'), definitions), (spaces) => {
      expect(readDdl(ddlText(spaces))).toEqual({ spaces: { ...spaces }, faults: [] });
    }));
  });

  test('have the form of the ddl module: every field said, and nothing that it does not know', () => {
    const text = ddlText({ s: { engine: 'memtx', is_local: false, temporary: false, is_sync: false, format: [{ name: 'id', type: 'unsigned', is_nullable: false }], indexes: [{ name: 'pk', type: 'TREE', unique: true, parts: [{ path: 'id', type: 'unsigned', is_nullable: false }] }] } });
    expect(text).toBe('spaces:\n  s:\n    engine: memtx\n    is_local: false\n    temporary: false\n    format:\n      - name: id\n        type: unsigned\n        is_nullable: false\n    indexes:\n      - name: pk\n        type: TREE\n        unique: true\n        parts:\n          - path: id\n            type: unsigned\n            is_nullable: false\n');
  });

  test('with a mistake say where', () => {
    expect(readDdl('spaces:\n  s:\n    format: []\n')).toMatchObject({ spaces: null, faults: expect.arrayContaining([{ at: '3:13', sentence: expect.stringContaining('spaces s format') }]) });
    expect(readDdl('space: {}\n').faults.map(({ at }) => at)).toContain('1:1');
    expect(readDdl('spaces: [').spaces).toBeNull();
  });

  test('replace those of a role, whose other lines and comments stay', () => {
    const before = '# The bank.\nsummary: Accounts  # of people\nspaces:\n  old: {}\nfunctions:\n  # reads\n  bank.get:\n    body: |\n      function(id)\n        return id\n      end\n';
    const after = withSpaces(before, { s: { format: [] } });
    expect(after).toBe(before.replace('  old: {}\n', '  s:\n    format: []\n'));
    for (const old of [' {}', '', ' {a: {}, b: {}} # here', '\n  a: {}\n\n  # last\n  b:\n    c: 1']) {
      const text = withSpaces(`a: 1   # one\nspaces:${old}\n\n# functions\nfunctions: {}\n`, { s: {} });
      expect(text?.startsWith('a: 1   # one\nspaces:\n  s: {}')).toBe(true);
      expect(text?.endsWith('\n# functions\nfunctions: {}\n')).toBe(true);
      expect(parse(text ?? '')).toEqual({ a: 1, spaces: { s: {} }, functions: {} });
    }
    expect(withSpaces('a: 1', { s: {} })).toBe('a: 1\nspaces:\n  s: {}\n');
    expect(parse(withSpaces('{a: 1, spaces: {}}', { s: {} }) ?? '')).toEqual({ a: 1, spaces: { s: {} } });
    expect(withSpaces('', { s: {} })).toBe('spaces:\n  s: {}\n');
    expect(withSpaces('- a\n', {})).toBeNull();
    expect(withSpaces('a: [', {})).toBeNull();
  });
});
