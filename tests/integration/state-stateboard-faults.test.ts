import { afterEach, describe, expect, it } from 'vitest';
import { connectionDefaults, openConnection, requests, systemClock, TarantoolError, type Connection } from '~/iproto/index.ts';
import { AccessDenied, OutcomeUnknown, ProviderUnavailable } from '~/state/errors.ts';
import { openStateboard } from '~/state/stateboard/open.ts';
import type { StateProvider } from '~/state/provider.ts';
import { cluster as ours, counting, done, watched } from '~/tests/support/state-conformance.ts';
import { StateboardProcess } from '~/tests/support/stateboard.ts';
import { waitFor } from '~/tests/support/wait.ts';

const limit = { timeoutMs: 20_000 };
const ended: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ended.splice(0).toReversed()) await end();
});

async function start(options: { readonly settleSeconds?: number } = {}): Promise<StateboardProcess> {
  const board = new StateboardProcess(options);
  ended.push(() => board.stop());
  return await board.start();
}

function open(board: StateboardProcess, client: string, password = board.password): StateProvider {
  const state = openStateboard({ clock: systemClock, random: Math.random }, { client, cluster: ours, address: `127.0.0.1:${board.port}`, password });
  ended.push(() => state.close());
  return state;
}

describe('a stateboard that is killed and stopped', () => {
  it('forgets no change it acknowledged, and every change is told once', async () => {
    const board = await start();
    const [writer, watcher] = [open(board, 'writer'), open(board, 'watcher')];
    const { events } = watched(watcher, 'n');
    const counter = counting(writer, 'n', limit);
    const more = () => counter.more(5, 'more writes');
    for (let turn = 0; turn < 3; turn += 1) {
      await more();
      await board.kill();
      await board.start();
      await more();
      await board.pause();
      await expect(watcher.read(['n'], { timeoutMs: 200 })).rejects.toThrow(ProviderUnavailable);
      board.resume();
    }
    await more();
    const acknowledged = await counter.stop();
    expect((await writer.read(['n'], limit)).entries.get('n')!.value).toBe(String(acknowledged));
    const values = () => events.map((event) => Number(event.entries.get('n')?.value ?? 0));
    await waitFor(() => values().at(-1) === acknowledged, { ...limit, what: 'the last change' });
    // A restart leaves a snapshot in place of what was missed; nothing comes twice or out of order.
    expect(values()).toEqual(values().toSorted((a, b) => a - b));
    const revisions = events.filter(({ kind }) => kind === 'changed').map(({ revision }) => revision);
    expect(new Set(revisions).size).toBe(revisions.length);
  });

  it('keeps a lock for its holder over a restart, and gives it to nobody else in that time', async () => {
    const board = await start({ settleSeconds: 3 });
    const [a, b] = [open(board, 'a'), open(board, 'b')];
    const first = a.lock('coord/lock', { holder: 'a', ttlMs: 5_000 }, () => {});
    await waitFor(() => first.state.kind === 'held', { ...limit, what: 'the first' });
    const { guard } = first;
    const second = b.lock('coord/lock', { holder: 'b', ttlMs: 5_000 }, () => {});
    await waitFor(() => second.state.kind === 'waiting' && second.state.holder === 'a', { ...limit, what: 'the second to wait' });
    await board.kill();
    await board.start();
    const health = await waitFor(() => b.health({ timeoutMs: 500 }).then((told) => (told.error === null ? told : null)), { ...limit, what: 'it to answer' });
    expect(health.settlingMs).toBeGreaterThan(0);
    await waitFor(() => b.health({ timeoutMs: 500 }).then(({ settlingMs, error }) => error === null && settlingMs === 0), { ...limit, what: 'it to settle' });
    expect(first.guard).toEqual(guard);
    expect(second.state.kind).toBe('waiting');
    await done(a.commit({ when: [guard!], put: [{ key: 'x', value: '1' }] }, limit));
    await first.release(limit);
    await waitFor(() => second.state.kind === 'held', { ...limit, what: 'the second to have it' });
    expect(second.guard!.revision).toBeGreaterThan(guard!.revision!);
  });

  it('refuses take-overs after its restart, for as long as a lease may last, and takes renewals', async () => {
    const board = await start({ settleSeconds: 60 });
    const state = open(board, 'a');
    // Its first start: there is nobody whose lease could be in the way.
    const revision = await done(state.commit({ when: [], put: [{ key: 'rs/1/lease', value: '1' }], takesOver: true }, limit));
    await board.kill();
    await board.start();
    const error = await state.commit({ when: [{ key: 'rs/1/lease', revision }], put: [{ key: 'rs/1/lease', value: 'mine' }], takesOver: true }, limit).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProviderUnavailable);
    expect((error as ProviderUnavailable).retryAfterMs).toBeGreaterThan(30_000);
    const renewed = await done(state.commit({ when: [{ key: 'rs/1/lease', revision }], put: [{ key: 'rs/1/lease', value: '2' }] }, limit));
    expect(renewed).toBeGreaterThan(revision);
    const lock = state.lock('coord/lock', { holder: 'a', ttlMs: 1_000 }, () => {});
    await lock.steal(limit);
    expect(lock.state.kind).toBe('held');
  });

  it('takes up a first start that was killed in the middle', async () => {
    const board = await start();
    await board.eval("box.space.sessions:drop() box.space.meta:delete('revision') box.schema.func.drop('coterie_state.watch')");
    await board.kill();
    await board.start();
    const state = open(board, 'a');
    const lock = state.lock('coord/lock', { holder: 'a', ttlMs: 1_000 }, () => {});
    await waitFor(() => lock.state.kind === 'held', { ...limit, what: 'the lock' });
  });

  it('never says that an unknown change failed', async () => {
    const board = await start();
    const state = open(board, 'a');
    const revision = await done(state.commit({ when: [], put: [{ key: 'n', value: '0' }] }, limit));
    await board.pause();
    const error = await state.commit({ when: [{ key: 'n', revision }], put: [{ key: 'n', value: '1' }] }, { timeoutMs: 300 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OutcomeUnknown);
    board.resume();
    const outcome = await waitFor(() => (error as OutcomeUnknown).settle({ timeoutMs: 2_000 }), { ...limit, what: 'the outcome' });
    expect((await state.read(['n'], limit)).entries.get('n')!.value).toBe(outcome === 'done' ? '1' : '0');
    await board.kill();
    await expect(state.commit({ when: [], put: [{ key: 'n', value: '2' }] }, { timeoutMs: 300 })).rejects.toThrow(ProviderUnavailable);
  });

  it('says nothing that its disk refused', async () => {
    const board = await start();
    const [writer, reader] = [open(board, 'writer'), open(board, 'reader')];
    await done(writer.commit({ when: [], put: [{ key: 'n', value: '0' }] }, limit));
    const { events } = watched(reader, 'n');
    await waitFor(() => events.length > 0, { ...limit, what: 'the snapshot' });
    // No file may grow: as a full disk, for this one process.
    await board.eval(`local ffi = require('ffi')
      ffi.cdef('struct coterie_rlimit { unsigned long now; unsigned long most; }; int setrlimit(int what, const struct coterie_rlimit *to); void (*signal(int number, void (*handler)(int)))(int);')
      ffi.C.signal(25, ffi.cast('void (*)(int)', 1))
      ffi.C.setrlimit(1, ffi.new('struct coterie_rlimit', {1, 18446744073709551615ULL}))`);
    const answers = await Promise.all([1, 2, 3, 4].map((i) => writer.commit({ when: [], put: [{ key: 'n', value: String(i) }] }, { timeoutMs: 2_000 }).catch((error: unknown) => error)));
    for (const answer of answers) {
      expect(answer).toBeInstanceOf(ProviderUnavailable);
      expect((answer as Error).message).toContain('write to disk');
    }
    expect((await reader.read(['n'], limit)).entries.get('n')!.value).toBe('0');
    await board.eval("require('ffi').C.setrlimit(1, require('ffi').new('struct coterie_rlimit', {18446744073709551615ULL, 18446744073709551615ULL}))");
    await waitFor(() => writer.commit({ when: [], put: [{ key: 'n', value: '5' }] }, { timeoutMs: 1_000 }).then((answer) => answer.done, () => false), { ...limit, what: 'the disk to take it' });
    await waitFor(() => events.at(-1)!.entries.get('n')?.value === '5', { ...limit, what: 'the watch to tell' });
    expect(events.map(({ entries }) => entries.get('n')?.value)).toEqual(['0', '5']);
  });
});

