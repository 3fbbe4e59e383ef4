import { randomUUID } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MigrationRow, MigrationRun } from '~/contract/shapes/migration.ts';
import type { Plan } from '~/contract/shapes/plan.ts';
import { agentClient } from '~/link/client.ts';
import { keysOf } from '~/link/keys.ts';
import { TokenSigner } from '~/link/token.ts';
import { AppointedCluster } from '../support/appointed-cluster.ts';
import { clusterSecret } from '../support/process-cluster.ts';
import { waitFor } from '../support/wait.ts';

/** Migrations on a replicaset of two under leases and one alone, ordered over REST; each step leaves a row in `trail`, so that what ran twice is seen. */

const cluster = new AppointedCluster();
const document = 'name: test\nfailover:\n  mode: stateful\n  leaseMs: 6000\nreplicasets:\n  state:\n    roles: [stateboard]\n    instances:\n      p: {}\n  control:\n    roles: [failover-coordinator]\n    instances:\n      k: {}\n  s1:\n    roles: [storage, bank]\n    instances:\n      a: {}\n      b: {}\n  s2:\n    roles: [storage, bank]\n    instances:\n      c: {}\n';
const trail = 'spaces:\n  trail:\n    format: [{name: id, type: unsigned}, {name: what, type: string}]\n    indexes: [{name: id, parts: [{path: id, type: unsigned}]}]\n';
const leave = (what: string) => `box.space.trail:insert{(box.space.trail.index[0]:max() or {0})[1] + 1, '${what}'}`;
const step = (what: string, more = '') => `return function(step)\n  ${leave(what)}\n  ${more}\nend\n`;
/** Until a test lets it go on, by a global. */
const held = (what: string) => step(what, "while not rawget(_G, 'go') do step.progress('it waits') require('fiber').sleep(0.005) end");

type Answer = { plan: Plan; data: MigrationRun | null };
const file = (name: string, role = 'bank') => `roles/${role}/migrations/${name}.lua`;
const limit = { timeoutMs: 30_000 };

/** Until the masters have what was applied. */
const inForce = () =>
  waitFor(
    async () => {
      const { body } = await cluster.post('/migration/resume', { dryRun: true });
      return body.plan.refusals.every(({ code }: { code: string }) => !['behind', 'unheard', 'noMaster'].includes(code)) ? true : Promise.reject(new Error(JSON.stringify(body.plan.refusals)));
    },
    { ...limit, what: 'the code in force' },
  );
const push = async (files: Record<string, string | null>) => {
  await cluster.ok('/code/push', { files });
  await inForce();
};
const order = async (verb: 'run' | 'resume', input: object = {}): Promise<Answer> => {
  await inForce();
  return cluster.ok(`/migration/${verb}`, input);
};
const refused = async (path: string, input: object = {}): Promise<string> => {
  const { status, body } = await cluster.post(path, input);
  expect([status, body.detail]).toEqual([422, expect.any(String)]);
  return body.detail;
};
const list = async (replicaset = 's1'): Promise<MigrationRow[]> => (await cluster.get(`/migration?replicaset=${replicaset}`)).body;
const states = async (replicaset = 's1') => Object.fromEntries((await list(replicaset)).map(({ role, step: name, state }) => [`${role}/${name}`, state]));
const row = async (name: string, replicaset = 's1') => (await list(replicaset)).find((one) => one.step === name);
const until = (name: string, state: MigrationRow['state'], replicaset = 's1') =>
  waitFor(async () => { const found = await row(name, replicaset); return found?.state === state ? found : Promise.reject(new Error(JSON.stringify(found))); }, { ...limit, what: `${name} to be ${state}` });
