import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CodeFault } from '~/contract/shapes/role.ts';
import { bundleOf } from '~/core/roles/bundle-text.ts';
import { hashOf } from '~/link/hash.ts';
import { bearer, TestServer } from '~/tests/support/test-server.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** Roles, code, schema and functions over REST, against agents that the test plays. */

let server: TestServer;
let headers: Record<string, string>;
const yml = 'summary: Greets\n# said to all\nfunctions:\n  demo.hello:\n    mode: read\n    body: function(name) return name end\n';
const files = { 'roles/demo/role.yml': yml, 'roles/demo/init.lua': 'return {}\n' };

beforeAll(async () => {
  server = await TestServer.start();
  headers = bearer(await server.admin());
  for (const alias of ['a', 'b', 'c']) await server.agent(alias);
  const edits = [
    { kind: 'setSection', name: 'motd', text: 'hi' },
    ...Object.entries(files).map(([name, text]) => ({ kind: 'setSection', name, text })),
    { kind: 'createReplicaset', alias: 's1', instances: ['a', 'b', 'c'], roles: ['demo'] },
  ];
  expect((await server.post('/topology/apply', { edits }, headers)).status).toBe(200);
  await waitFor(() => server.runtime.state.overview.instances.every(({ configVersion }) => configVersion === 1), { timeoutMs: 30_000, what: 'all to report version 1' });
}, 60_000);

afterAll(() => server.stop());

const post = (path: string, body: object) => server.post(path, body, headers);
const get = async (path: string) => (await server.get(path, headers)).body;
const agent = (alias: string) => server.agents.find((one) => one.alias === alias)!;
const fault: CodeFault = { severity: 'error', code: 'validateConfig', file: 'roles/demo/init.lua', line: 1, column: null, sentence: 'No.', instance: null };

describe('code', () => {
  test('lists and shows files of roles, and no other sections', async () => {
    const tree = await get('/code/tree');
    expect(tree).toMatchObject({ version: 1, files: [{ file: 'roles/demo/init.lua', bytes: 10 }, { file: 'roles/demo/role.yml' }] });
    const file = await get('/code?file=roles%2Fdemo%2Finit.lua');
    expect(file).toEqual({ version: 1, file: 'roles/demo/init.lua', bytes: 10, sha: tree.files[0].sha, text: 'return {}\n' });
    expect(await get('/code?file=roles/demo/nothing.lua')).toMatchObject({ status: 404 });
    expect(await get('/code?file=motd')).toMatchObject({ status: 400 });
  });

  test('says by line how files differ', async () => {
    const { body } = await post('/code/diff', { files: { 'roles/demo/init.lua': 'return {\n}\n', 'roles/demo/new.lua': 'return 1\n' }, replaceAll: true });
    expect(body).toMatchObject([{ kind: 'changed', file: 'roles/demo/init.lua', addedLines: 2, removedLines: 1 }, { kind: 'added', file: 'roles/demo/new.lua', addedLines: 1, removedLines: 0 }, { kind: 'removed', file: 'roles/demo/role.yml', removedLines: 6 }]);
    expect(body[0].patch).toContain('@@ -1,1 +1,2 @@\n-return {}\n+return {\n+}\n');
    expect((await post('/code/diff', { files: { 'roles/demo/init.lua': 'return {}\n' } })).body).toEqual([]);
    const long = (word: string) => Array.from({ length: 4000 }, (_, index) => `${word} ${index}\n`).join('');
    expect((await post('/code/diff', { files: { 'roles/demo/init.lua': long('a') } })).body).toMatchObject([{ patch: expect.any(String) }]);
  });

  test('is validated by reading it, and nobody is asked about what cannot be read', async () => {
    agent('a').calls.length = 0;
    const { body } = await post('/code/validate', { files: { 'roles/demo/init.lua': 'retrun 1\n' } });
    expect(body).toMatchObject({ version: 1, faults: [{ file: 'roles/demo/init.lua', line: 1, column: 8, severity: 'error', instance: null }], refusals: [], asked: [], unasked: [] });
    expect(agent('a').calls).not.toContain('checkCode');
  });

  test('is validated by every instance at once; what all say alike stands once, and who does not answer is named', async () => {
    let told = '';
    agent('a').onCheckCode = (bundle) => {
      told = bundle;
      return [fault];
    };
    agent('b').onCheckCode = () => [fault, { ...fault, line: 2 }];
    agent('c').onCheckCode = () => {
      throw new Error('no Tarantool');
    };
    const { body } = await post('/code/validate', { files: { 'roles/demo/init.lua': 'return { 1 }\n' } });
    expect(bundleOf(told, hashOf).roles[0]?.modules[0]?.code.text).toBe('return { 1 }\n');
    expect(body).toMatchObject({ faults: [{ line: 1, instance: 'a' }, { line: 2, instance: 'b' }], asked: ['a', 'b'], unasked: [{ instance: 'c', why: expect.any(String) }] });
    expect(await get('/code/tree')).toMatchObject({ version: 1 });
    for (const alias of ['a', 'b', 'c']) agent(alias).onCheckCode = null;
    expect((await post('/code/validate', { files: {}, instances: false })).body).toMatchObject({ faults: [], asked: [] });
  });

  test('that takes away a role which a replicaset has is refused, by name', async () => {
    expect((await post('/code/validate', { files: {}, replaceAll: true, instances: false })).body).toMatchObject({ faults: [], refusals: [{ code: 'unknownRole' }] });
    expect(await post('/code/push', { files: {}, replaceAll: true })).toMatchObject({ status: 422, body: { detail: expect.stringContaining('there is no role demo') } });
  });

  test('is pushed in one step, unless somebody was faster or it has a mistake', async () => {
    expect(await post('/code/push', { files: { 'roles/demo/init.lua': 'retrun' } })).toMatchObject({ status: 422, body: { detail: expect.stringContaining('roles/demo/init.lua:1:7') } });
    expect(await post('/code/push', { files: { 'motd': 'x' } })).toMatchObject({ status: 400 });
    expect(await post('/code/push', { files: { 'roles/demo/init.lua': 'return { x = y }\n' }, expectedVersion: 7 })).toMatchObject({ status: 412 });
    const pushed = await post('/code/push', { files: { ...files, 'roles/demo/init.lua': 'return { x = y }\n' }, replaceAll: true, expectedVersion: 1 });
    expect(pushed).toMatchObject({ status: 200, body: { run: { state: 'done' }, data: { version: 2, changed: true, faults: [{ severity: 'warning', line: 1, column: 14 }] }, plan: { steps: expect.arrayContaining([{ kind: 'applyRoles', target: 'demo', sentence: 'Role demo: module demo changes; on s1.', reason: 'Its files change.' }]) } } });
    expect((await get('/config')).config.sections).toEqual({ motd: 'hi', ...files, 'roles/demo/init.lua': 'return { x = y }\n' });
  });
});

