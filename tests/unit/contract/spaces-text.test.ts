import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { SpaceDefinition } from '~/contract/shapes/space-definition.ts';
import { pathAt, withSpacesIn } from '~/contract/spaces-text.ts';
import { ddlText, readDdl } from '~/core/schema/ddl.ts';
import { definitions } from '../core-schema/arbitrary.ts';

const role = `# a role
summary:   Goods in stock   # why

spaces:
  # the goods
  stock:
    engine: memtx
    format:
      - {name: id, type: unsigned}   # key
      # the name
      - {name: name,   type: string}
      # last
    indexes:
    - {name: id, parts: [{path: id, type: unsigned}]}

  # other
  other:
    format: [{name: a, type: unsigned}]   # one
    indexes:
      - name: a
        parts:
          - path: a
            type: unsigned
    # tail

# functions
functions:
  f:   {mode: read}
`;
const spacesOf = (text: string) => readDdl(ddlText(Object.fromEntries(Object.entries(parse(text).spaces as Record<string, unknown>).map(([name, space]) => [name, SpaceDefinition.parse(space)])))).spaces!;
const one = SpaceDefinition.parse({ format: [{ name: 'a', type: 'unsigned' }], indexes: [{ name: 'a', parts: [{ path: 'a', type: 'unsigned' }] }] });
const wordsOfOne = 'format:\n      - name: a\n        type: unsigned\n    indexes:\n      - name: a\n        parts:\n          - path: a\n            type: unsigned\n';

describe('spaces written into role.yml', () => {
  test('that are the same leave every byte', () => {
    expect(withSpacesIn(role, spacesOf(role))).toBe(role);
    // In another order they are the same too.
    expect(withSpacesIn(role, Object.fromEntries(Object.entries(spacesOf(role)).toReversed()))).toBe(role);
  });

  test('change what differs, and keep comments, order and what is around them', () => {
    const { stock, other } = spacesOf(role) as { stock: SpaceDefinition; other: SpaceDefinition };
    const [id, name] = stock.format;
    const text = withSpacesIn(role, { goods: { ...other, engine: 'vinyl' }, stock: { ...stock, format: [{ name: 'first', type: 'any', is_nullable: true }, id!, { ...name!, name: 'title', is_nullable: true }] } })!;
    for (const words of ['  # the goods\n  stock:', '      - {name: first, type: any, is_nullable: true}\n      - {name: id, type: unsigned} # key\n      # the name\n      - {name: title, type: string, is_nullable: true}\n      # last', '  # other\n  goods:\n    format: [{name: a, type: unsigned}] # one', '    # tail\n\n# functions\nfunctions:\n  f:   {mode: read}\n']) expect(text).toContain(words);
    expect(text.startsWith('# a role\nsummary:   Goods in stock   # why\n\nspaces:\n')).toBe(true);
    expect(text.indexOf('  stock:')).toBeLessThan(text.indexOf('  goods:'));
  });

  test('keep a comment with its field when fields change places, and lose it with the field', () => {
    const { stock, other } = spacesOf(role) as { stock: SpaceDefinition; other: SpaceDefinition };
    const [id, name] = stock.format;
    const moved = withSpacesIn(role, { other, stock: { ...stock, format: [name!, id!, { name: 'price', type: 'decimal', is_nullable: false }] } });
    expect(moved).toContain('    format:\n      # the name\n      - {name: name, type: string}\n      - {name: id, type: unsigned} # key\n      - {name: price, type: decimal}\n');
    expect(withSpacesIn(role, { other, stock: { ...stock, format: [id!] } })).not.toContain('# the name');
    expect(withSpacesIn(role, { stock: stock! })).not.toContain('# other');
  });

  test('of any kind say afterwards what was wanted, whatever stood there', () => {
    const some = fc.dictionary(fc.constantFrom('s', 't', 'u'), definitions, { noNullPrototype: true });
    fc.assert(fc.property(some, some, (was, is) => {
      const text = withSpacesIn(`# head\n${ddlText(was)}# foot\nfunctions: {}\n`, is)!;
      expect(readDdl(ddlText(spacesOf(text)))).toEqual(readDdl(ddlText(is)));
      expect(text.startsWith('# head\nspaces:')).toBe(true);
      expect(text.endsWith('# foot\nfunctions: {}\n')).toBe(true);
    }), { numRuns: 40 });
  });

  test('take the place of none, of what cannot be read, and of what hangs together by anchors', () => {
    for (const old of [' {}', '', ' {a: {}, b: {}} # here', '\n  a: {}\n\n  # last\n  b:\n    c: 1']) {
      const text = withSpacesIn(`a: 1   # one\nspaces:${old}\n\n# functions\nfunctions: {}\n`, { s: one });
      expect(text?.startsWith(`a: 1   # one\nspaces:\n  s:\n    ${wordsOfOne.trimEnd()}`), old).toBe(true);
      expect(text?.endsWith('\n# functions\nfunctions: {}\n'), old).toBe(true);
    }
    expect(withSpacesIn('a: 1', { s: one })).toBe(`a: 1\nspaces:\n  s:\n    ${wordsOfOne}`);
    expect(spacesOf(withSpacesIn('{a: 1, spaces: {}}', { s: one })!)).toEqual({ s: one });
    expect(withSpacesIn('', { s: one })).toBe(`spaces:\n  s:\n    ${wordsOfOne}`);
    const linked = 'spaces:\n  s:\n    format: &f [{name: a, type: unsigned}]\n    indexes: [{name: a, parts: [{path: a, type: unsigned}]}]\n  t:\n    format: *f\n    indexes: [{name: a, parts: [{path: a, type: unsigned}]}]\n';
    expect(spacesOf(withSpacesIn(linked, { s: one, t: { ...one, format: [...one.format, { name: 'b', type: 'any', is_nullable: true }] } })!).s).toEqual(one);
    expect(withSpacesIn('- a\n', {})).toBeNull();
    expect(withSpacesIn('a: [', {})).toBeNull();
  });
});

test.each([
  [6, 3, ['spaces', 'stock']], [9, 9, ['spaces', 'stock', 'format', 0]], [9, 26, ['spaces', 'stock', 'format', 0, 'type']], [14, 26, ['spaces', 'stock', 'indexes', 0, 'parts', 0]],
  [17, 3, ['spaces', 'other']], [18, 27, ['spaces', 'other', 'format', 0, 'type']], [20, 9, ['spaces', 'other', 'indexes', 0]], [23, 19, ['spaces', 'other', 'indexes', 0, 'parts', 0, 'type']], [28, 3, ['functions', 'f']], [99, 1, null],
] as const)('line %i, column %i is of %j', (line, column, path) => expect(pathAt(role, { line, column })).toEqual(path));
