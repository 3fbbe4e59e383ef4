import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFolder, writeFolder } from '~/cli/folder.ts';
import { watched } from '~/cli/folder-watch.ts';
import { declare, inputOf, type Shell } from '~/cli/operation.ts';
import { checkText, diffText } from '~/cli/output/code.ts';
import { exitOf } from '~/cli/wait.ts';
import { entryOf } from '~/contract/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coterie-code-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, text: string | Buffer) => {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
};
const plain = { colour: false, nowMs: 0 };

describe('a folder of roles', () => {
  it('is read and written as the sections under roles/', () => {
    const files = { 'roles/bank/role.yml': 'summary: x\n', 'roles/bank/functions/bank.get.lua': 'return print\n', 'roles/a/init.lua': '' };
    expect(writeFolder(folder, files)).toEqual({ written: 3, removed: 0 });
    expect(readFolder(folder)).toEqual(files);
  });

  it('loses what is not there any more, and keeps hidden files', () => {
    put('bank/old.lua', 'x');
    put('.git/config', 'x');
    put('bank/.luacheckrc', 'x');
    expect(Object.keys(readFolder(folder))).toEqual(['roles/bank/old.lua']);
    expect(writeFolder(folder, { 'roles/bank/role.yml': '' })).toEqual({ written: 1, removed: 1 });
    expect([existsSync(join(folder, 'bank/old.lua')), existsSync(join(folder, '.git/config')), existsSync(join(folder, 'bank/.luacheckrc'))]).toEqual([false, true, true]);
  });

  it('refuses what is no text, too big, or badly named, and says which file', () => {
    put('bank/x.lua', Buffer.from([0xff, 0xfe]));
    expect(() => readFolder(folder)).toThrow(/bank\/x\.lua is no text/);
    put('bank/x.lua', 'a'.repeat(4 * 1024 * 1024 + 1));
    expect(() => readFolder(folder)).toThrow(/more than 4 MiB/);
    rmSync(join(folder, 'bank/x.lua'));
    put('bank/a b.lua', '');
    expect(() => readFolder(folder)).toThrow(/a b\.lua cannot be a file of a role/);
    expect(() => readFolder(join(folder, 'nowhere'))).toThrow(/nowhere cannot be read/);
  });

  it('is never left: a server cannot name a file outside of it', () => {
    for (const name of ['roles/../../x', 'roles/a/../b', 'roles//x']) expect(() => writeFolder(folder, { [name]: 'x' })).toThrow(/cannot be written/);
    expect(existsSync(join(folder, '../x'))).toBe(false);
  });
});

describe('words', () => {
  const shell: Shell = { terminal: { interactive: false, ask: async () => '', askHidden: async () => '', say: () => {} }, env: { NODE_ENV: 'test' }, nowMs: () => 0, out: () => {}, colour: false };
  const typed = async (name: string, ...words: string[]) => {
    const entry = entryOf(name);
    const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
    declare(command, entry);
    await command.action(() => {}).parseAsync(words, { from: 'user' });
    return inputOf(entry, { args: command.args, options: command.opts() }, shell);
  };

  it('take a folder in place of all files', async () => {
    put('bank/role.yml', 'summary: x\n');
    const files = { 'roles/bank/role.yml': 'summary: x\n' };
    expect(await typed('code.push', folder, '--reason', 'why')).toMatchObject({ files, replaceAll: true, reason: 'why' });
    expect(await typed('code.validate', folder, '--no-instances')).toEqual({ files, replaceAll: true, instances: false });
    expect(await typed('code.diff', folder, '--version', '3')).toEqual({ files, replaceAll: true, version: 3 });
  });

  it('take single files too, which replace nothing else', async () => {
    put('x.lua', 'return 1\n');
    expect(await typed('code.push', '--files', `roles/bank/x.lua=@${join(folder, 'x.lua')}`, '--files', 'roles/bank/y.lua=')).toMatchObject({ files: { 'roles/bank/x.lua': 'return 1\n', 'roles/bank/y.lua': null }, replaceAll: false });
    await expect(typed('code.push', '--files', 'bank/x.lua=1')).rejects.toThrow(/a file of a role/);
  });

  it('take arguments as JSON or from a file', async () => {
    put('arguments.json', '[2]');
    expect(await typed('function.call', 'bank.get', 's1', '--arguments', '[1, "a"]')).toMatchObject({ function: 'bank.get', replicaset: 's1', arguments: [1, 'a'] });
    expect(await typed('function.call', 'bank.get', 's1', '--arguments', join(folder, 'arguments.json'))).toMatchObject({ arguments: [2] });
  });
});

describe('watching', () => {
  it('tells once at the start, then of each change, and ends by its signal', async () => {
    put('bank/role.yml', '');
    const stop = new AbortController();
    const changes = watched(folder, stop.signal);
    expect((await changes.next()).done).toBe(false);
    // While the first is still dealt with.
    put('bank/role.yml', 'summary: x\n');
    put('bank/init.lua', '');
    expect((await changes.next()).done).toBe(false);
    const next = changes.next();
    put('bank/init.lua', 'return 1');
    expect((await next).done).toBe(false);
    const last = changes.next();
    stop.abort();
    expect((await last).done).toBe(true);
  });
});

describe('what is shown', () => {
  const fault = { severity: 'error' as const, code: 'luaSyntax', file: 'roles/a/init.lua', line: 3, column: 7, sentence: 'Wrong.', instance: null };
  const check = { version: 1, faults: [fault, { ...fault, severity: 'warning' as const, line: null, column: null, instance: 's1' }], refusals: [], asked: ['s1'], unasked: [{ instance: 's2', why: 'It is away.' }] };

  it('faults begin with their place, and decide the exit code', () => {
    expect(checkText(check, plain)).toBe('roles/a/init.lua:3:7: error: Wrong.\nroles/a/init.lua: warning: Wrong. (s1)\ns2 was not asked: It is away.\n');
    expect(checkText({ ...check, faults: [], unasked: [] }, plain)).toBe('No fault, as 1 instance says too.\n');
    const exit = (over: object) => exitOf(entryOf('code.validate'), { ...check, ...over });
    expect([exit({}), exit({ faults: [check.faults[1]] }), exit({ faults: [], refusals: [{ code: 'x', target: 'x', sentence: 'x', wayOut: 'x' }] })]).toEqual([1, 0, 6]);
  });

  it('differences are those of diff -u', () => {
    const patch = '--- a\n+++ a\n@@ -1,1 +1,1 @@\n-x\n+y\n';
    expect(diffText([{ kind: 'changed', file: 'a', addedLines: 1, removedLines: 1, patch }], plain)).toBe(patch);
    expect(diffText([{ kind: 'changed', file: 'a', addedLines: 1, removedLines: 1, patch: null }], plain)).toContain('too much');
    expect(exitOf(entryOf('code.diff'), [])).toBe(0);
    expect(exitOf(entryOf('code.diff'), [{}])).toBe(1);
  });
});