const left = async (alias: string, what?: string): Promise<string[]> => ((await cluster.lua(alias, "local r = {} for _, t in box.space.trail:pairs() do table.insert(r, t[2]) end return table.concat(r, ' ')"))[0] as string).split(' ').filter((one) => one !== '' && (what === undefined || one === what));
/** As a statement: rawset's value is all that there is, which takes a second to be sent and audited. */
const letGo = (...aliases: string[]) => Promise.all(aliases.map((alias) => cluster.lua(alias, "do rawset(_G, 'go', true) end")));
const hold = (...aliases: string[]) => Promise.all(aliases.map((alias) => cluster.lua(alias, "do rawset(_G, 'go', nil) end")));
const noTriggers = () => cluster.lua('c', 'do local space = box.space._coterie_migrations for _, trigger in ipairs(space:before_replace()) do space:before_replace(nil, trigger) end end');
const master = async () => waitFor(() => cluster.master(), { ...limit, what: 'a master' });
const other = (alias: string) => (alias === 'a' ? 'b' : 'a');
const agent = async (alias: string) => agentClient({ uuid: (await cluster.instance(alias)).uuid, alias, http: cluster.agent(alias).http }, new TokenSigner(keysOf(clusterSecret, 'test').token, { name: 'test' }));
const issue = (code: string, replicaset: string, says: RegExp) => waitFor(async () => (await cluster.issues()).some((one) => one.code === code && says.test(one.sentence)) || Promise.reject(new Error(JSON.stringify(await cluster.issues()))), { ...limit, what: `${code} of ${replicaset}` });
const cli = (...words: string[]) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [resolve('bin/coterie.mjs'), ...words], { encoding: 'utf8', env: { ...process.env, COTERIE_SERVER: cluster.servers[0]!.url, COTERIE_TOKEN: cluster.token, NO_COLOR: '1' } });
  return { stdout, stderr, status };
};

beforeAll(async () => {
  await cluster.server();
  await cluster.claim();
  await cluster.ignoreCrashes();
  await cluster.add('p', 'k', 'a', 'b', 'c');
  await cluster.heard(['p', 'k', 'a', 'b', 'c']);
  const files = { 'roles/money/role.yml': 'dependencies: [storage]\n', 'roles/bank/role.yml': `dependencies: [money]\n${trail}`, 'roles/bank/init.lua': 'return {fee = 7}', [file('0001-first', 'money')]: step('money-1') };
  await cluster.ok('/config/upload', { sections: { ...files, [file('0010-ten')]: step('ten'), [file('0002-two')]: `local bank = require('bank')\nreturn {up = function()\n  ${leave('two')}\n  assert(bank.fee == 7)\nend, timeout = 5}`, [file('0001-one')]: step('one'), [file('0001-one.down')]: step('one-back') } });
  await cluster.ok('/topology/apply', { document });
  await cluster.allReady();
  await inForce();
}, 120_000);
afterAll(() => cluster.stop(), 60_000);

