import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { timeOf } from '~/cli/values.ts';
import { declare, durationMs, inputOf, type Shell } from '~/cli/operation.ts';
import { entryOf } from '~/contract/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'coterie-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const shell: Shell = {
  terminal: { interactive: true, ask: async () => 'y', askHidden: async () => 'a long password', say: () => {} },
  env: { NODE_ENV: 'test' },
  nowMs: () => 1_000_000_000,
  out: () => {},
  colour: false,
};

/** A script: there is nobody to ask. */
const nobody: Shell = { ...shell, terminal: { ...shell.terminal, interactive: false } };

/** Words as a person types them -> the input that is sent. */
const typed = (name: string, ...words: string[]) => typedBy(shell, name, ...words);

async function typedBy(by: Shell, name: string, ...words: string[]): Promise<Record<string, unknown>> {
  const entry = entryOf(name);
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  declare(command, entry);
  await command.action(() => {}).parseAsync(words, { from: 'user' });
  return await inputOf(entry, { args: command.args, options: command.opts() }, by);
}

describe('input from words', () => {
  it('takes the subject as positionals and the rest as flags', async () => {
    expect(await typed('instance.join', 's1-3', 's1', '--zone', 'dc-a', '--no-electable')).toEqual({ instance: 's1-3', replicaset: 's1', zone: 'dc-a', electable: false, dryRun: false });
  });

  it('takes lists with commas and repeated', async () => {
    const input = await typed('replicaset.create', 's1', '--instances', 'a,b', '--instances', 'c', '--roles', 'storage');
    expect(input).toMatchObject({ alias: 's1', instances: ['a', 'b', 'c'], roles: ['storage'] });
  });

  it('leaves out what was not said, so that an edit changes nothing else', async () => {
    expect(await typed('instance.edit', 'a', '--zone', 'b')).toEqual({ instance: 'a', zone: 'b', dryRun: false });
  });

  it('says null with --no-', async () => {
    expect(await typed('instance.edit', 'a', '--no-zone')).toMatchObject({ zone: null });
  });

  it('reads documents from files', async () => {
    const file = join(folder, 'cluster.yml');
    writeFileSync(file, 'cluster: demo\n');
    expect(await typed('topology.apply', '-f', file)).toMatchObject({ document: 'cluster: demo\n' });
  });

  it('takes the one required flag as the last word', async () => {
    expect(await typed('instance.eval', 'a', 'return 1')).toMatchObject({ instance: 'a', code: 'return 1', language: 'lua' });
  });

  it('reads sections from files and deletes with an empty value', async () => {
    const file = join(folder, 'limits.yml');
    writeFileSync(file, 'max: 1\n');
    expect(await typed('config.upload', '--sections', `limits=@${file}`, '--sections', 'old=')).toMatchObject({ sections: { limits: 'max: 1\n', old: null } });
  });

  it('asks for secrets rather than take them from the command line', async () => {
    expect(await typed('user.create', 'ann', '--role', 'viewer')).toMatchObject({ name: 'ann', role: 'viewer', password: 'a long password' });
    await expect(typed('user.create', 'ann', '--role', 'viewer', '--password', 'in the open')).rejects.toThrow(/unknown option/);
  });

  it('asks for a secret that may be left out only when it is told to', async () => {
    const set = (...words: string[]) => typed('databaseUser.set', 'app', ...words);
    expect(await set('--roles', 'reporting')).toEqual({ user: 'app', roles: ['reporting'], dryRun: false });
    expect(await set('--ask-password')).toEqual({ user: 'app', password: 'a long password', dryRun: false });
    const file = join(folder, 'password');
    writeFileSync(file, 'one from a file\n');
    expect(await set('--password-file', file)).toMatchObject({ password: 'one from a file' });
    await expect(set('--ask-password', '--password-file', file)).rejects.toThrow(/--ask-password.*cannot be used with.*--password-file/);
    await expect(typedBy(nobody, 'databaseUser.set', 'app', '--ask-password')).rejects.toThrow('New password is needed: give --password-file FILE, or - for standard input.');
    await expect(typed('user.create', 'ann', '--role', 'viewer', '--ask-password')).rejects.toThrow(/unknown option/);
  });

  it.each([
    ['instance.edit', ['a', '--alias', 'no spaces please'], /alias: letters, digits/],
    ['cluster.events', ['--limit', 'many'], /--limit takes a number/],
    ['topology.apply', ['-f', '/does/not/exist'], /cannot be read/],
    ['config.upload', ['--sections', 'noequals'], /name=text/],
    ['instance.eval', ['a'], /code/],
  ])('%s %j is refused and says why', async (name, words, message) => {
    await expect(typed(name, ...words)).rejects.toThrow(message);
  });
});

describe('times and durations', () => {
  it('reads ages, ISO times and milliseconds', () => {
    expect(timeOf('15m', 1_000_000)).toBe(100_000);
    expect(timeOf('2026-01-31T22:00:00Z', 0)).toBe(Date.UTC(2026, 0, 31, 22));
    expect(timeOf('1234', 0)).toBe(1234);
    expect(() => timeOf('soon', 0)).toThrow(/no time/);
  });

  it('reads durations', () => {
    expect([durationMs('500ms'), durationMs('2s'), durationMs('1.5m'), durationMs('3')]).toEqual([500, 2000, 90_000, 3000]);
    expect(() => durationMs('long')).toThrow(/no duration/);
  });
});
