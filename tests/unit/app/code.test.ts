import { describe, expect, it } from 'vitest';
import { codeAddress, codePlaceIn, codePlaceText } from '~/app/lib/code-place.ts';
import { argumentsIn } from '~/app/lib/call-arguments.ts';
import { exampleFiles } from '~/app/lib/code-example.ts';
import { chosenFile, deleted, filesOf, pathFault, renamed, replacing, roleFault, rolesOf, startTextOf } from '~/app/lib/code-files.ts';
import { countsOf, errorsIn, faultRows, faultsText, placeText, unaskedText } from '~/app/lib/code-faults.ts';
import { touchedIn, touchedText } from '~/app/lib/code-history.ts';
import { hitsIn } from '~/app/lib/code-search.ts';
import { closedAtFirst, moveIn, revealing, treeOf } from '~/app/lib/code-tree.ts';
import { edited } from '~/app/lib/config-draft.ts';
import type { CodeFault } from '~/contract/shapes/role.ts';

/** The pure parts of the Code page: what is shaped into rows. */

const running = { 'roles/bank/role.yml': 'summary: b\n', 'roles/bank/init.lua': 'return {}\n', 'roles/bank/functions/bank.pay.lua': 'function() end\n', 'roles/audit/role.yml': 'summary: a\n', 'limits.yml': 'rate: 1\n' };
const now = { version: 4, sections: running };
const draft = edited(null, now, { 'roles/bank/init.lua': 'return {1}\n', 'roles/bank/rates.lua': 'return 2\n', 'roles/audit/role.yml': null });
const files = filesOf(running, draft);

describe('files', () => {
  it('are those of roles, as they run and as the draft has them', () => {
    expect(files.map(({ name, mark }) => [name, mark])).toEqual([
      ['roles/audit/role.yml', 'deleted'], ['roles/bank/functions/bank.pay.lua', null], ['roles/bank/init.lua', 'changed'], ['roles/bank/rates.lua', 'new'], ['roles/bank/role.yml', null],
    ]);
    expect(rolesOf(files)).toEqual(['bank']);
  });
  it('a name that every object has is a file as any', () => expect(filesOf({ 'roles/x/constructor': '' }, null)[0]).toMatchObject({ text: '', mark: null }));
  it('shows the one that is asked for, else one that is being changed, else a definition', () => {
    expect(chosenFile(files, 'roles/bank/role.yml')!.name).toBe('roles/bank/role.yml');
    expect(chosenFile(files, 'roles/gone.yml')!.name).toBe('roles/bank/init.lua');
    expect(chosenFile(filesOf(running, null), null)!.name).toBe('roles/audit/role.yml');
    expect(chosenFile([], null)).toBeNull();
  });
  it('are renamed with their text, and deleted with all that is in a folder', () => {
    expect(renamed(files, 'roles/bank/rates.lua', 'roles/bank/util/rates.lua')).toEqual({ 'roles/bank/rates.lua': null, 'roles/bank/util/rates.lua': 'return 2\n' });
    expect(deleted(files, 'roles/bank/functions')).toEqual({ 'roles/bank/functions/bank.pay.lua': null });
    expect(Object.keys(deleted(files, 'roles/bank'))).toHaveLength(4);
    expect(deleted(files, 'roles/ban')).toEqual({});
    expect(deleted(files, 'roles/audit')).toEqual({});
  });
  it('become exactly those of a version', () => {
    const wanted = { 'roles/bank/role.yml': 'summary: old\n', 'limits.yml': 'rate: 9\n' };
    const next = filesOf(running, edited(null, now, replacing(filesOf(running, null), wanted)));
    expect(next.filter(({ text }) => text !== null).map(({ name, text }) => [name, text])).toEqual([['roles/bank/role.yml', 'summary: old\n']]);
  });
  it.each(['Bank', '', '1a', 'a'.repeat(64), 'bank'])('%s is no name for a new role', (name) => expect(roleFault(name, ['bank'])).not.toBeNull());
  it.each(['', 'a/', '/a', '../x', '.hidden', 'a b', 'role.yml', 'x'.repeat(128)])('"%s" is no name for a new file', (path) => expect(pathFault('bank', path, ['roles/bank/role.yml'])).not.toBeNull());
  it('anything else is', () => {
    expect(roleFault('bank-2', ['bank'])).toBeNull();
    expect(pathFault('bank', 'util/dates.lua', [])).toBeNull();
  });
  it('begin with what their place asks for', () => {
    expect(startTextOf('roles/bank/functions/bank.pay.lua')).toContain('-- bank.pay');
    expect(startTextOf('roles/bank/migrations/0001-x.lua')).toContain('return function()');
    expect(startTextOf('roles/bank/notes.txt')).toBe('');
  });
});

