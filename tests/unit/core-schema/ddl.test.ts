import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ddlText, readDdl } from '~/core/schema/ddl.ts';
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
});
