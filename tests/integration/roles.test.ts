import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentStatus } from '~/contract/shapes/status.ts';
import { roleRows } from '~/core/issues/role-rows.ts';
import type { Context } from '~/core/issues/row.ts';
import { bundleFor } from '~/core/roles/bundle.ts';
import { bundleText } from '~/core/roles/bundle-text.ts';
import type { InstanceFacts } from '~/core/view/facts.ts';
import { connectionDefaults, openConnection, parseAddress, systemClock, type Connection } from '~/iproto/index.ts';
import { Agents, Driver, lua, statusOf, tarantoolPid, untilReady, untilStatus, untilWritable, type TestAgent } from '../support/agents.ts';
import { waitFor } from '../support/wait.ts';
import { indexesOfRoles } from './roles-indexes.ts';

/** What `role-failed` says of an instance that is as it says itself. */
function issueOf(status: AgentStatus): string | undefined {
  const [row] = roleRows;
  const { alias, state } = status;
  return row?.find({ alias, state, status, contact: 'fresh', config: { disabled: false }, report: { clockOffsetMs: 0 } } as InstanceFacts, { facts: { now: Date.now() } } as Context)?.sentence;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A field that comes later, and cannot go again. */
const later = { fields: '      - {name: email, type: string, is_nullable: true}\n' };

/** Custom roles on 2 x 2 instances: code, spaces and rights that come with the configuration, and what happens where they are wrong. */

const roleYml = ({ fields = '', indexes = '', functions = '' } = {}) => `
dependencies: [storage]
sections: [bank/limits.yml]
spaces:
  accounts:
    format:
      - {name: id, type: unsigned}
      - {name: bucket_id, type: unsigned}
      - {name: owner, type: string}
${fields}    indexes:
      - {name: id, parts: [{path: id, type: unsigned}]}
      - {name: bucket_id, unique: false, parts: [{path: bucket_id, type: unsigned}]}
${indexes}    sharding_key: [bucket_id]
functions:
  bank.put:
    access: [app]
    body: |
      function(id, owner)
        return box.space.accounts:replace{id, 1, owner}
      end
  bank.rate:
    access: [app]
    mode: read
  bank.cheat:
    access: [app]
    mode: read
    body: |
      function()
        box.space.accounts:replace{1, 1, 'nobody'}
      end
  bank.slow:
    access: [app]
    timeout: 0.2
    body: |
      function()
        require('fiber').sleep(20)
      end
  bank.hidden:
    body: |
      function() return 'hidden' end
${functions}`;

const initLua = `
local bank = {told = {}}
function bank.validate_config(conf)
  if conf['bank/limits.yml'].max > 1000 then
    error('max is more than a bank can bear')
  end
  return true
end
function bank.init(options)
  bank.begun = true
end
function bank.apply_config(conf, options)
  bank.max = conf['bank/limits.yml'].max
  bank.master = options.is_master
  table.insert(bank.told, options.is_master)
end
function bank.stop()
  rawset(_G, 'bank_stopped', true)
end
return bank
`;

describe('custom roles', () => {
  const agents = new Agents();
  const driver = new Driver();
  let [a, b, c, d]: TestAgent[] = [];
  let first: string;
  const connections: Connection[] = [];

  const write = (files: Record<string, string | null>) => {
    for (const [name, text] of Object.entries(files)) {
      if (text === null) delete driver.config.sections[name];
      else driver.config.sections[name] = text;
    }
  };
  const apply = async (files: Record<string, string | null> = {}) => {
    write(files);
    for (const { applied, message } of await driver.apply(agents.all, 15_000, { ttlMs: 60_000, answerMs: 20_000 })) expect({ applied, message }).toEqual({ applied: true, message: null });
  };
  /** What each says that it has not brought into force; the rest is. */
  const applyFailing = async (files: Record<string, string | null> = {}) => {
    write(files);
    const answers = await driver.apply(agents.all, 15_000, { ttlMs: 60_000, answerMs: 20_000 });
    expect(answers.map(({ applied }) => applied)).toEqual(agents.all.map(() => true));
    return answers.map(({ message }) => message);
  };
  /** What the first that refuses says; nothing is changed then. */
  const refusal = async (files: Record<string, string | null>) => {
    const before = { ...driver.config.sections };
    write(files);
    const { runId, answers } = await driver.prepare(agents.all);
    await Promise.all(agents.all.map(({ client }) => client.abort({ runId }, { timeoutMs: 5000 })));
    driver.config.sections = before;
    return answers;
  };
  const as = async (agent: TestAgent, user: string) => {
    const connection = await openConnection({ clock: systemClock }, { ...connectionDefaults, address: parseAddress(agent.listen), credentials: { user, password: 'secret' }, connectTimeoutMs: 5000 });
    connections.push(connection);
    return connection;
  };
  const value = async (agent: TestAgent, code: string) => (await lua(agent, `return ${code}`))[0] ?? null;
  const untilFailed = (agent: TestAgent, role: string, phase: string): Promise<AgentStatus> => untilStatus(agent, `${role} failed in ${phase}`, ({ roles }) => roles?.failed.some((one) => one.role === role && one.phase === phase) === true);

  beforeAll(async () => {
    [a, b, c, d] = (await agents.addMany(['a', 'b', 'c', 'd'])) as [TestAgent, TestAgent, TestAgent, TestAgent];
    first = driver.addReplicaset('rs1', [a!, b!], ['storage']);
    driver.addReplicaset('rs2', [c!, d!], ['storage']);
    await driver.apply(agents.all, 10_000);
    for (const master of [a!, c!]) {
      await untilWritable(master);
      for (const user of ['app', 'other']) await lua(master, `box.schema.user.create('${user}', {password = 'secret'})`);
    }
    for (const set of Object.values(driver.config.replicasets)) set.roles = ['bank', 'storage'];
    await apply({
      'roles/bank/role.yml': roleYml(),
      'roles/bank/init.lua': initLua,
      'roles/bank/rates.lua': 'return {rate = 3}',
      'roles/bank/functions/bank.rate.lua': "local rates = require('bank.rates')\nreturn function() return rates.rate end\n",
      'bank/limits.yml': 'max: 100\n',
    });
  });
  afterAll(async () => {
    for (const connection of connections) connection.close();
    await agents.stopAll();
  });

  it('has its spaces, functions and modules on master and replica', async () => {
    for (const agent of agents.all) {
      await waitFor(async () => (await value(agent, 'box.space.accounts ~= nil and box.space.accounts.index[1] ~= nil')) === true, { timeoutMs: 5000, what: 'the space' });
      expect(await value(agent, "require('bank').max")).toBe(100);
      expect(await value(agent, "require('bank').begun")).toBe(true);
      expect(await value(agent, 'bank.rate()')).toBe(3);
    }
    expect(await value(b!, "box.space._ddl_sharding_key:get('accounts')[2][1]")).toBe('bucket_id');
    expect(await value(a!, "require('bank').master")).toBe(true);
    expect(await value(b!, "require('bank').master")).toBe(false);
    const { roles } = await untilStatus(a!, 'code in force', ({ roles: now }) => now !== undefined && now.applied === now.wanted);
    expect(roles).toMatchObject({ roles: 1, functions: 5, doing: null, failed: [] });
  });

  it('lets a user call what it has access to, and nobody else', async () => {
    const [app, other, replica] = [await as(a!, 'app'), await as(a!, 'other'), await as(b!, 'app')];
    expect(await app.call('bank.rate')).toEqual([3]);
    expect(await replica.call('bank.rate')).toEqual([3]);
    await expect(other.call('bank.rate')).rejects.toThrow(/access.*denied/i);
    await expect(app.call('bank.hidden')).rejects.toThrow(/access.*denied/i);
  });

  it('keeps to the mode of a function, and to its time', async () => {
    await lua(a!, "box.schema.user.grant('app', 'read,write', 'space', 'accounts')");
    const [app, replica] = [await as(a!, 'app'), await as(b!, 'app')];
    expect(await app.call('bank.put', [1, 'Ann'])).toMatchObject([[1, 1, 'Ann']]);
    await expect(replica.call('bank.put', [2, 'Ben'])).rejects.toThrow("function 'bank.put' writes, and this instance is read-only");
    await expect(app.call('bank.cheat')).rejects.toThrow("function 'bank.cheat' is of mode read, and may not write");
    expect(await value(a!, 'box.space.accounts:get(1).owner')).toBe('Ann');
    await expect(app.call('bank.slow')).rejects.toThrow(/OUTCOME_UNKNOWN .*'bank.slow' was broken off: it took longer than 0.2 s/);
    const { functions } = await a!.client.functionStats({}, { timeoutMs: 5000 });
    expect(functions.find(({ name }) => name === 'bank.slow')).toMatchObject({ role: 'bank', calls: 1, errors: 1, lastError: expect.stringContaining('broken off') });
    const put = functions.find(({ name }) => name === 'bank.put');
    expect(put).toMatchObject({ calls: 1, errors: 0, refused: 0 });
    expect(put?.took.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect((await b!.client.functionStats({}, { timeoutMs: 5000 })).functions.find(({ name }) => name === 'bank.put')).toMatchObject({ calls: 0, refused: 1 });
  });

  it('replaces a function everywhere, and what was not changed keeps its state', async () => {
    await lua(a!, "require('bank').told = {'kept'}");
    await apply({ 'roles/bank/functions/bank.rate.lua': "local rates = require('bank.rates')\nreturn function() return rates.rate * 2 end\n" });
    for (const agent of agents.all) expect(await value(agent, 'bank.rate()')).toBe(6);
    expect(await value(a!, "require('bank').told[1]")).toBe('kept');
    expect(await value(a!, 'rawget(_G, "bank_stopped")')).toBe(null);
    // A module that is another one: what requires it is loaded anew, after the old one was told to stop.
    await apply({ 'roles/bank/rates.lua': 'return {rate = 5}', 'roles/bank/init.lua': `local rates = require('bank.rates')\n${initLua}` });
    for (const agent of agents.all) expect(await value(agent, 'bank.rate()')).toBe(10);
    expect(await value(a!, "#require('bank').told")).toBe(1);
    expect(await value(a!, 'rawget(_G, "bank_stopped")')).toBe(true);
  });

  it('refuses what does not compile, what a role refuses and what writes, with instance and place, and changes nothing', async () => {
    const { hash } = bundleFor(driver.config, a!.uuid, { hashOf: sha256 });
    const before = await untilStatus(a!, 'code in force', ({ roles }) => roles?.wanted === hash && roles.applied === hash);
    const answers = await refusal({ 'bank/limits.yml': 'max: 5000' });
    for (const answer of answers) expect(answer).toMatchObject({ ok: false, code: 'refused', message: expect.stringMatching(/roles\/bank\/init.lua:6: role bank refuses its configuration: max is more than a bank can bear/) });
    for (const [name, text, fault] of [
      ['roles/bank/functions/bank.rate.lua', 'return function()\n  return (\nend', { code: 'luaSyntax', line: 3 }],
      ['roles/bank/functions/bank.rate.lua', "local r = nil\nr.x = 1\nreturn function() end", { code: 'function', line: 2 }],
      ['roles/bank/rates.lua', 'leaked = 1\nreturn {}', { code: 'moduleLoad', line: 1, sentence: expect.stringContaining("the global 'leaked' may not be set here") }],
      ['roles/bank/rates.lua', 'box.space.accounts:delete(1)\nreturn {}', { code: 'moduleLoad', line: 1, sentence: expect.stringContaining('may not write') }],
      ['roles/bank/rates.lua', 'while true do end', { code: 'moduleLoad', sentence: expect.stringContaining('held up everything else for 0.5 s') }],
    ] as const) {
      const config = { ...driver.config, sections: { ...driver.config.sections, [name]: text } };
      const { faults } = await a!.client.checkCode({ bundle: bundleText(bundleFor(config, a!.uuid, { hashOf: sha256 })), definitions: {} }, { timeoutMs: 5000 });
      expect(faults.filter(({ severity }) => severity === 'error'), text).toMatchObject([{ file: name, ...fault, ...(fault.code === 'luaSyntax' ? {} : { instance: 'a' }) }]);
    }
    expect(await value(a!, 'box.space.accounts:get(1).owner')).toBe('Ann');
    expect(await value(a!, 'rawget(_G, "leaked")')).toBe(null);
    expect(await value(a!, 'bank.rate()')).toBe(10);
    expect((await statusOf(a!)).roles).toEqual(before.roles);
  });

  it('adds a field and an index, and refuses what rows would not fit', async () => {
    const more = { ...later, indexes: '      - {name: email, unique: false, parts: [{path: email, type: string, is_nullable: true}]}\n' };
    await apply({ 'roles/bank/role.yml': roleYml(more) });
    for (const agent of agents.all) await waitFor(async () => (await value(agent, 'box.space.accounts.index.email ~= nil and #box.space.accounts:format()')) === 4, { timeoutMs: 5000, what: 'field and index' });
    expect(await value(a!, 'box.space.accounts:get(1).owner')).toBe('Ann');
    const [first] = await refusal({ 'roles/bank/role.yml': roleYml(more).replace('{name: owner, type: string}', '{name: owner, type: unsigned}') });
    expect(first).toMatchObject({ ok: false, code: 'refused', message: expect.stringContaining('field owner is string and cannot become unsigned') });
    await apply({ 'roles/bank/role.yml': roleYml(later) });
    await waitFor(async () => (await value(d!, 'box.space.accounts.index.email == nil')) === true, { timeoutMs: 5000, what: 'no such index' });
  });

  indexesOfRoles({
    master: () => a!, replica: () => b!, apply, applyFailing, value, untilFailed,
    definition: (more) => roleYml({ ...later, ...more }),
  });

  it('gives and takes rights as the definition says', async () => {
    await lua(a!, "box.schema.user.grant('other', 'execute', 'function', 'bank.hidden')");
    await apply({ 'roles/bank/role.yml': roleYml(later).replace('  bank.rate:\n    access: [app]', '  bank.rate:\n    access: [other]') });
    const [app, other] = [await as(a!, 'app'), await as(a!, 'other')];
    await expect(app.call('bank.rate')).rejects.toThrow(/access.*denied/i);
    expect(await other.call('bank.rate')).toEqual([10]);
    // Given by hand.
    expect(await other.call('bank.hidden')).toEqual(['hidden']);
    const [told] = await applyFailing({ 'roles/bank/role.yml': roleYml(later).replace('access: [app]', 'access: [nobody]') });
    expect(told).toBe("Applied, but role bank failed in rights: function 'bank.put': the database has no user or role 'nobody'");
    const { roles } = await untilFailed(a!, 'bank', 'rights');
    expect(roles?.failed).toMatchObject([{ role: 'bank', phase: 'rights', message: "function 'bank.put': the database has no user or role 'nobody'" }]);
    await apply({ 'roles/bank/role.yml': roleYml(later) });
    await untilStatus(a!, 'no failure', ({ roles: now }) => now?.failed.length === 0);
  });

  it('names a role that throws, with its stack, and goes on with the others', async () => {
    const bad = (body: string) => ({ 'roles/bad/role.yml': 'functions:\n  bad.fine: {mode: read, body: "function() return 1 end"}\n', 'roles/bad/init.lua': `local role = {}\n${body}\nreturn role` });
    for (const set of Object.values(driver.config.replicasets)) set.roles = ['bad', 'bank', 'storage'];
    for (const phase of ['init', 'apply_config'] as const) {
      for (const told of await applyFailing(bad(`function role.${phase}()\n  error('${phase} is broken')\nend`))) expect(told).toBe(`Applied, but role bad failed in ${phase}: roles/bad/init.lua:3: ${phase} is broken`);
      const { roles } = await untilFailed(b!, 'bad', phase);
      expect(roles?.failed).toMatchObject([{ role: 'bad', phase, message: `roles/bad/init.lua:3: ${phase} is broken`, stack: expect.stringContaining('roles/bad/init.lua:3') }]);
      expect(issueOf(await statusOf(b!))).toContain(`Role bad failed in ${phase} on b: roles/bad/init.lua:3: ${phase} is broken`);
      expect(await value(b!, 'bad.fine()')).toBe(1);
      expect(await value(b!, 'bank.rate()')).toBe(10);
    }
    // What passes the check and not the load: the old code goes on.
    await applyFailing(bad("if box.session.type() ~= 'x' and rawget(_G, 'bank') and debug.traceback():find('load.lua') then error('not here') end\nfunction role.stop() error('stop is broken') end"));
    expect((await untilFailed(b!, 'bad', 'load')).roles?.failed).toMatchObject([{ message: 'roles/bad/init.lua:2: not here' }]);
    await apply(bad("function role.stop() error('stop is broken') end"));
    await untilStatus(b!, 'no failure', ({ roles }) => roles?.failed.length === 0);
    for (const set of Object.values(driver.config.replicasets)) set.roles = ['bank', 'storage'];
    await applyFailing({ 'roles/bad/role.yml': null, 'roles/bad/init.lua': null });
    expect((await untilFailed(b!, 'bad', 'stop')).roles?.failed).toMatchObject([{ message: 'roles/bad/init.lua:2: stop is broken' }]);
    expect(await value(b!, 'rawget(_G, "bad")')).toBe(null);
    expect(await value(b!, 'bank.rate()')).toBe(10);
  });

  it('has its code before clients come after a restart of Tarantool, and keeps it when the agent starts anew', async () => {
    const pid = tarantoolPid(b!);
    process.kill(pid!, 'SIGKILL');
    const replica = await waitFor(async () => (tarantoolPid(b!) === pid ? null : as(b!, 'app')), { timeoutMs: 15_000, what: 'a way in' });
    expect(await replica.call('bank.rate')).toEqual([10]);
    await untilStatus(b!, 'life cycle run', ({ roles }) => roles !== undefined && roles.applied === roles.wanted);
    expect(await value(b!, "require('bank').begun")).toBe(true);
    await lua(b!, "require('bank').told = {'kept'}");
    await agents.end(b!, 'SIGKILL');
    await agents.start(b!);
    await untilReady(b!, driver.version);
    expect(await value(b!, "require('bank').told[1]")).toBe('kept');
  });

  it('tells roles who leads when the master moves', async () => {
    const set = driver.config.replicasets[first]!;
    set.priority = [b!.uuid, a!.uuid];
    await driver.apply(agents.all, 10_000);
    await untilWritable(b!);
    await waitFor(async () => (await value(b!, "require('bank').master")) === true && (await value(a!, "require('bank').master")) === false, { timeoutMs: 5000, what: 'is_master' });
    const app = await as(b!, 'app');
    expect(await app.call('bank.put', [3, 'Cay'])).toMatchObject([[3, 1, 'Cay']]);
  });

  it('checks a role and a function again when what it requires is another one, and not when only others change', async () => {
    const noted = (file: string) => `local file = require('fio').open('${file}', {'O_CREAT', 'O_APPEND', 'O_WRONLY'}, 420) file:write('x') file:close()`;
    const asked = `validate_config = function() ${noted('asked')} return true end`;
    const times = () => value(a!, "require('fio').stat('asked').size");
    const loaded = () => value(a!, "require('fio').stat('loaded').size");
    for (const set of Object.values(driver.config.replicasets)) set.roles = ['bank', 'base', 'storage', 'user'];
    await apply({
      'roles/base/role.yml': 'summary: Rates\n',
      'roles/base/init.lua': 'return {rate = 2}',
      'roles/user/role.yml': 'dependencies: [base]\nfunctions: {user.rate: {mode: read}, user.same: {mode: read}}\n',
      'roles/user/init.lua': `return {${asked}}`,
      'roles/user/functions/user.rate.lua': "local base = require('base')\nlocal double = base.rate * 2\nreturn function() return double end\n",
      'roles/user/functions/user.same.lua': `${noted('loaded')}\nreturn function() return 1 end\n`,
    });
    // Once to be checked, once to run.
    expect(await loaded()).toBe(2);
    await apply({ 'roles/user/functions/user.rate.lua': "local base = require('base')\nreturn function() return base.rate * 2 end\n" });
    expect([await value(a!, 'user.rate()'), await times(), await loaded()]).toEqual([4, 2, 2]);
    await apply({ 'roles/user/functions/user.rate.lua': "local base = require('base')\nlocal double = base.rate * 2\nreturn function() return double end\n" });
    expect([await value(a!, 'user.rate()'), await times(), await loaded()]).toEqual([4, 3, 2]);
    await apply({ 'roles/bank/rates.lua': 'return {rate = 6}' });
    expect([await value(a!, 'bank.rate()'), await times(), await loaded()]).toEqual([12, 3, 2]);
    for (const answer of await refusal({ 'roles/base/init.lua': 'return {}' })) {
      expect(answer).toMatchObject({ ok: false, code: 'refused', message: expect.stringMatching(/roles\/user\/functions\/user.rate.lua:2: attempt to perform arithmetic/) });
    }
    await apply({ 'roles/base/init.lua': 'return {rate = 3}' });
    expect([await value(a!, 'user.rate()'), await loaded()]).toEqual([6, 5]);
    // What goes in the same change can still be had while the rest is tried, and not after the next start.
    for (const set of Object.values(driver.config.replicasets)) set.roles = ['bank', 'storage', 'user'];
    for (const answer of await refusal({ 'roles/user/role.yml': 'functions: {user.rate: {mode: read}, user.same: {mode: read}}\n' })) {
      expect(answer).toMatchObject({ ok: false, code: 'refused', message: expect.stringMatching(/roles\/user\/functions\/user.rate.lua:1: .*module 'base' is not there any more: role base had it/) });
    }
    for (const set of Object.values(driver.config.replicasets)) set.roles = ['bank', 'storage'];
    const files = ['roles/base/role.yml', 'roles/base/init.lua', 'roles/user/role.yml', 'roles/user/init.lua', 'roles/user/functions/user.rate.lua', 'roles/user/functions/user.same.lua'];
    await apply({ ...Object.fromEntries(files.map((file) => [file, null])), 'roles/bank/rates.lua': 'return {rate = 5}' });
  });

  it('applies 100 roles with 1000 functions', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `r${index}`);
    const files = Object.fromEntries(names.flatMap((name) => [
      [`roles/${name}/role.yml`, `functions:\n${Array.from({ length: 10 }, (_, index) => `  ${name}.f${index}:\n    access: [app]\n    mode: read\n    body: |\n      function(a)\n        return require('${name}').base + a + ${index}\n      end\n`).join('')}`],
      [`roles/${name}/init.lua`, `return {base = 1000, apply_config = function() end}`],
    ]));
    // A replicaset has 64 roles at most.
    const [one, two] = Object.values(driver.config.replicasets);
    one!.roles = ['bank', 'storage', ...names.slice(0, 50)].toSorted();
    two!.roles = ['bank', 'storage', ...names.slice(50)].toSorted();
    write(files);
    const began = performance.now();
    await apply();
    console.log(`100 roles with 1000 functions on 4 instances: ${(performance.now() - began).toFixed(0)} ms`);
    expect(await value(a!, 'r49.f9(1)')).toBe(1010);
    expect(await value(d!, 'r99.f9(1)')).toBe(1010);
    await untilStatus(d!, '505 functions', ({ roles }) => roles?.functions === 505 && roles.failed.length === 0);
    const app = await as(c!, 'app');
    expect(await app.call('r60.f1', [1])).toEqual([1002]);
    write(Object.fromEntries(Object.keys(files).map((name) => [name, null])));
    for (const set of Object.values(driver.config.replicasets)) set.roles = ['bank', 'storage'];
    await apply();
    expect(await value(d!, 'rawget(_G, "r99")')).toBe(null);
  });

  it('takes its functions along when a role goes, and leaves the data', async () => {
    for (const set of Object.values(driver.config.replicasets)) set.roles = ['storage'];
    await apply();
    for (const agent of [a!, b!]) expect(await value(agent, 'rawget(_G, "bank")')).toBe(null);
    const app = await as(b!, 'app');
    await expect(app.call('bank.rate')).rejects.toThrow(/not defined|denied|does not exist/i);
    expect(await value(b!, 'box.space.accounts:get(3).owner')).toBe('Cay');
    expect(await value(b!, "box.space._func.index.name:get('bank.rate')")).toBe(null);
    await untilStatus(b!, 'no roles', ({ roles }) => roles === undefined);
    expect(readFileSync(join(b!.dataDir, 'roles', 'bundle'), 'utf8')).toContain('"count":0');
  });
});
