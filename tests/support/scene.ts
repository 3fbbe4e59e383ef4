import { exampleFiles, exampleRole } from '~/app/lib/code-example.ts';
import type { Product } from './browser.ts';
import { waitFor } from './wait.ts';
import type { Receiver } from './webhook-receiver.ts';

/** A cluster with something to see, for the pictures: made on the real product by what an operator would do. */

const rows = 20_000;
const timeoutMs = 60_000;

async function ask(product: Product, path: string, input: unknown): Promise<void> {
  const { status, body } = await product.rest(path, input);
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
}

/** Data on both masters, on each replica a moment later; then a client that goes on reading and writing. */
async function fill(product: Product): Promise<void> {
  for (const master of ['s1-1', 's2-1']) {
    const made = await product.eval(master, `
      local fiber = require('fiber')
      local orders = box.schema.space.create('orders')
      orders:format{{'id', 'unsigned'}, {'customer', 'string'}}
      orders:create_index('pk')
      box.schema.space.create('customers'):create_index('pk')
      box.atomic(function() for id = 1, ${rows} do orders:insert{id, ('x'):rep(200)} end end)
      fiber.create(function()
        while true do
          for _ = 1, 20 + math.random(60) do orders:get(math.random(${rows})) end
          orders:replace{math.random(${rows}), ('y'):rep(200)}
          fiber.sleep(0.05)
        end
      end)
      return orders:len()`);
    if (!made.ok) throw new Error(made.error ?? 'no data');
  }
  for (const replica of ['s1-2', 's2-2']) {
    await waitFor(async () => (await product.eval(replica, 'return box.space.orders and box.space.orders:len()')).values[0] === rows, { timeoutMs, what: `the data on ${replica}` });
  }
}

async function versions(product: Product): Promise<void> {
  const limits = (rate: number) => `# Requests a second, for each client\nrate: ${rate}\nburst: ${rate * 2}\nallow:\n  - 10.0.0.0/8\n`;
  await ask(product, '/config/upload', { sections: { 'limits.yml': limits(100), motd: 'Welcome to the demo cluster\n' }, reason: 'first limits, as agreed with the shop team' });
  await ask(product, '/instance/s1-2/edit', { zone: 'dc-c', reason: 'moved to the new rack' });
  await ask(product, '/replicaset/s2/edit', { weight: 2, reason: 'twice the memory since the upgrade' });
  await ask(product, '/config/upload', { sections: { 'limits.yml': limits(250) }, reason: 'sale on Friday: more requests for each client' });
}

async function people(product: Product): Promise<void> {
  const users = { ann: 'operator', eve: 'viewer', 'build-bot': 'operator', dan: 'viewer' };
  for (const [name, role] of Object.entries(users)) await ask(product, `/user/${name}/create`, { role, password: `the password of ${name}` });
  await ask(product, '/user/dan/edit', { disabled: true, reason: 'left the company' });
  await ask(product, '/token/prometheus/create', { role: 'viewer', days: 25 });
  await ask(product, '/token/deploy/create', { role: 'operator', days: 5 });
  for (let time = 0; time < 5; time += 1) await product.rest('/session/eve/login', { password: 'a wrong one', token: true });
  // Refused, and kept in the audit log.
  await product.rest('/instance/spare-1/restart', {});
}

/** Buckets, which then follow the weights. */
async function shard(product: Product): Promise<void> {
  await waitFor(async () => (await product.rest('/sharding/status')).body.groups[0]?.state === 'notBootstrapped', { timeoutMs, what: 'storages without buckets' });
  await ask(product, '/sharding/default/bootstrap', {});
}

export async function well(product: Product): Promise<void> {
  await shard(product);
  await fill(product);
  await versions(product);
  await people(product);
}

const issues = async (product: Product): Promise<{ code: string; object: { name: string } }[]> => (await product.rest('/cluster/issues')).body;
const untilIssue = (product: Product, code: RegExp, object: string) => waitFor(async () => (await issues(product)).some((one) => code.test(one.code) && one.object.name === object), { timeoutMs, what: `an issue ${String(code)} of ${object}` });

