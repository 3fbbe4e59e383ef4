import { describe, expect, it } from 'vitest';
import { completion } from '~/cli/completion.ts';
import { exitOf } from '~/cli/wait.ts';
import { render } from '~/cli/output/index.ts';
import { table } from '~/cli/output/table.ts';
import { bytesText, cell, timeText } from '~/cli/output/text.ts';
import { contract, entriesOf, entryOf, kebab } from '~/contract/index.ts';

const style = { colour: false, nowMs: 1_700_000_000_000 };

describe('tables', () => {
  it('lines columns up, numbers to the right, nothing behind the last word', () => {
    const text = table([{ alias: 'a', lagSeconds: 0.5, zone: 'x' }, { alias: 'longer', lagSeconds: 12, zone: null }], ['alias', 'lagSeconds', 'zone'], style);
    expect(text).toBe('ALIAS       LAG  ZONE\na        0.50 s  x\nlonger  12.00 s  -\n');
  });

  it('shows ages and sizes as people say them', () => {
    expect(timeText(style.nowMs - 12_000, style.nowMs)).toBe('12 s ago');
    expect(timeText(style.nowMs - 120_000, style.nowMs)).toBe('2 min ago');
    expect(timeText(style.nowMs - 86_400_000, style.nowMs)).toMatch(/^2023-11-13 .*(Z|[+-]\d\d:\d\d)$/);
    expect([bytesText(0), bytesText(1536), bytesText(64 * 2 ** 20)]).toEqual(['0 B', '1.5 KiB', '64 MiB']);
    expect(cell('memoryUsedBytes', null, style)).toBe('-');
  });
});

it('shows what is granted as it is given, and users of the database by their names', async () => {
  const rows = [{ user: 'app', password: true, roles: ['reading'], privileges: { 'space:accounts': 'read,write', universe: 'execute' }, functions: [], takeOver: false, problems: [] }, { user: 'web', password: false, roles: [], privileges: {}, functions: ['bank.put'], takeOver: false, problems: [] }];
  expect(await render(entryOf('databaseUser.list'), rows, { format: 'table', style })).toBe('USER  PASSWORD  ROLES    PRIVILEGES                                  FUNCTIONS  PROBLEMS\napp   yes       reading  space:accounts=read,write universe=execute  -          -\nweb   no        -        -                                           bank.put   -\n');
  expect(await render(entryOf('databaseUser.list'), rows, { format: 'name', style })).toBe('app\nweb\n');
});

describe('formats', () => {
  const rows = [{ version: 2, at: 1, author: 'ann', surface: 'cli', reason: null, base: 1 }];

  it('gives JSON that parses to the answer', async () => {
    expect(JSON.parse(await render(entryOf('config.history'), rows, { format: 'json', style }))).toEqual(rows);
  });

  it('gives one name a line', async () => {
    expect(await render(entryOf('config.history'), rows, { format: 'name', style })).toBe('2\n');
  });

  it('gives YAML', async () => {
    expect(await render(entryOf('config.history'), rows, { format: 'yaml', style })).toContain('author: ann');
  });
});

describe('exit codes', () => {
  const outcome = (state: string) => ({ dryRun: false, plan: { refusals: [] }, run: { state }, data: null });

  it.each([
    ['topology.diff', [], 0],
    ['topology.diff', [{}], 1],
    ['cluster.health', { health: 'critical' }, 1],
    ['alert.test', { dryRun: false, plan: { refusals: [] }, run: null, data: { delivered: true } }, 0],
    ['alert.test', { dryRun: false, plan: { refusals: [] }, run: null, data: { delivered: false } }, 1],
    ['alert.test', { dryRun: true, plan: { refusals: [] }, run: null, data: null }, 0],
    ['instance.edit', outcome('done'), 0],
    ['instance.edit', outcome('aborted'), 1],
    ['instance.edit', outcome('partial'), 8],
    ['instance.edit', { dryRun: true, plan: { refusals: [{}] }, run: null, data: null }, 6],
  ])('%s %j -> %i', (name, answer, code) => expect(exitOf(entryOf(name), answer)).toBe(code));
});

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'])('%s knows every noun and verb', (shell) => {
    const script = completion(shell);
    for (const { noun, verb } of entriesOf(contract)) {
      expect(script).toContain(kebab(noun));
      expect(script).toContain(kebab(verb));
    }
  });

  it('refuses another shell', () => expect(() => completion('tcsh')).toThrow(/bash, zsh or fish/));
});

describe('issues', () => {
  it('are told whole, with who has seen them and the command that repairs them', async () => {
    const issue = {
      id: 'unreachable:u-1', code: 'unreachable', severity: 'critical', object: { kind: 'instance', id: 'u-1', name: 's2-2' }, since: style.nowMs - 12_000,
      sentence: `s2-2 has not answered: ${'its host is down, or '.repeat(8)}.`, wayOut: 'Check the host.',
      repair: { operation: 'instance.disable', label: 'Disable s2-2', input: { instance: 'u-1' } },
      acknowledged: { by: 'ann', at: 1, until: null, reason: 'on my way' },
    };
    expect(await render(entryOf('cluster.issues'), [issue], { format: 'table', style })).toBe(
      ['critical  s2-2  unreachable  12 s ago', `          ${issue.sentence}`, '          Acknowledged by ann (on my way).', '          Check the host.', '          Disable s2-2: coterie instance disable s2-2', ''].join('\n'),
    );
  });
});
