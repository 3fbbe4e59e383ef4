import { describe, expect, it } from 'vitest';
import { elsewhere } from '~/cli/elsewhere.ts';
import type { Shell } from '~/cli/operation.ts';
import { programOf } from '~/cli/program.ts';
import { contract, entriesOf } from '~/contract/index.ts';

const entries = entriesOf(contract);

describe('a word that is no command', () => {
  it.each<[string, string | null, string]>([
    ['list', 'issue', '`coterie cluster issues`'],
    ['issues', null, '`coterie cluster issues`'],
    ['instances', null, '`coterie instance list`'],
    ['logs', null, '`coterie instance logs`'],
    ['promote', 'instance', '`coterie failover promote`'],
    ['spaces', null, '`coterie instance spaces` or `coterie data spaces`'],
  ])('%s behind %s leads to where it is', (word, noun, commands) => expect(elsewhere(entries, word, noun)).toBe(`That is ${commands}.\n`));

  it.each<[string, string | null]>([['bogus', null], ['bogus', 'issue'], ['list', null], ['get', null], ['list', 'gossip']])('%s behind %s leads nowhere', (word, noun) => expect(elsewhere(entries, word, noun)).toBe(''));

  it.each([
    [['issue', 'list'], "error: unknown command 'list'\nThat is `coterie cluster issues`.\n(see --help)\n"],
    [['isues'], "error: unknown command 'isues'\n(Did you mean issue?)\n(see --help)\n"],
  ])('is told of %j', async (words, said) => {
    let written = '';
    const program = programOf({ env: {}, terminal: { say: (text: string) => void (written += text) } } as unknown as Shell, { wanted: words[0], version: '0' });
    await expect(program.command.parseAsync(['node', 'coterie', ...words])).rejects.toThrow('unknown command');
    expect(written).toBe(said);
  });
});