describe('migrations', () => {
  it('say in a dry run what would run where, and run nothing', async () => {
    const { plan, data } = await order('run', { dryRun: true });
    expect(plan.steps.map(({ sentence }) => sentence.replace(/ on [ab], /, ' on the one, ').replace('on c, the master of', 'on the one, the master of'))).toEqual(['s1', 's2'].flatMap((set) => ['money/0001-first', 'bank/0001-one', 'bank/0002-two', 'bank/0010-ten'].map((name) => `${name} runs on the one, the master of ${set}.`)));
    expect([plan.refusals, plan.warnings, data]).toEqual([[], [expect.stringContaining('what they do to rows is not checked')], null]);
    expect(await left(await master())).toEqual([]);
    await issue('migrations-pending', 's1', /^Migrations of s1: 4 steps have not run on its master, .+\.$/);
    expect(await states()).toEqual({ 'money/0001-first': 'pending', 'bank/0001-one': 'pending', 'bank/0002-two': 'pending', 'bank/0010-ten': 'pending' });
  });

  it('run in their order, up to a number, once on each master, and their record is on the replica', async () => {
    const { data } = await order('run', { role: 'bank', to: 1, replicaset: 's1' });
    expect(data).toMatchObject({ replicasets: [{ replicaset: 's1', state: 'done', ran: ['bank/0001-one'] }] });
    const all = await order('run', { parallel: 2 });
    expect(all.data).toMatchObject({ sentence: '7 steps were done on s1 and s2.', replicasets: [{ state: 'done', ran: ['money/0001-first', 'bank/0002-two', 'bank/0010-ten'] }, { replicaset: 's2', ran: { length: 4 } }] });
    const led = await master();
    expect(await left(led)).toEqual(['one', 'money-1', 'two', 'ten']);
    expect(await left('c')).toEqual(['money-1', 'one', 'two', 'ten']);
    await waitFor(async () => (await cluster.lua(other(led), "return box.space._coterie_migrations ~= nil and box.space._coterie_migrations:len()"))[0] === 4, { ...limit, what: 'the record on the replica' });
    expect((await order('run')).data).toMatchObject({ sentence: 'There was nothing to do.', replicasets: [] });
    expect(await row('0010-ten')).toMatchObject({ state: 'done', by: 'admin', ranOn: led, direction: 'up', down: false, finishedAt: expect.any(Number) });
    expect(await left(led)).toHaveLength(4);
  });

  it('do not begin on a replica, nor with another text, nor where the plan is old', async () => {
    const led = await master();
    const { uuid } = await cluster.s1();
    const { steps } = await (await agent(led)).migrations({ replicaset: uuid }, { timeoutMs: 5000 });
    const hash = steps[0]!.hash;
    const ask = async (alias: string, over: object) => (await agent(alias)).migrationsBegin({ replicaset: uuid, attempt: randomUUID(), by: 'x', direction: 'up', steps: [{ role: 'money', name: '0001-first', hash, standing: null, ...over }], timeoutSeconds: 5, dryRun: false }, { timeoutMs: 5000 });
    await expect(ask(other(led), {})).rejects.toThrow(/may not write now/);
    await expect(ask(led, {})).rejects.toThrow('step 0001-first of role money is not as it was when this was planned');
    await expect(ask(led, { hash: 'x' })).rejects.toThrow('has another text here');
    await expect((await agent(led)).migrationMark({ replicaset: uuid, role: 'money', name: '0001-first', hash, standing: null, attempt: randomUUID(), by: 'x', as: 'done' }, { timeoutMs: 5000 })).rejects.toThrow('step 0001-first of role money is not as it was when this was planned');
    expect(await left(led)).toHaveLength(4);
  });

  it('stop at the first error with message and stack, keep to it, and resume', async () => {
    await push({ [file('0011-boom')]: step('boom', "local function deep() error('no such owner') end deep()"), [file('0012-after')]: step('after') });
    const { data } = await order('run');
    expect(data!.replicasets).toMatchObject([
      { replicaset: 's1', state: 'failed', ran: [], sentence: "bank/0011-boom: roles/bank/migrations/0011-boom.lua:3: no such owner", stack: expect.stringContaining("in function 'deep'") },
      { replicaset: 's2', state: 'skipped', ran: [] },
    ]);
    expect(await row('0011-boom')).toMatchObject({ state: 'failed', error: expect.stringContaining('no such owner'), stack: expect.stringContaining('0011-boom.lua:3') });
    await issue('migration-failed', 's1', /^Migration 0011-boom of role bank failed: roles\/bank\/migrations\/0011-boom.lua:3: no such owner \(s1\)\.$/);
    expect([await states('s2'), (await states())['bank/0012-after']]).toEqual([expect.objectContaining({ 'bank/0011-boom': 'pending' }), 'pending']);
    expect(await refused('/migration/run')).toMatch(/bank\/0011-boom failed on s1 .*no such owner.* may have left something.*migration resume/);
    const typed = cli('migration', 'run', '--yes');
    expect([typed.status, typed.stderr]).toEqual([6, expect.stringContaining('may have left something')]);
    await push({ [file('0011-boom')]: step('boom') });
    expect((await order('resume')).data!.replicasets).toMatchObject([{ state: 'done', ran: ['bank/0011-boom', 'bank/0012-after'] }, { state: 'done', ran: ['bank/0011-boom', 'bank/0012-after'] }]);
    expect((await left(await master())).slice(4)).toEqual(['boom', 'boom', 'after']);
    expect((await left('c')).slice(4)).toEqual(['boom', 'after']);
  });

  it('of a transaction leave nothing where it fails or yields, so that they run again without being asked', async () => {
    const whole = (more: string) => `return {transaction = true, up = function()\n  ${leave('whole')}\n  ${more}\nend}`;
    for (const [more, message] of [["error('not now')", 'not now'], ["require('fiber').sleep(0)", /yield/], ['box.commit()', /ended before its end/]] as const) {
      await push({ [file('0013-whole')]: whole(more) });
      const { data } = await order('run', { replicaset: 's2' });
      expect(data!.replicasets).toMatchObject([{ state: 'failed', sentence: message instanceof RegExp ? expect.stringMatching(message) : expect.stringContaining(message) }]);
      expect(await row('0013-whole', 's2')).toMatchObject({ state: 'failed', sentence: expect.stringContaining('Nothing of it stays.') });
      if (more !== 'box.commit()') expect(await left('c', 'whole')).toEqual([]);
      else await cluster.lua('c', 'box.space.trail:delete{box.space.trail.index[0]:max()[1]}');
    }
    // That it is done is part of the transaction: where that cannot be written nothing of the step is.
    await cluster.lua('c', "do box.space._coterie_migrations:before_replace(function(_, new) if new ~= nil and new[3] == 'done' then error('no room for the record') end return new end) end");
    await push({ [file('0013-whole')]: whole('') });
    expect((await order('run', { replicaset: 's2' })).data!.replicasets).toMatchObject([{ state: 'failed', sentence: expect.stringContaining('no room for the record') }]);
    expect(await left('c', 'whole')).toEqual([]);
    await noTriggers();
    // Broken off while it is committed, which is done all the same: what was written decides. The other fiber has its turn when the log is waited for.
    await push({ [file('0013-whole')]: whole("require('fiber').new(require('migrations.run').abort, {by = 'who came late'})") });
    expect((await order('run')).data!.replicasets.map(({ state }) => state)).toEqual(['done', 'done']);
    expect([await left('c', 'whole'), await left(await master(), 'whole')]).toEqual([['whole'], ['whole']]);
  });

  it('run one at a time on a master, and are broken off when somebody aborts or the time is up', async () => {
    await push({ [file('0014-held')]: held('held') });
    const first = order('run', { replicaset: 's2' });
    const running = await until('0014-held', 'running', 's2');
    expect(running.sentence).toBe('It runs: it waits.');
    expect(await refused('/migration/run', { replicaset: 's2' })).toMatch(/^admin runs migrations on s2 since \d\d:\d\d:\d\d UTC: bank\/0014-held\. .*migration abort s2/);
    const { uuid } = (await cluster.get('/replicaset/s2')).body;
    await expect((await agent('c')).migrationMark({ replicaset: uuid, role: 'bank', name: '0014-held', hash: 'x', standing: null, attempt: 'x', by: 'x', as: 'done' }, { timeoutMs: 5000 })).rejects.toThrow(/admin runs step 0014-held of role bank here since/);
    // Two servers may have planned before either began: then the instance says no.
    const second = { attempt: randomUUID(), by: 'another', direction: 'up' as const, steps: [{ role: 'money', name: '0001-first', hash: 'x', standing: null }], timeoutSeconds: 5 };
    for (const dryRun of [true, false]) await expect((await agent('c')).migrationsBegin({ replicaset: uuid, ...second, dryRun }, { timeoutMs: 5000 })).rejects.toThrow(/admin runs step 0014-held of role bank here since/);
    // Asked again by whoever has not heard the answer, the run that is under way is the one that was asked for.
    const { run } = await (await agent('c')).migrations({ replicaset: uuid }, { timeoutMs: 5000 });
    expect(await (await agent('c')).migrationsBegin({ replicaset: uuid, ...second, attempt: run!.attempt, dryRun: false }, { timeoutMs: 5000 })).toEqual({});
    expect((await cluster.ok('/migration/s2/abort', {})).data).toEqual({ aborted: true, sentence: 'The step on s2 is broken off.' });
    expect((await first).data!.replicasets).toMatchObject([{ state: 'failed', sentence: 'bank/0014-held: aborted by admin' }]);
    expect((await cluster.ok('/migration/s2/abort', {})).data.aborted).toBe(false);
    // One that catches everything, and goes on: it may not write any more, and ends.
    await push({ [file('0014-held')]: `return {timeout = 0.3, up = function()\n  while true do pcall(require('fiber').sleep, 0.005) pcall(function() ${leave('stubborn')} end) end\nend}` });
    expect((await order('resume', { replicaset: 's2' })).data!.replicasets).toMatchObject([{ state: 'failed', sentence: expect.stringContaining('it was not done within 0.3 s') }]);
    const count = (await left('c', 'stubborn')).length;
    await push({ [file('0014-held')]: held('held') });
    expect(await left('c', 'stubborn')).toHaveLength(count);
    await letGo('c');
    // Whoever was no master in between says nothing of how the step ended: another one may have.
    await cluster.lua('c', "do box.space._coterie_migrations:before_replace(function(_, new) if new ~= nil and new[3] == 'running' then require('leadership').freezes = require('leadership').freezes + 1 end return new end) end");
    expect((await order('resume', { replicaset: 's2' })).data!.replicasets).toMatchObject([{ state: 'failed', sentence: 'bank/0014-held: this instance stopped being the master' }]);
    expect(await row('0014-held', 's2')).toMatchObject({ state: 'interrupted' });
    await noTriggers();
    expect((await order('resume', { replicaset: 's2' })).data!.replicasets).toMatchObject([{ state: 'done' }]);
  });

  it('are interrupted when Tarantool is killed in a step, leave no lock, and go on only when asked', async () => {
    const led = await master();
    const before = await left(led, 'held');
    const broken = order('run', { replicaset: 's1' });
    await until('0014-held', 'running');
    await waitFor(async () => (await left(other(led), 'held')).length === before.length + 1, { ...limit, what: 'the row of the step on the replica' });
    process.kill(await cluster.pid(led), 'SIGKILL');
    expect((await broken).data!.replicasets).toMatchObject([{ state: expect.stringMatching(/failed|unknown/), ran: [] }]);
    await inForce();
    await until('0014-held', 'interrupted');
    expect(await refused('/migration/run')).toMatch(/bank\/0014-held was interrupted on s1, and may have left something/);
    const now = await master();
    expect(await left(now, 'held')).toHaveLength(before.length + 1);
    await letGo('a', 'b');
    expect((await order('resume')).data!.replicasets).toMatchObject([{ replicaset: 's1', state: 'done', ran: ['bank/0014-held'] }]);
    expect(await left(await master(), 'held')).toHaveLength(before.length + 2);
  });

  it('are broken off when the master is switched, and go on behind what is done on the new one', async () => {
    await cluster.settled();
    await hold('a', 'b');
    await push({ [file('0015-more')]: step('more'), [file('0016-held')]: `return function()\n  while not rawget(_G, 'go') do pcall(require('fiber').sleep, 0.005) end\n  ${leave('late')}\nend` });
    const led = await master();
    const broken = order('run', { replicaset: 's1' });
    await until('0016-held', 'running');
    // Who can wait is asked to: the page, the command and an evacuation say which step it is.
    const why = new RegExp(`^Step 0016-held of role bank runs on ${led}, the master of s1, since \\d\\d:\\d\\d:\\d\\d UTC, and would be broken off in the middle\\.`);
    await waitFor(async () => why.test((await cluster.get('/failover/s1/preview')).body.migration ?? ''), { ...limit, what: 'the preview to name the step' });
    expect(await refused('/failover/s1/switch', { to: other(led) })).toMatch(/Step 0016-held .* in the middle\. Wait for it .*or break it off first: `coterie migration abort s1`\./);
    expect(await refused(`/failover/${other(led)}/promote`)).toMatch(/in the middle/);
    expect((await cluster.ok(`/instance/${led}/restart`, { dryRun: true })).plan.warnings).toContainEqual(expect.stringMatching(/^Step 0016-held .* It stands as interrupted then/));
    expect((await cluster.ok('/failover/evacuate', { instance: led })).data.moves).toMatchObject([{ state: 'refused', sentence: expect.stringMatching(why) }]);
    expect([await master(), (await row('0016-held'))?.state]).toEqual([led, 'running']);
    // One that comes all the same, ordered of the coordinator itself, is not held up by it.
    expect(await (await agent('k')).failoverCommand({ kind: 'switchover', replicaset: (await cluster.s1()).uuid, target: (await cluster.instance(other(led))).uuid, cause: 'switchover' }, { timeoutMs: 12_000 })).toMatchObject({ ok: true });
    expect((await broken).data!.replicasets).toMatchObject([{ state: 'failed', ran: ['bank/0015-more'], sentence: 'bank/0016-held: this instance stopped being the master' }]);
    await until('0016-held', 'interrupted');
    // The step that was broken off is told as an issue until it is resumed.
    await waitFor(async () => (await master()) === other(led), { ...limit, what: 'the other one to lead' });
    await letGo('a', 'b');
    expect((await order('resume', { replicaset: 's1' })).data!.replicasets).toMatchObject([{ instance: other(led), state: 'done', ran: ['bank/0016-held'] }]);
    expect([await left(other(led), 'more'), await left(other(led), 'late')]).toEqual([['more'], ['late']]);
  });

  it('say what was changed since it ran, and refuse a step that comes too late', async () => {
    await letGo('c');
    await order('run');
    const text = step('two');
    await push({ [file('0010-ten')]: text });
    expect((await states())['bank/0010-ten']).toBe('changed');
    expect(await refused('/migration/run', { replicaset: 's1' })).toMatch(/bank\/0010-ten has another text than when it ran on s1\. Put the old text back/);
    await cluster.ok('/migration/bank/0010-ten/s1/mark', { as: 'done', confirm: 'bank' });
    expect((await states())['bank/0010-ten']).toBe('done');
    await push({ [file('0010-ten')]: step('ten') });
    await cluster.ok('/migration/bank/0010-ten/s1/mark', { as: 'done', confirm: 'bank' });
    await push({ [file('0003-late')]: step('never') });
    expect(await refused('/migration/run', { replicaset: 's1' })).toMatch(/bank\/0003-late comes before 0016-held, which was run on s1 already/);
    await push({ [file('0003-late')]: null, [file('0017-broken')]: 'return {up = 1}' });
    expect(await refused('/migration/run', { replicaset: 's1' })).toMatch(/roles\/bank\/migrations\/0017-broken.lua: `up` has to be a function/);
    await push({ [file('0017-broken')]: null });
  });

  it('are taken back, last first, where each has a way back', async () => {
    expect(await refused('/migration/bank/down', { to: 0, confirm: 'bank', replicaset: 's1' })).toMatch(/bank\/0002-two has no way back\. Write roles\/bank\/migrations\/0002-two.down.lua/);
    const names = ['0002-two', '0010-ten', '0011-boom', '0012-after', '0013-whole', '0014-held', '0015-more', '0016-held'];
    await push(Object.fromEntries(names.map((name) => [file(`${name}.down`), `return {transaction = true, down = function() ${leave(`back-${name}`)} end}`])));
    expect((await cluster.post('/migration/bank/down', { to: 1, replicaset: 's1' })).body.detail).toMatch(/name of the role, bank, once more/);
    const { data } = await cluster.ok('/migration/bank/down', { to: 1, confirm: 'bank', replicaset: 's1' });
    expect(data.replicasets).toMatchObject([{ state: 'done', ran: names.toReversed().map((name) => `bank/${name}`) }]);
    expect((await left(await master())).slice(-8)).toEqual(names.toReversed().map((name) => `back-${name}`));
    expect(await states()).toMatchObject({ 'money/0001-first': 'done', 'bank/0001-one': 'done', 'bank/0002-two': 'pending', 'bank/0016-held': 'pending' });
    const shown = cli('migration', 'list', '--role', 'bank', '--replicaset', 's1');
    expect([shown.status, shown.stdout]).toEqual([0, expect.stringMatching(/0002-two +s1 +pending/)]);
  });

  it('begin no other step before the copies that failover asks for have the one before', async () => {
    await cluster.ok('/replicaset/s1/edit', { durability: 'quorum' });
    await inForce();
    const copy = await cluster.pid(other(await master()));
    process.kill(copy, 'SIGSTOP');
    const both = cluster.ok('/migration/run', { replicaset: 's1', role: 'bank', to: 10 }) as Promise<Answer>;
    try {
      await Promise.race([until('0002-two', 'done'), both]);
      expect((await row('0010-ten'))?.state).toBe('pending');
    } finally {
      process.kill(copy, 'SIGCONT');
    }
    expect((await both).data!.replicasets).toMatchObject([{ state: 'done', ran: ['bank/0002-two', 'bank/0010-ten'] }]);
  });
});
