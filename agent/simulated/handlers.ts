import { setTimeout as wait } from 'node:timers/promises';
import { CoterieError } from '~/contract/errors.ts';
import type { LogLine } from '~/contract/shapes/status.ts';
import { withoutFailover } from '~/agent/failover/off.ts';
import { withoutData } from '~/agent/data-calls.ts';
import { withoutMigrations } from '~/agent/roles/migrations.ts';
import { withoutRouter } from '~/agent/router/off.ts';
import { withoutSharding } from '~/agent/sharding/off.ts';
import type { Gossip } from '~/agent/gossip.ts';
import type { AgentHandlers } from '~/link/protocol.ts';
import { openRing } from '~/link/sealed-ring.ts';
import { boxSettings, spacesPage } from './inspect.ts';
import type { SimulatedInstance } from './instance.ts';

/** What a simulated agent answers. The apply, the status and the gossip are the real ones; what a Tarantool would do is told. */

const followEveryMs = 1500;

export function handlersOf(instance: SimulatedInstance): AgentHandlers {
  const { documents, now } = instance.parts;
  const said = (what: string) => ({ sentence: `${instance.alias} ${what} (simulated).` });
  const again = (what: string) => async () => {
    instance.busy('connecting', { busyMs: 600 });
    return said(what);
  };
  return {
    ...withoutFailover(() => instance.alias),
    ...withoutSharding(() => instance.alias),
    ...withoutRouter(() => instance.alias),
    ...withoutData(() => instance.alias),
    status: (_input, signal) => instance.feed.follow(signal),
    ping: async () => ({ uuid: instance.uuid, at: now() }),
    prepare: (input) => instance.keeper.prepare({ ...input, candidate: documents.shared(input.candidate) }),
    checkCode: async () => ({ faults: [] }),
    commit: (input) => instance.keeper.commit(input),
    abort: ({ runId }) => instance.keeper.abort(runId),
    adopt: ({ committed, waitMs }) => instance.keeper.adopt(documents.shared(committed), waitMs),
    config: async () => instance.keeper.state.committed,
    outcome: async ({ runId }) => instance.keeper.outcomeOf(runId),
    fence: async () => {
      const { database, config } = instance.status();
      return { readOnly: database?.readOnly ?? true, vclock: database?.vclock ?? {}, version: config?.version ?? 0, message: null };
    },
    logs: async ({ lines, filter }) => logLines(instance, lines).filter(({ text }) => filter === undefined || text.includes(filter)),
    followLogs: (input, signal) => followed(instance, input, signal),
    restart: again('is restarted'),
    start: again('is started'),
    rebuild: again('has copied its data again'),
    stop: async () => {
      instance.halt();
      return said('is stopped');
    },
    restartReplication: async () => {
      await instance.suffer({ kind: 'calm' });
      return said('has set its replication anew');
    },
    eval: async () => ({ ok: false, values: [], columns: null, error: 'This instance is simulated: there is no Tarantool that could run it.', truncated: false, tookMs: 0 }),
    boxCfg: async () => boxSettings(instance),
    spaces: async (input) => spacesPage(instance, input),
    schemaThere: async () => ({ spaces: [] }),
    functionStats: async () => ({ functions: [] }),
    ...withoutMigrations(() => instance.alias),
    gossip: async () => {
      const [table, stats] = await Promise.all([gossipOf(instance).table(), gossipOf(instance).stats()]);
      return { members: table.map(({ bytes, payload: _payload, ...row }) => ({ ...row, payload: Buffer.from(bytes).toString('base64') })), stats };
    },
    takeKeys: async ({ sealed }) => {
      const { keyring } = gossipOf(instance);
      await keyring.take(openRing(sealed, { key: instance.options.keys.ringInTransit, callee: instance.uuid, now: now() }));
      return { keys: [...(await keyring.list())] };
    },
  };
}

function gossipOf({ gossip }: SimulatedInstance): Gossip {
  if (gossip === null) throw new CoterieError('UNAVAILABLE', 'Gossip does not run.');
  return gossip;
}

const texts = ['ready to accept requests', "I> leaving orphan mode", 'wal: new segment was opened', 'checkpoint: 1 row in 3 ms', 'C> replica set is in sync', 'gc: nothing to delete'];

function logLines({ parts, uuid }: SimulatedInstance, count: number): LogLine[] {
  const now = parts.now();
  return Array.from({ length: Math.min(count, 200) }, (_, index): LogLine => {
    const number = Math.floor(now / followEveryMs) - Math.min(count, 200) + 1 + index;
    return { at: number * followEveryMs, source: number % 5 === 0 ? 'agent' : 'tarantool', level: number % 17 === 0 ? 'warn' : 'info', text: `${texts[number % texts.length]!} (simulated, ${uuid.slice(0, 8)})` };
  });
}

async function* followed(instance: SimulatedInstance, { lines, filter }: { lines: number; filter?: string | undefined }, signal: AbortSignal): AsyncGenerator<LogLine> {
  const fits = ({ text }: LogLine) => filter === undefined || text.includes(filter);
  yield* logLines(instance, lines).filter(fits);
  while (!signal.aborted) {
    await wait(followEveryMs, undefined, { signal }).catch(() => {});
    if (!signal.aborted) yield* logLines(instance, 1).filter(fits);
  }
}