describe('roles and functions', () => {
  test('are listed and shown with what they have and who has them', async () => {
    expect((await get('/role')).at(-1)).toMatchObject({ name: 'demo', custom: true, data: true, replicasets: ['s1'], functions: 1, modules: 1, spaces: 0 });
    expect(await get('/role/demo')).toMatchObject({ definition: { summary: 'Greets' }, files: Object.keys(files).toSorted(), problems: [{ code: 'undefinedGlobal' }] });
    expect(await get('/role/nobody')).toMatchObject({ status: 404, detail: expect.stringContaining('demo') });
    expect(await get('/role/storage')).toMatchObject({ custom: false, definition: null, files: [] });
    expect(server.runtime.state.overview.roles.map(({ name }) => name)).toContain('demo');
    expect(await get('/function?search=HELL')).toMatchObject([{ name: 'demo.hello', role: 'demo', mode: 'read', file: 'roles/demo/role.yml', line: 6, replicasets: ['s1'] }]);
    expect(await get('/function/demo.hello')).toMatchObject({ body: 'function(name) return name end' });
    expect(await get('/function/demo.bye')).toMatchObject({ status: 404 });
  });

  test('a function is called on the master of a replicaset that has its role', async () => {
    const { status, body } = await post('/function/demo.hello/call', { replicaset: 's1', arguments: ['it]]=] is', 2] });
    expect(status).toBe(200);
    expect(body.plan.summary).toBe('Call demo.hello on a, the master of s1.');
  });

  test('a function is called by a replicaset or by a key, not by both or neither', async () => {
    expect(await post('/function/demo.hello/call', {})).toMatchObject({ status: 400, body: { detail: expect.stringContaining('a replicaset, or a key') } });
    expect(await post('/function/demo.hello/call', { replicaset: 's1', key: '1' })).toMatchObject({ status: 400, body: { detail: expect.stringContaining('not by both') } });
    expect(await post('/function/demo.hello/call', { key: '[1' })).toMatchObject({ status: 400, body: { detail: expect.stringContaining('The key is not JSON') } });
    expect(await post('/function/demo.hello/call', { key: 'null' })).toMatchObject({ status: 400, body: { detail: expect.stringContaining('has no bucket') } });
    expect(await post('/function/demo.hello/call', { key: '1' })).toMatchObject({ status: 404, body: { detail: expect.stringContaining('Group default has no storages') } });
  });

  test('what is counted is summed over the instances that have it', async () => {
    expect(await get('/function/demo.hello/stats')).toMatchObject({ name: 'demo.hello', role: 'demo', calls: 0, p99Ms: null, instances: [], unasked: [] });
    expect(await get('/function/demo.bye/stats')).toMatchObject({ status: 404 });
  });

  test('a function has a history of its own, with what each version changed', async () => {
    const change = async (text: string, reason: string) => expect((await post('/code/push', { files: { 'roles/demo/role.yml': text }, reason })).status).toBe(200);
    const { version } = (await get('/config')) as { version: number };
    await change(yml.replace('return name end', "return 'hi ' .. name end"), 'say hi');
    await change(`${yml.replace('return name end', "return 'hi ' .. name end")}  demo.other:\n    body: function() end\n`, 'another one');
    await change(yml.replace('    mode: read\n', ''), 'as it was, for writes');
    const { versions, older } = await get('/function/demo.hello/history');
    expect(older).toBeNull();
    expect(versions.slice(0, 2)).toMatchObject([{ version: version + 3, reason: 'as it was, for writes', author: 'admin', kind: 'changed' }, { version: version + 1, reason: 'say hi', kind: 'changed', addedLines: 1, removedLines: 1 }]);
    expect(versions[0].patch).toContain('-mode: read\n+mode: write\n');
    expect(versions[1].patch).toContain("+function(name) return 'hi ' .. name end");
    expect(versions.at(-1)).toMatchObject({ version: 1, kind: 'added' });
    // A page ends behind the change that fills it; the next one goes on there.
    const first = await get('/function/demo.hello/history?limit=1');
    expect(first).toMatchObject({ versions: [{ version: version + 3 }], older: version + 3 });
    expect((await get(`/function/demo.hello/history?limit=1&before=${first.older}`)).versions).toMatchObject([{ version: version + 1 }]);
    expect(await get('/function/demo.nothing/history')).toMatchObject({ status: 404 });
    expect((await get('/function/demo.other/history')).versions).toMatchObject([{ kind: 'removed' }, { kind: 'added', reason: 'another one' }]);
    await change(yml, 'back');
  });
});