describe('the tree', () => {
  const counts = new Map([['roles/bank/functions/bank.pay.lua', { errors: 2, warnings: 1 }]]);
  const rows = treeOf(files, { closed: new Set(), counts });
  it('is roles, then definition and module, then folders, then files', () => {
    expect(rows.map(({ path, kind, level, mark }) => [path.slice('roles/'.length), kind, level, mark])).toEqual([
      ['audit', 'role', 1, 'changed'], ['audit/role.yml', 'file', 2, 'deleted'],
      ['bank', 'role', 1, 'changed'], ['bank/role.yml', 'file', 2, null], ['bank/init.lua', 'file', 2, 'changed'], ['bank/functions', 'folder', 2, null], ['bank/functions/bank.pay.lua', 'file', 3, null], ['bank/rates.lua', 'file', 2, 'new'],
    ]);
    expect(rows[2]).toMatchObject({ errors: 2, warnings: 1, open: true, parent: null, position: 2, siblings: 2 });
    expect(rows[6]).toMatchObject({ errors: 2, open: null, parent: 'roles/bank/functions' });
  });
  it('leaves out what is in a closed folder, and still counts it', () => {
    const closed = treeOf(files, { closed: new Set(['roles/bank']), counts });
    expect(closed.map(({ path }) => path)).toEqual(['roles/audit', 'roles/audit/role.yml', 'roles/bank']);
    expect(closed[2]).toMatchObject({ open: false, errors: 2 });
  });
  it('has a file and a folder of one name beside each other', () => {
    expect(treeOf(filesOf({ 'roles/a/x': '', 'roles/a/x/y': '' }, null), { closed: new Set(), counts: new Map() }).map(({ path, kind }) => [path, kind])).toEqual([['roles/a', 'role'], ['roles/a/x', 'folder'], ['roles/a/x/y', 'file'], ['roles/a/x', 'file']]);
  });
  it('begins with one role open where there are many, and opens what leads to a file', () => {
    const many = filesOf(Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`roles/r${index}/functions/f.lua`, ''])), null);
    const closed = closedAtFirst(many, 'roles/r3/functions/f.lua');
    expect([closed.size, closed.has('roles/r3')]).toEqual([8, false]);
    expect(closedAtFirst(many.slice(1), null).size).toBe(0);
    expect(revealing(closed, 'roles/r3/functions/f.lua')).toBe(closed);
    expect(revealing(new Set([...closed, 'roles/r4/functions']), 'roles/r4/functions/f.lua')).toEqual(new Set([...closed].filter((role) => role !== 'roles/r4')));
    expect(revealing(new Set(['roles/r']), 'roles/r4/x')).toEqual(new Set(['roles/r']));
  });
  it('is walked as any other', () => {
    const at = (path: string, key: string) => moveIn(rows, `roles/${path}`, key);
    expect(at('bank', 'ArrowDown')).toEqual({ focus: 'roles/bank/role.yml' });
    expect(at('bank', 'ArrowUp')).toEqual({ focus: 'roles/audit/role.yml' });
    expect(at('bank', 'ArrowLeft')).toEqual({ toggle: 'roles/bank' });
    expect(at('bank', 'ArrowRight')).toEqual({ focus: 'roles/bank/role.yml' });
    expect(at('bank/init.lua', 'ArrowRight')).toBeNull();
    expect(at('bank/functions/bank.pay.lua', 'ArrowLeft')).toEqual({ focus: 'roles/bank/functions' });
    expect(at('bank', 'Home')).toEqual({ focus: 'roles/audit' });
    expect(at('bank', 'End')).toEqual({ focus: 'roles/bank/rates.lua' });
    expect(at('bank/rates.lua', 'ArrowDown')).toBeNull();
    expect(at('audit', 'ArrowUp')).toBeNull();
    expect(at('bank', 'x')).toBeNull();
    expect(moveIn(treeOf(files, { closed: new Set(['roles/bank']), counts }), 'roles/bank', 'ArrowRight')).toEqual({ toggle: 'roles/bank' });
    expect(moveIn([], null, 'ArrowDown')).toBeNull();
  });
});

