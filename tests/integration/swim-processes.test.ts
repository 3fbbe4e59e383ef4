/** Real processes with the engine in its worker thread: what the machine does to them must not become a wrong verdict. */

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createSwim, type Address, type SwimOptions } from '~/swim/index.ts';
import { bundleSwimMember, clockMs, swimUuid, SwimProcess } from '~/tests/support/swim-process.ts';
import { waitFor } from '~/tests/support/wait.ts';

const key = new Uint8Array(32).fill(5);
const count = 5;
let program = '';
let group: SwimProcess[] = [];

beforeAll(() => {
  program = bundleSwimMember();
});

afterEach(async () => {
  for (const member of group) member.signal('SIGCONT');
  await Promise.all(group.map((member) => member.kill()));
  group = [];
});

afterAll(() => expect(group).toEqual([]));

async function start(profile: SwimOptions['profile']): Promise<void> {
  let seeds: Address[] = [];
  for (let n = 1; n <= count; n++) {
    const member = new SwimProcess(program);
    group.push(member);
    const address = await member.start({ uuid: swimUuid(n), bind: { host: '127.0.0.1', port: 0 }, clusterName: 'test', keyring: [key], profile, seeds });
    if (n === 1) seeds = [address];
  }
  await settled(group);
}

function settled(members: readonly SwimProcess[]): Promise<unknown> {
  return waitFor(async () => {
    const all = await Promise.all(members.map((member) => member.statuses()));
    return all.every((one) => Object.values(one).filter((status) => status === 'alive').length === members.length - 1);
  }, { timeoutMs: 15_000, what: 'everyone to see everyone alive' });
}

function everyoneSaw(members: readonly SwimProcess[], event: 'dead' | 'left' | 'suspect', uuid: string): Promise<unknown> {
  return waitFor(() => members.every((member) => member.saw(event, uuid)), { timeoutMs: 20_000, what: `everyone to see ${uuid} ${event}` });
}

function verdicts(members: readonly SwimProcess[]) {
  return members.flatMap((member) => member.events.filter(({ event }) => event === 'dead' || event === 'left'));
}

/** Real time has to pass for these: there is no condition whose absence could be waited for. */
function letPass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

test('a killed process is dead everywhere soon, and nobody else is', async () => {
  await start('fast');
  const [victim, ...others] = group as [SwimProcess, ...SwimProcess[]];
  const killedAtMs = clockMs();
  await victim.kill();
  await everyoneSaw(others, 'dead', swimUuid(1));
  const lastMs = Math.max(...others.map((member) => member.saw('dead', swimUuid(1))?.atMs ?? Infinity)) - killedAtMs;
  expect(lastMs).toBeLessThan(5_000);
  expect(verdicts(others).map(({ uuid }) => uuid)).toEqual(others.map(() => swimUuid(1)));
});

test('who leaves has left, and is not dead', async () => {
  await start('fast');
  const [, , leaver] = group as SwimProcess[];
  const others = group.filter((member) => member !== leaver);
  await leaver?.leave();
  await leaver?.stop();
  await everyoneSaw(others, 'left', swimUuid(3));
  expect(others.flatMap(({ events }) => events.filter(({ event }) => event === 'dead'))).toEqual([]);
});

test('a process stopped for 3 s is not called dead, and accuses nobody when it goes on', async () => {
  await start('lan');
  const [stopped, ...others] = group as [SwimProcess, ...SwimProcess[]];
  stopped.signal('SIGSTOP');
  await letPass(3_000);
  stopped.signal('SIGCONT');
  await settled(group);
  await letPass(1_500);
  expect(verdicts(group)).toEqual([]);
  expect((await stopped.stats()).accusations).toBe(0);
  expect(others.flatMap(({ events }) => events).filter(({ event, uuid }) => event === 'suspect' && uuid !== swimUuid(1))).toEqual([]);
});

test('a main loop blocked for 5 s makes nobody suspect it', async () => {
  await start('fast');
  const [blocked, ...others] = group as [SwimProcess, ...SwimProcess[]];
  await blocked.block(5_000);
  await settled(group);
  expect(verdicts(group)).toEqual([]);
  expect(others.filter((member) => member.saw('suspect', swimUuid(1)))).toEqual([]);
});

test('keys rotate under traffic without a lost member or a rejected datagram', async () => {
  await start('fast');
  const [first, second] = group as [SwimProcess, SwimProcess];
  const id = await first.installKey(new Uint8Array(32).fill(6));
  await Promise.all([second.useKey(id), ...group.map((member, n) => member.setPayload(Buffer.from(`payload ${n}`)))]);
  await waitFor(async () => {
    const all = await Promise.all(group.map((member) => member.members()));
    return all.every((views) => views.every(({ payload }) => Buffer.from(payload ?? []).toString().startsWith('payload')));
  }, { timeoutMs: 15_000, what: 'the payloads under the new key' });
  const stats = await Promise.all(group.map((member) => member.stats()));
  expect(stats.map(({ rejected }) => rejected)).toEqual(group.map(() => ({})));
  expect(verdicts(group)).toEqual([]);
});

test('stopping leaves nothing open, and the member can start again', async () => {
  await start('fast');
  const [first, second] = group as [SwimProcess, SwimProcess];
  // Pipes are those to the test.
  const open = async () => (await first.usage()).open.filter((kind) => kind !== 'PipeWrap' && kind !== 'CloseReq');
  expect(await open()).toContain('MessagePort');
  await first.stop();
  await waitFor(async () => (await open()).length === 0, { timeoutMs: 5_000, what: 'all to be closed' });
  await everyoneSaw([second], 'dead', swimUuid(1));
  const [{ address } = { address: { host: '', port: 0 } }] = (await second.members()).filter(({ uuid }) => uuid === swimUuid(3));
  await first.start({ uuid: swimUuid(1), bind: { host: '127.0.0.1', port: 0 }, clusterName: 'test', keyring: [key], profile: 'fast', seeds: [address] });
  await waitFor(async () => (await second.statuses())[swimUuid(1)] === 'alive', { timeoutMs: 15_000, what: 'its return' });
});

test('a worker that cannot run is an error of the start, not of the process', async () => {
  const options: SwimOptions = { uuid: swimUuid(1), bind: { host: '127.0.0.1', port: 0 }, clusterName: 'test', plain: true, profile: 'fast', seeds: [], workerUrl: new URL('file:///nowhere/worker.mjs') };
  await expect(createSwim(options).start()).rejects.toMatchObject({ code: 'engineFailed' });
});