describe('the schema', () => {
  const document = 'spaces:\n  people:\n    format: [{name: id, type: unsigned}]\n    indexes: [{name: pk, parts: [{path: id, type: unsigned}]}]\n';

  test('of a role is checked, written into its file, and shown; the rest of the file stays', async () => {
    expect((await post('/schema/demo/check', { document: document.replace('path: id', 'path: nobody') })).body.faults).toMatchObject([{ code: 'space', severity: 'error', file: 'document', line: document.split('\n').findIndex((line) => line.includes('path: id')) + 1 }, { severity: 'warning' }]);
    expect(await post('/schema/demo/check', { document: 'spaces: 1' })).toMatchObject({ status: 400, body: { detail: expect.stringContaining('line 1') } });
    expect(await post('/schema/nobody/apply', { document })).toMatchObject({ status: 404 });
    expect(await post('/schema/demo/apply', { document })).toMatchObject({ status: 200, body: { data: { changed: true } } });
    const { text } = await get('/code?file=roles/demo/role.yml');
    expect(text.startsWith(yml)).toBe(true);
    expect((await get('/schema/export?role=demo')).document).toContain('people:\n    engine: memtx\n');
    expect(await get('/schema')).toMatchObject([{ space: 'people', role: 'demo', replicaset: 's1', instance: 'a', state: 'pending', sentence: 'space people is made (memtx, 1 fields); space people gets index pk (id).' }]);
  });

  test('says which step its master is at, as that tells it', async () => {
    const first = agent('a');
    const doing = 'space people gets index pk (id), 1000000 rows, since 3 s';
    first.roles = { wanted: 'x', applied: null, roles: 1, functions: 0, doing, failed: [], migrations: null };
    await waitFor(async () => (await get('/schema'))[0].state === 'building', { timeoutMs: 10_000, what: 'the step that is under way' });
    expect(await get('/schema')).toMatchObject([{ state: 'building', sentence: `Under way: ${doing}; then space people is made (memtx, 1 fields).` }]);
    first.roles = { ...first.roles, doing: 'init of role demo' };
    await waitFor(async () => (await get('/schema'))[0].state === 'pending', { timeoutMs: 10_000, what: 'nothing of a space to be under way' });
    const failure = { role: 'demo', phase: 'schema', stack: null, at: 1 } as const;
    first.roles = { ...first.roles, doing: null, failed: [{ ...failure, message: 'space others is made: not yours' }, { ...failure, message: 'space people gets index pk (id): Duplicate key' }] };
    await waitFor(async () => (await get('/schema'))[0].sentence === 'It failed, and is tried again: space people gets index pk (id): Duplicate key.', { timeoutMs: 10_000, what: 'what failed' });
  });
});
