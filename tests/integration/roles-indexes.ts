import { expect, it } from 'vitest';
import type { AgentStatus } from '~/contract/shapes/status.ts';
import { lua, untilStatus, type TestAgent } from '../support/agents.ts';
import { waitFor } from '../support/wait.ts';

/** Indexes of roles that Tarantool may refuse to build, or builds by a function: on the cluster of roles.test.ts. */
type Cluster = {
  readonly master: () => TestAgent;
  readonly replica: () => TestAgent;
  readonly apply: (files: Record<string, string | null>) => Promise<void>;
  /** What each has not brought into force, the master first. */
  readonly applyFailing: (files: Record<string, string | null>) => Promise<(string | null)[]>;
  readonly value: (agent: TestAgent, code: string) => Promise<unknown>;
  readonly untilFailed: (agent: TestAgent, role: string, phase: string) => Promise<AgentStatus>;
  /** The role's definition with these indexes and functions. */
  readonly definition: (more: { readonly indexes: string; readonly functions: string }) => string;
};

const byOwner = '      - {name: owner, parts: [{path: owner, type: string}]}\n';
const byLower = '      - {name: lower, unique: false, func: bank.lower, parts: [{path: "1", type: string}]}\n';
const named = '  bank.lower: {mode: read}\n';
const yml = 'roles/bank/role.yml';
const lower = 'roles/bank/functions/bank.lower.lua';
const limit = { timeoutMs: 30_000 };

export function indexesOfRoles({ master, replica, apply, applyFailing, value, untilFailed, definition }: Cluster): void {
  const found = (agent: TestAgent, key: string) => value(agent, `box.space.accounts.index.lower ~= nil and #box.space.accounts.index.lower:select{'${key}'}`);

  it('says which role has rows that a unique index cannot have, makes the rest, and makes that too once they are gone', async () => {
    await lua(master(), "box.space.accounts:replace{501, 1, 'twin'} box.space.accounts:replace{502, 1, 'twin'}");
    const more = '  late:\n    format: [{name: id, type: unsigned}]\n    indexes: [{name: id, parts: [{path: id, type: unsigned}]}]\n';
    const whole = definition({ indexes: byOwner, functions: '  bank.late: {mode: read, body: "function() return box.space.late:len() end"}\n' });
    const [told] = await applyFailing({ [yml]: whole.replace('functions:\n', `${more}functions:\n`) });
    expect(told).toMatch(/^Applied, but role bank failed in schema: space accounts gets index owner/);
    const { roles } = await untilFailed(master(), 'bank', 'schema');
    expect(roles?.failed).toMatchObject([{ role: 'bank', phase: 'schema', message: expect.stringMatching(/space accounts gets index owner.*Duplicate key/i) }]);
    // Another space of the role, and its code, are there.
    await waitFor(async () => (await value(replica(), 'box.space.late ~= nil and bank.late()')) === 0, { ...limit, what: 'the space and the function on the replica' });
    await lua(master(), 'box.space.accounts:delete(502)');
    await untilStatus(master(), 'no failure', (status) => status.roles?.failed.length === 0, limit.timeoutMs);
    expect(await value(master(), "box.space.accounts.index.owner:get('twin').id")).toBe(501);
    await lua(master(), 'box.space.accounts:delete(501)');
  });

  it('finds rows by what a function makes of them, and makes the index anew with the function', async () => {
    const role = definition({ indexes: byLower, functions: named });
    await lua(master(), "box.space.accounts:replace{601, 1, 'Zoe'}");
    await apply({ [yml]: role, [lower]: '-- of the owner\nlocal at = 3\nreturn function(row)\n  return {row[at]:lower()}\nend\n' });
    for (const agent of [master(), replica()]) await waitFor(async () => (await found(agent, 'zoe')) === 1, { ...limit, what: `the row by its key on ${agent.name}` });
    const built = await value(master(), 'box.space.accounts.index.lower.func.fid');
    await apply({ 'bank/limits.yml': 'max: 101\n' });
    expect(await value(master(), 'box.space.accounts.index.lower.func.fid'), 'what is as wanted stays').toBe(built);
    await apply({ [lower]: 'return function(row)\n  return {row[3]:upper()}\nend\n' });
    for (const agent of [master(), replica()]) await waitFor(async () => (await found(agent, 'ZOE')) === 1, { ...limit, what: `the row by its new key on ${agent.name}` });
    expect(await found(master(), 'zoe')).toBe(0);
    await untilStatus(master(), 'no failure', (status) => status.roles?.failed.length === 0, limit.timeoutMs);
    // It makes no keys any more: what clients call is the code of the role again.
    await apply({ [yml]: definition({ indexes: '', functions: named }), [lower]: "return function() return 'plain' end\n" });
    await waitFor(async () => (await value(master(), "box.space._func.index.name:get('bank.lower').body")) === '', { ...limit, what: 'a function without a text of its own' });
    expect(await value(master(), "box.space.accounts.index.lower == nil and bank.lower()")).toBe('plain');
    await lua(master(), 'box.space.accounts:delete(601)');
    await apply({ [yml]: definition({ indexes: '', functions: '' }), [lower]: null });
  });
}