describe('who may ask a stateboard', () => {
  it('refuses a wrong password at once, and says it to nobody', async () => {
    const board = await start();
    const error = await open(board, 'a', 'not the password').commit({ when: [], put: [{ key: 'a', value: '1' }] }, limit).catch((reason: unknown) => reason as Error);
    expect(error).toBeInstanceOf(AccessDenied);
    expect(`${(error as Error).message} ${(error as Error).stack}`).not.toContain('not the password');
    const health = await open(board, 'b', 'not the password').health(limit);
    expect(health.error).toContain('wrong user or password');
  });

  it('lets its user call its functions and do nothing else, and guests nothing', async () => {
    const board = await start();
    const connect = async (credentials?: { user: string; password: string }): Promise<Connection> => {
      const connection = await openConnection({ clock: systemClock }, { ...connectionDefaults, connectTimeoutMs: 5_000, address: { host: '127.0.0.1', port: board.port }, ...(credentials ? { credentials } : {}) });
      ended.push(async () => connection.close());
      return connection;
    };
    const user = await connect({ user: 'stateboard', password: board.password });
    await user.call('coterie_state.health');
    const guest = await connect();
    const denied = (work: Promise<unknown>, what: string) => expect(work, what).rejects.toThrow(TarantoolError);
    for (const [name, who] of [['user', user], ['guest', guest]] as const) {
      await denied(who.eval('return 1'), `${name} eval`);
      await denied(who.call('box.schema.user.info'), `${name} info`);
      await denied(who.call('print', ['x']), `${name} print`);
      await denied(who.call('LUA', ['return 1']), `${name} LUA`);
      await denied(who.execute("select lua('return box.cfg.memtx_memory')"), `${name} SQL and Lua`);
      for (const space of [280, 281, 288, 289, 304, 305, 312, 313, 512, 513, 514]) await denied(who.select(space, [], { limit: 1 }), `${name} space ${space}`);
      await denied(who.request(requests.select(512, [], { limit: 1 })).then(({ status }) => {
        if (status === 0) return;
        throw new TarantoolError(status & 0x7fff, 'refused', []);
      }), `${name} raw`);
    }
    await denied(guest.call('coterie_state.health'), 'guest health');
    await denied(guest.call('coterie_state.look', [['identity'], null, 10]), 'guest look');
  });
});
