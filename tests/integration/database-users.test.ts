import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DatabaseUserRow } from '~/contract/shapes/database-user.ts';
import { connectionDefaults, openConnection, parseAddress, systemClock, type Connection } from '~/iproto/index.ts';
import { AppointedCluster } from '../support/appointed-cluster.ts';
import { freeAddress } from '../support/ports.ts';
import { typed } from '../support/typed.ts';
import { waitFor } from '../support/wait.ts';

/** Users of the database from the configuration to a login at a router: a server, real agents, real Tarantools, one replicaset of two. */
const cluster = new AppointedCluster();
const passwords = { first: 'correct horse 1', second: 'battery staple 2' };
const document = 'name: test\nfailover:\n  mode: stateful\n  leaseMs: 6000\nreplicasets:\n  front:\n    roles: [failover-coordinator, router, stateboard]\n    instances:\n      k: {}\n  s1:\n    roles: [storage]\n    instances:\n      a: {}\n      b: {}\n';
const roleYml = `
dependencies: [storage]
spaces:
  accounts:
    format: [{name: id, type: unsigned}, {name: bucket_id, type: unsigned}]
    indexes: [{name: id, parts: [{path: id, type: unsigned}]}, {name: bucket_id, unique: false, parts: [{path: bucket_id, type: unsigned}]}]
functions:
  bank.who: {access: [app, later], mode: read, body: "function() return 'in' end"}
  bank.secret: {mode: read, body: "function() return 'told' end"}
`;
let router = '';
const opened: Connection[] = [];

beforeAll(async () => {
  await cluster.server();
  await cluster.claim();
  await cluster.add('k', 'a', 'b');
  await cluster.heard(['k', 'a', 'b']);
  await cluster.ok('/topology/apply', { document });
  router = await freeAddress();
  await cluster.ok('/instance/k/edit', { router });
  await cluster.allReady();
  await waitFor(async () => (await cluster.post('/sharding/default/bootstrap', {})).status === 200, { timeoutMs: 30_000, everyMs: 300, what: 'the bootstrap' });
}, 120_000);
afterAll(async () => {
  for (const connection of opened) connection.close();
  await cluster.stop();
}, 60_000);