/** One instance falls and is up again, one joins and is disabled, one has no agent any more, and one does not replicate. Gives what brings the agent back. */
export async function trouble(product: Product, receiver: Receiver): Promise<() => void> {
  await ask(product, '/alert/on-call/add-channel', { kind: 'webhook', url: receiver.url, secret: 'shared with the receiver', minSeverity: 'warning', forSeconds: 0, repeatHours: 4 });
  await ask(product, '/alert/team-mail/add-channel', { kind: 'mail', host: 'mail.example.com', from: 'coterie@example.com', to: ['storage-team@example.com'], minSeverity: 'critical', enabled: false });
  await ask(product, '/instance/spare-1/s1/join', { reason: 'a third copy' });
  await waitFor(async () => (await product.rest('/instance/spare-1')).body.state === 'ready', { timeoutMs, what: 'spare-1 to be ready' });
  await ask(product, '/instance/spare-1/disable', { reason: 'its host gets new disks' });
  const { body } = await product.rest('/instance/s2-1');
  process.kill(body.status.database.process.pid, 'SIGKILL');
  await waitFor(async () => { const { state, status } = (await product.rest('/instance/s2-1')).body; return status.restarts.count > 0 && state === 'ready'; }, { timeoutMs, what: 's2-1 to be up again' });
  const back = await product.endAgent('s2-2', 'SIGKILL');
  await product.eval('s1-2', 'box.cfg{replication = {}}');
  await untilIssue(product, /^unreachable$/, 's2-2');
  await untilIssue(product, /^replication-/, 's1-2');
  await ask(product, '/issue/unreachable:s2-2/acknowledge', { reason: 'disk is being replaced, back at 15:00', hours: 4 });
  await waitFor(() => receiver.told.length > 1, { timeoutMs, what: 'the webhook to be told' });
  return () => back();
}

const accounts = 60;
const owners = ['Ann', 'Ben', 'Cay', 'Dan', 'Eve', 'Fay', 'Gus'];

/** The bank example on both storages, with accounts, calls, and a change of one of its functions. */
export async function bank(product: Product): Promise<void> {
  await ask(product, '/code/push', { files: exampleFiles, reason: 'a bank to begin with' });
  const { body: sets } = (await product.rest('/replicaset')) as { body: { alias: string; roles: string[] }[] };
  for (const { alias, roles } of sets.filter((one) => one.roles.includes('storage'))) await ask(product, `/replicaset/${alias}/edit`, { roles: [...roles, exampleRole].toSorted(), reason: 'the bank opens' });
  for (let id = 1; id <= accounts; id += 1) {
    await waitFor(async () => (await product.rest('/data/accounts/insert', { row: JSON.stringify({ id, owner: owners[id % owners.length], balance: (id * 137) % 900 }) })).status === 200, { timeoutMs, what: `account ${id}` });
  }
  const file = `roles/${exampleRole}/functions/bank.balance.lua`;
  await ask(product, '/code/push', { files: { [file]: exampleFiles[file]!.replace('return bank.account(id).balance', "local account = bank.account(id)\n    return account.balance, account.owner") }, reason: 'whose account it is, for the app' });
  for (let id = 1; id <= accounts; id += 1) await ask(product, '/function/bank.balance/call', { key: String(id), arguments: [id] });
  await applications(product);
  await migrations(product);
}

/** Users of the database: one with a role and rights of its own, one that cannot log in yet. */
async function applications(product: Product): Promise<void> {
  await ask(product, '/database-role/reporting/set', { privileges: { 'space:*': 'read' }, reason: 'the reports of the shop' });
  await ask(product, '/database-user/app/set', { password: 'open sesame', privileges: { 'space:accounts': 'read, write', 'function:bank.balance': 'execute' }, reason: 'the shop' });
  await ask(product, '/database-user/reports/set', { roles: ['reporting'] });
}

/** A step that was done, one that failed, and one behind it. */
async function migrations(product: Product): Promise<void> {
  const file = (name: string) => `roles/${exampleRole}/migrations/${name}.lua`;
  const each = (body: string) => `return function(step)\n    for _, row in box.space.accounts:pairs() do\n        ${body}\n    end\nend\n`;
  const files = {
    [file('0001-trim-owners')]: each("box.space.accounts:update(row.id, {{'=', 'owner', row.owner:strip()}})"),
    [file('0001-trim-owners.down')]: 'return function() end\n',
    [file('0002-no-debts')]: each("assert(row.balance > 500, ('account %d of %s has a balance of %d'):format(row.id, row.owner, row.balance))"),
    [file('0003-archive')]: each('step.progress(row.owner)'),
  };
  await ask(product, '/code/push', { files, reason: 'names without blanks, no more debts' });
  await waitFor(async () => (await product.rest('/migration/run', { dryRun: true })).body.plan?.refusals.length === 0, { timeoutMs, what: 'the migrations to be in force' });
  await ask(product, '/migration/run', {});
}
