import { spawnSync } from 'node:child_process';
import { Command } from 'commander';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asCli, asCurl, quoted } from '~/contract/copy-as.ts';
import { entryOf } from '~/contract/index.ts';
import { declare, inputOf } from '~/cli/operation.ts';

/** The words as a shell hands them to a program. */
function words(line: string): string[] {
  const shell = spawnSync('/bin/sh', ['-c', `for word in ${line}; do printf '%s\\0' "$word"; done`], { encoding: 'utf8' });
  return shell.stdout.split('\0').slice(0, -1);
}

/** What the real command line makes of the copied line: the input object that it would send. */
async function parsedByCli(name: string, line: string): Promise<Record<string, unknown>> {
  const entry = entryOf(name);
  let input: Promise<Record<string, unknown>> | null = null;
  const command = new Command().exitOverride();
  declare(command, entry);
  command.action((...all: unknown[]) => {
    const options = all.at(-2) as Record<string, unknown>;
    input = inputOf(entry, { args: all.slice(0, -2).flatMap((one) => (one === undefined ? [] : [String(one)])), options }, { nowMs: () => 0 } as never);
  });
  const [program, , , ...rest] = words(line);
  expect(program).toBe('coterie');
  await command.parseAsync(rest, { from: 'user' });
  return input!;
}

const cases: readonly (readonly [string, Record<string, unknown>])[] = [
  ['replicaset.create', { alias: 's1', instances: ['i1', 'i2'], roles: ['storage', 'router'], weight: 2, allRw: true, reason: "it's time" }],
  ['replicaset.create', { alias: 's1', instances: ['i1'] }],
  ['replicaset.edit', { replicaset: 's1', priority: ['i2', 'i1'], roles: [], reason: 'a "quoted" $HOME `word`' }],
  ['instance.edit', { instance: 'i1', zone: null, electable: false }],
  ['instance.edit', { instance: 'i1', zone: 'dc-1', electable: true, uri: '[::1]:3301' }],
  ['instance.join', { instance: 'i1', replicaset: 's1', electable: false }],
  ['instance.expel', { instance: 'i1', reason: '-- gone; rm -rf /' }],
  ['instance.probe', { address: '10.0.0.1:7301' }],
  ['replicaset.restartReplication', { replicaset: 's1' }],
];

describe('secrets', () => {
  it('are not copied: the command line asks for them, and curl has a place for them', () => {
    const input = { name: 'eve', role: 'viewer', password: 'hidden words' };
    expect(asCli('user.create', input)).toBe('coterie user create eve --role viewer');
    expect(asCurl('user.create', input, 'http://h')).toContain(`-d '{"role":"viewer","password":"<password>"}'`);
    expect(asCli('user.edit', { name: 'eve', password: 'hidden words' })).toBe('coterie user edit eve --ask-password');
    expect(asCurl('session.changePassword', { password: 'hidden', newPassword: 'hidden too' }, 'http://h')).not.toContain('hidden');
    expect(asCurl('user.edit', { name: 'eve', disabled: true }, 'http://h')).not.toContain('<password>');
  });
});

describe('copy as CLI', () => {
  it('reads like one writes it', () => {
    expect(asCli('replicaset.create', { alias: 's1', instances: ['i1', 'i2'], roles: ['storage'], allRw: false, expectedVersion: 4 })).toBe('coterie replicaset create s1 --instances i1,i2 --roles storage');
    expect(asCli('instance.edit', { instance: 'i1', zone: null })).toBe('coterie instance edit i1 --no-zone');
    expect(asCli('instance.expel', { instance: 'i1', reason: 'disk is dying' })).toBe("coterie instance expel i1 --reason 'disk is dying'");
  });

  it.each(cases)('%s: the command line makes the same input of it', async (name, input) => {
    const expected = entryOf(name).operation.input.parse(input);
    expect(entryOf(name).operation.input.parse(await parsedByCli(name, asCli(name, input)))).toEqual(expected);
  });

  it('hands what has a shape of its own over by a pipe', () => {
    const edits = [{ kind: 'editInstance', instance: 'i1', zone: "o'hare" }];
    const line = asCli('topology.apply', { edits, reason: 'moved' });
    const [said, command] = line.split(' | ');
    expect(command).toBe('coterie topology apply --edits - --reason moved');
    expect(JSON.parse(spawnSync('/bin/sh', ['-c', said!], { encoding: 'utf8' }).stdout)).toEqual(edits);
  });

  it('hands sections over by name, also what is deleted and what is empty', async () => {
    const input = { sections: { motd: "it's $HOME\nb: [1]", 'a/b.yml': null, empty: '' }, replaceAll: false, expectedVersion: 3, reason: 'a b' };
    expect(await parsedByCli('config.upload', asCli('config.upload', input))).toMatchObject({ sections: input.sections, reason: 'a b' });
  });

  it('hands a text that looks like the name of a file over by a pipe', () => {
    const [said, command] = asCli('config.upload', { sections: { motd: '@/etc/passwd', other: 'x' } }).split(' | ');
    expect(spawnSync('/bin/sh', ['-c', said!], { encoding: 'utf8' }).stdout).toBe('@/etc/passwd');
    expect(command).toBe('coterie config upload --sections motd=@- --sections other=x');
  });

  it('leaves secrets out', () => {
    expect(asCli('user.create', { name: 'eve', role: 'viewer', password: 'very secret word' })).toBe('coterie user create eve --role viewer');
  });
});

describe('copy as curl', () => {
  it('names path, token and body', () => {
    expect(asCurl('instance.expel', { instance: 'i1', reason: 'gone' }, 'https://db.example')).toBe(
      ["curl --fail-with-body -X POST https://db.example/api/v1/instance/i1/expel", '-H "Authorization: Bearer $COTERIE_TOKEN"', "-H 'Content-Type: application/json'", `-d '{"reason":"gone"}'`].join(' \\\n  '),
    );
  });

  it('asks for a version in the query', () => {
    expect(asCurl('config.download', { version: 3 }, 'http://x')).toContain("'http://x/api/v1/config/download?version=3'");
    expect(asCurl('config.diff', { from: 1, to: 3 }, 'http://x')).toContain('http://x/api/v1/config/1/3/diff ');
  });

  it('keeps what a shell or an URL would take for its own', () => {
    const line = asCurl('instance.expel', { instance: 'a/b c', reason: "it's" }, 'http://x');
    expect(line).toContain('/instance/a%2Fb%20c/expel');
    expect(words(line)).toContain(`{"reason":"it's"}`);
  });
});

describe('quoted', () => {
  it('hands any word through a shell unchanged', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !text.includes('\0')), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(texts, (list) => {
        expect(words(list.map(quoted).join(' '))).toEqual(list);
      }),
      { numRuns: 25 },
    );
  });
});
