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

const pointsOf = (distance: string) => `  points:
    format: [{name: id, type: unsigned}, {name: place, type: array}, {name: tags, type: unsigned}, {name: body, type: map}]
    indexes:
      - {name: id, type: HASH, parts: [{path: id, type: unsigned}]}
      - {name: place, type: RTREE, unique: false, distance: ${distance}, parts: [{path: place, type: array}]}
      - {name: tags, type: BITSET, unique: false, parts: [{path: tags, type: unsigned}]}
      - {name: city, unique: false, parts: [{path: body.city, type: string, is_nullable: true}]}
  cold:
    engine: vinyl
    format: [{name: id, type: unsigned}, {name: name, type: string}]
    indexes: [{name: id, parts: [{path: id, type: unsigned}]}, {name: name, parts: [{path: name, type: string, collation: unicode_ci}]}]
`;

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

  it('makes indexes of every kind, leaves them alone while they are as wanted, and changes one where it stands', async () => {
    const role = (distance: string) => definition({ indexes: '', functions: '' }).replace('spaces:\n', `spaces:\n${pointsOf(distance)}`);
    await apply({ [yml]: role('euclid') });
    await lua(master(), "box.space.points:replace{1, {10, 20}, 5, {city = 'Rome'}} box.space.points:replace{2, {90, 90}, 2, {region = 'Lazio'}} box.space.cold:replace{1, 'Ann'}");
    const asked = "local p = box.space.points return {#p.index.place:select({11, 21}, {iterator = 'neighbor', limit = 1}), p.index.place:select({11, 21}, {iterator = 'neighbor'})[1].id, #p.index.tags:select(4, {iterator = 'BITS_ALL_SET'}), p.index.city:select('Rome')[1].id, box.space.cold.index.name:get('ANN').id, p.index.id.type}";
    const answered = (agent: TestAgent) => value(agent, `(function() ${asked} end)()`).catch(String);
    for (const agent of [master(), replica()]) await waitFor(async () => JSON.stringify(await answered(agent)) === '[1,1,1,1,1,"HASH"]' || Promise.reject(new Error(JSON.stringify(await answered(agent)))), { ...limit, what: `the rows by every index on ${agent.name}` });
    const version = await value(master(), 'box.internal.schema_version()');
    await apply({ 'bank/limits.yml': 'max: 102\n' });
    expect(await value(master(), 'box.internal.schema_version()'), 'what is as wanted stays').toBe(version);
    await apply({ [yml]: role('manhattan') });
    expect(await value(master(), "box.space._index:get{box.space.points.id, box.space.points.index.place.id}[5].distance")).toBe('manhattan');
    expect(await answered(master())).toEqual([1, 1, 1, 1, 1, 'HASH']);
    await untilStatus(master(), 'no failure', (status) => status.roles?.failed.length === 0, limit.timeoutMs);
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