const cli = (words: readonly string[], input = '') => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [resolve('bin/coterie.mjs'), ...words], { encoding: 'utf8', input, env: { ...process.env, COTERIE_SERVER: cluster.servers[0]!.url, COTERIE_TOKEN: cluster.token, NO_COLOR: '1' } });
  return { text: stdout + stderr, status };
};
const atTerminal = (words: readonly string[], answer: string) => typed([process.execPath, resolve('bin/coterie.mjs'), ...words], { env: { ...process.env, COTERIE_SERVER: cluster.servers[0]!.url, COTERIE_TOKEN: cluster.token, NO_COLOR: '1' }, asked: 'New password: ', answer });
const set = (user: string, body: object) => cluster.ok(`/database-user/${user}/set`, body);
const login = async (address: string, password: string, user = 'app'): Promise<Connection> => {
  const connection = await openConnection({ clock: systemClock }, { ...connectionDefaults, connectTimeoutMs: 5000, address: parseAddress(address), credentials: { user, password } });
  opened.push(connection);
  return connection;
};
const untilIn = (what: string, password: string, address = router) => waitFor(() => login(address, password).catch(() => null), { timeoutMs: 15_000, what });
/** As a router says it, and as Tarantool does. */
const refused = /credentials are invalid|Incorrect password|is not found/;
const untilOut = (what: string, password: string) => waitFor(async () => refused.test(await login(router, password).then(() => 'it is in', String)), { timeoutMs: 15_000, what });
/** A call by bucket, as clients of vshard make it. */
const through = async (client: Connection, name: string): Promise<unknown> => {
  const [result, error] = await client.call('vshard.router.callro', [1, name, []]);
  if (error !== undefined && error !== null) throw new Error(error instanceof Map ? String(error.get('message')) : JSON.stringify(error));
  return result;
};
const masterOf = () => waitFor(() => cluster.master(), { timeoutMs: 20_000, what: 'a master' });
/** As every instance has it. */
const untilEverywhere = async (what: string, code: string, expected: unknown) => {
  for (const alias of ['a', 'b']) {
    let last: unknown;
    await waitFor(async () => {
      [last] = await cluster.lua(alias, `return ${code}`).catch((error: unknown) => [String(error)]);
      return JSON.stringify(last) === JSON.stringify(expected);
    }, { timeoutMs: 20_000, what: `${what} on ${alias}` }).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}: ${JSON.stringify(last)}\n${cluster.agent(alias).tail(8)}`);
    });
  }
};
const row = async (user: string): Promise<DatabaseUserRow> => (await cluster.get(`/database-user/${user}`)).body;
const there = (user: string) => `box.space._user.index.name:get('${user}') ~= nil`;
const may = (user: string, kind: string, object: string) => `(function() local u, o = box.space._user.index.name:get('${user}'), box.space._${kind}.index.name:get('${object}') local p = u and o and box.space._priv:get{u.id, '${kind === 'func' ? 'function' : kind}', o.id} return p and tonumber(p[5]) or 0 end)()`;

it('a user with a password from standard input is made everywhere, and the functions that name it are its own at the first apply', async () => {
  const made = cli(['database-user', 'set', 'app', '--password-file', '-', '--reason', 'the shop'], `${passwords.first}\n`);
  expect(made.status, made.text).toBe(0);
  expect(made.text).toContain('database user app: new, with a password');
  // A user that comes with the code that names it.
  const { plan } = await cluster.ok('/topology/apply', {
    edits: [
      { kind: 'setSection', name: 'roles/bank/role.yml', text: roleYml },
      { kind: 'setDatabase', settings: { users: { app: {}, later: {} } } },
      { kind: 'editReplicaset', replicaset: 's1', roles: ['bank', 'storage'] },
    ],
  });
  expect(plan.steps.map(({ sentence }: { sentence: string }) => sentence)).toContain('Database user later is made by the masters of s1.');
  expect(plan.warnings).toEqual(['later has no password, so nobody can log in as it.']);
  await untilEverywhere('the right of app', may('app', 'func', 'bank.who'), 4);
  await untilEverywhere('the right of later', may('later', 'func', 'bank.who'), 4);
  const client = await untilIn('a login at the router', passwords.first);
  expect(await waitFor(() => through(client, 'bank.who').catch(() => null), { timeoutMs: 15_000, what: 'a call by the router' })).toBe('in');
  await expect(login(router, 'wrong password')).rejects.toThrow(refused);
  // Routers are told of none of the users by whom our own programs log in.
  expect(await cluster.lua('a', "local all = 0 for _, row in box.space._user:pairs() do all = all + (row.name:match('^coterie_') and 1 or 0) end local names = {} for name in pairs(require('users').list({}).users) do table.insert(names, name) end return all > 0, names")).toEqual([true, ['app']]);
  await expect(through(client, 'bank.secret')).rejects.toThrow(/Execute access to function 'bank.secret' is denied for user 'app'/);
  expect(await row('app')).toEqual({ user: 'app', password: true, roles: [], privileges: {}, functions: ['bank.who'], takeOver: false, problems: [] });
  expect((await cluster.get('/cluster/issues')).body.filter(({ code }: { code: string }) => /role-failed|database-user/.test(code))).toEqual([]);
}, 60_000);

it('a password that is typed on a terminal is not shown there, and who leaves changes nothing', async () => {
  const left = await atTerminal(['database-user', 'set', 'guest-book', '--ask-password'], `${passwords.first}\u0003`);
  expect([left.status, left.shown]).toEqual([6, expect.stringContaining('Not answered; nothing was changed.')]);
  const made = await atTerminal(['database-user', 'set', 'guest-book', '--ask-password'], `${passwords.first}\r`);
  expect(made.status, made.shown).toBe(0);
  expect(made.shown).toContain('database user guest-book: new, with a password');
  for (const { shown } of [left, made]) expect(shown).not.toContain(passwords.first.slice(0, 4));
  expect(await row('guest-book')).toMatchObject({ password: true });
  await cluster.ok('/database-user/guest-book/remove', {});
}, 60_000);

it('privileges and roles are granted and taken back, what was granted by hand stays, and what is not there yet is waited for', async () => {
  const client = await login(router, passwords.first);
  const insert = async (id: number) => {
    const [, error] = await client.call('crud.replace', ['accounts', [id, null]]);
    return error === undefined || error === null ? 'done' : JSON.stringify(error instanceof Map ? Object.fromEntries(error) : error);
  };
  expect(await insert(1)).toMatch(/Write access to space 'accounts' is denied for user 'app'/);
  await cluster.ok('/database-role/writing/set', { privileges: { 'space:accounts': 'read, write' } });
  const warned = await set('app', { roles: ['writing'], privileges: { 'space:orders': 'read', 'function:bank.secret': 'execute' } });
  expect(warned.plan.warnings).toEqual(['app: no role makes space orders; the right is granted wherever one of that name is, or will be.']);
  await waitFor(async () => (await insert(1)) === 'done', { timeoutMs: 15_000, what: 'a write' });
  expect(await through(client, 'bank.secret')).toBe('told');
  const master = await masterOf();
  await cluster.lua(master, "box.schema.space.create('orders'):create_index('id')");
  await cluster.lua(master, "box.schema.user.grant('app', 'write', 'space', 'orders')");
  await untilEverywhere('the right on orders', may('app', 'space', 'orders'), 3);
  const { plan } = await set('app', { roles: [], privileges: { 'space:orders': null, 'function:bank.secret': null } });
  expect(plan.changes.map(({ sentence }: { sentence: string }) => sentence)).toEqual(['database user app: function bank.secret: execute -> none', 'database user app: space orders: read -> none', 'database user app: roles writing -> none']);
  await untilEverywhere('what was granted by hand alone', may('app', 'space', 'orders'), 2);
  await waitFor(async () => /denied for user 'app'/.test(await insert(2)), { timeoutMs: 10_000, what: 'the role to be taken back' });
  await expect(through(client, 'bank.secret')).rejects.toThrow(/is denied/);
  await cluster.ok('/database-role/writing/remove', {});
  await untilEverywhere('no role', there('writing'), false);
}, 60_000);

it('a new password is asked for at logins within seconds, and cuts no session', async () => {
  const client = await login(router, passwords.first);
  const same = await set('app', { password: passwords.first });
  expect(same).toMatchObject({ run: null, plan: { summary: 'Nothing changes.' } });
  const { plan } = await set('app', { password: passwords.second });
  expect(plan.warnings).toEqual(['Sessions of app that are open go on: only logins ask for the new password.']);
  await untilIn('the new password', passwords.second);
  await untilOut('the old password to be refused', passwords.first);
  expect(await through(client, 'bank.who')).toBe('in');
  await untilIn('the new password at the instance', passwords.second, cluster.agent(await masterOf()).listen);
}, 60_000);

it('the next master goes on with it, and so does an instance that is rebuilt', async () => {
  const before = await masterOf();
  process.kill(await cluster.pid(before), 'SIGKILL');
  const after = await waitFor(async () => ((await cluster.master()) === (before === 'a' ? 'b' : 'a') ? (before === 'a' ? 'b' : 'a') : null), { timeoutMs: 30_000, what: 'the other master' });
  await set('app', { privileges: { 'space:accounts': 'read' } });
  await untilEverywhere('a right that the new master granted', may('app', 'space', 'accounts'), 1);
  await cluster.allReady();
  const pid = await cluster.pid(before);
  await cluster.ok(`/instance/${before}/rebuild`, {});
  await waitFor(async () => (await cluster.pid(before).catch(() => pid)) !== pid, { timeoutMs: 30_000, what: 'another process' });
  await cluster.allReady();
  await untilIn('a login at the instance that was rebuilt', passwords.second, cluster.agent(before).listen);
  expect(await cluster.master()).toBe(after);
}, 90_000);

it('one that was made by hand is taken over only where the configuration says so; one that owns something stays', async () => {
  const master = await masterOf();
  await cluster.lua(master, "box.schema.user.create('hand', {password = 'made by hand'}) box.schema.user.grant('hand', 'read,write,create', 'universe') box.session.su('hand', function() box.schema.space.create('kept') end)");
  await set('hand', { privileges: { 'space:accounts': 'read' } });
  const issue = await waitFor(async () => (await cluster.issues()).find(({ code }) => code === 'database-user-failed'), { timeoutMs: 15_000, what: 'the issue' });
  expect(issue.sentence).toBe(`Database user or role hand is not as the configuration has it on ${master}: user 'hand' was made by hand, and is left as it is: say --take-over, or drop it there.`);
  expect((await row('hand')).problems).toHaveLength(1);
  // Somebody else's user is given nothing either.
  expect(await cluster.lua(master, `return ${may('hand', 'space', 'accounts')}`)).toEqual([0]);
  await set('hand', { takeOver: true });
  await waitFor(async () => (await row('hand')).problems.length === 0, { timeoutMs: 15_000, what: 'it to be taken over' });
  expect(await cluster.lua(master, `return ${may('hand', 'space', 'accounts')}`)).toEqual([1]);
  await login(cluster.agent(master).listen, 'made by hand', 'hand');
  await cluster.ok('/database-user/hand/remove', {});
  await waitFor(async () => (await cluster.issues()).find(({ sentence }) => sentence.includes("user 'hand' owns space 'kept', and stays; nobody can log in as it")), { timeoutMs: 15_000, what: 'the issue that it stays' });
  await expect(login(cluster.agent(master).listen, 'made by hand', 'hand')).rejects.toThrow(refused);
  await cluster.lua(master, 'box.space.kept:drop()');
}, 60_000);

it('one that is removed is refused within seconds, and nothing of it is left', async () => {
  const client = await login(router, passwords.second);
  const { body: reserved } = await cluster.post('/database-user/admin/set', {});
  expect(reserved.detail).toBe("admin is Tarantool's own, and cannot be a user of the configuration. Choose another name; roles public, replication and super may be given.");
  const { plan } = await cluster.ok('/database-user/app/remove', { dryRun: true });
  expect(plan.warnings).toEqual(['`access` of bank.who (role bank) still names app: its role fails there (role-failed) until the name is taken out or somebody of that name is made.']);
  await cluster.ok('/database-user/app/remove', {});
  await untilOut('a login to be refused', passwords.second);
  await expect(through(client, 'bank.who')).rejects.toThrow();
  await cluster.ok('/database-user/later/remove', {});
  await cluster.ok('/code/push', { files: { 'roles/bank/role.yml': roleYml.replace('[app, later]', '[]') } });
  await untilEverywhere('no user', `${there('app')} or ${there('later')} or ${there('hand')}`, false);
  await untilEverywhere('nothing that is remembered of it', "#box.space._coterie_roles:pairs():grep(function(row) return row[1]:match('^database_') or row[1] == 'privilege' or row[1] == 'membership' or row[1] == 'grant' end):totable()", 0);
  expect((await cluster.get('/config')).body.config.database).toBeUndefined();
  await waitFor(async () => (await cluster.issues()).every(({ code }) => !/role-failed|database-user/.test(code)), { timeoutMs: 15_000, what: 'no issue' });
}, 60_000);

it('neither a password nor its hash is in an answer, a log, the audit log or a file of ours', async () => {
  const restored = await cluster.ok('/config/3/restore', { dryRun: true });
  const answers = await Promise.all([...[2, 3, 4].map((version) => `/config?version=${version}`), '/config/2/3/diff', '/config/2/5/diff', '/topology/export?version=4', '/audit?limit=200', '/apply-run'].map((path) => cluster.get(path)));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  const sha1 = (text: string | Buffer) => createHash('sha1').update(text).digest();
  const secrets = Object.values(passwords).flatMap((password) => [password, sha1(sha1(password)).toString('base64')]);
  const ownFile = (path: string) => !/\.(snap|xlog|vylog)$/.test(path);
  const files = readdirSync(cluster.folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name)).filter(ownFile);
  expect(files.some((file) => /server1.*\.db$/.test(file)) && files.some((file) => file.endsWith('tarantool.log'))).toBe(true);
  for (const secret of secrets) {
    expect(JSON.stringify([restored, answers]).includes(secret)).toBe(false);
    expect(files.filter((file) => readFileSync(file).includes(secret))).toEqual([]);
  }
  expect(JSON.stringify([restored, answers])).not.toMatch(/[A-Za-z0-9+/]{75}=/);
});