describe('faults', () => {
  const fault = (changes: Partial<CodeFault>): CodeFault => ({ severity: 'error', code: 'luaSyntax', file: 'roles/bank/init.lua', line: 3, column: 5, sentence: 'unexpected symbol', instance: null, ...changes });
  const rows = faultRows([fault({ severity: 'warning', line: 1 }), fault({ instance: 's1-2' }), fault({ instance: 's1-1' }), fault({ file: 'roles/a/role.yml', line: null, column: null })]);
  it('come worst first, in the order of the files, and those of several instances once', () => {
    expect(rows.map(({ severity, file, instances }) => [severity, file, instances])).toEqual([
      ['error', 'roles/a/role.yml', []], ['error', 'roles/bank/init.lua', ['s1-1', 's1-2']], ['warning', 'roles/bank/init.lua', []],
    ]);
  });
  it('are counted, and told in words', () => {
    expect(countsOf(rows).get('roles/bank/init.lua')).toEqual({ errors: 1, warnings: 1 });
    expect(errorsIn(rows)).toBe(2);
    expect(faultsText(rows)).toBe('2 errors, 1 warning');
    expect(faultsText([])).toBeNull();
  });
  it('say who has not answered, each reason once', () => {
    expect(unaskedText([{ instance: 's1-1', why: 'no answer' }, { instance: 's2-1', why: 'It is off.' }, { instance: 's1-2', why: 'no answer' }])).toBe('Not checked on s1-1, s1-2: no answer. Not checked on s2-1: It is off.');
    expect(unaskedText(Array.from({ length: 9 }, (_, index) => ({ instance: `i${index}`, why: 'no answer' })))).toContain('i5 and 3 more: ');
  });
  it('say where, as editors take it', () => {
    expect(placeText(rows[0]!)).toBe('roles/a/role.yml');
    expect(placeText(rows[1]!)).toBe('roles/bank/init.lua:3:5');
    expect(placeText(fault({ column: null }))).toBe('roles/bank/init.lua:3');
  });
});

describe('the search over all files', () => {
  const texts = filesOf({ 'roles/a/x.lua': 'local A = 1\nreturn a\n', 'roles/b/y.lua': `${'z'.repeat(100)} Return\n` }, null);
  it('finds each line once, whatever its letters, unless capitals are asked for', () => {
    expect(hitsIn(texts, 'return', 10).map(({ file, line, column }) => [file, line, column])).toEqual([['roles/a/x.lua', 2, 1], ['roles/b/y.lua', 1, 102]]);
    expect(hitsIn(texts, 'Return', 10)).toHaveLength(1);
    expect(hitsIn(texts, '  ', 10)).toEqual([]);
  });
  it('cuts long lines, stops at its limit, and leaves out what is deleted', () => {
    expect(hitsIn(texts, 'Return', 10)[0]!.before.length).toBeLessThan(60);
    expect(hitsIn(texts, 'return', 1)).toHaveLength(1);
    expect(hitsIn([{ ...texts[0]!, text: null }], 'return', 10)).toEqual([]);
  });
});

describe('the history', () => {
  const change = (path: string, kind: 'added' | 'removed' | 'changed') => ({ path, kind, sentence: '' });
  it('names the files of roles, and nothing else', () => {
    const touched = touchedIn([change('/sections/roles~1bank~1role.yml', 'changed'), change('/sections/limits.yml', 'added'), change('/replicasets/x/weight', 'changed'), change('/sections/roles~1a~1x~0y', 'removed')]);
    expect(touched).toEqual([{ name: 'roles/bank/role.yml', kind: 'changed' }, { name: 'roles/a/x~y', kind: 'removed' }]);
    expect(touchedText(touched)).toBe('bank/role.yml changed, a/x~y deleted');
    expect(touchedText(Array.from({ length: 6 }, () => touched[0]!))).toMatch(/and 2 more$/);
  });
});

describe('the arguments of a call', () => {
  it('are a JSON list, or nothing', () => {
    expect(argumentsIn(' ')).toEqual({ ok: true, values: [] });
    expect(argumentsIn('[1, "a"]')).toEqual({ ok: true, values: [1, 'a'] });
    expect(argumentsIn('1')).toMatchObject({ ok: false });
    expect(argumentsIn('[1')).toMatchObject({ ok: false });
  });
});

it('the example is files of one role, with a definition', () => {
  expect(rolesOf(filesOf(exampleFiles, null))).toEqual(['bank']);
  expect(Object.keys(exampleFiles).every((name) => pathFault('bank', name.split('/').slice(2).join('/'), []) === null)).toBe(true);
});

describe('a place in the code', () => {
  it('is found in what Lua says, and is an address of the Code page', () => {
    const place = codePlaceIn('Role moody failed in apply_config on s1-1: roles/moody/lib/a-b.lua:12: attempt to index local \'t\' (a nil value).')!;
    expect(place).toEqual({ file: 'roles/moody/lib/a-b.lua', line: 12 });
    expect([codeAddress(place), codePlaceText(place)]).toEqual(['/code?file=roles%2Fmoody%2Flib%2Fa-b.lua&line=12', 'moody/lib/a-b.lua:12']);
    expect(codeAddress({ file: 'roles/bank/role.yml', line: null })).toBe('/code?file=roles%2Fbank%2Frole.yml');
  });

  it('is none where no line is named', () => expect(['roles/bank/init.lua is gone', 'etc/roles/x.yml:3', 'roles/bank/init.lua:0', '127.0.0.1:3301: no answer'].map(codePlaceIn)).toEqual([null, null, null, null]));
});
