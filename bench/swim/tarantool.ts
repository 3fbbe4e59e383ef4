/** Tarantool's own `swim` module, 0.2 s heartbeat and ack time-out, plain: what it can do at best. */

import { TarantoolSwim } from '~/tests/support/tarantool-swim.ts';
import { swimUuid } from '~/tests/support/swim-process.ts';
import type { BenchKind, BenchMember, EventKind, SeenEvent } from './cluster.ts';
import type { Namespace } from './namespace.ts';

const firstPort = 20_000;
const kinds: Readonly<Record<string, EventKind>> = { new: 'join', suspected: 'suspect', alive: 'alive', dead: 'dead', left: 'left' };

export function tarantool(namespace: Namespace, heartbeatSeconds: number): BenchKind {
  return {
    title: `Tarantool swim (${heartbeatSeconds} s)`,
    prepare: async (index) => {
      const member = await TarantoolSwim.start(swimUuid(index + 1), {
        heartbeatSeconds,
        port: firstPort + index,
        wrap: (command, args) => namespace.wrap(command, args),
      });
      return {
        join: async (seed) => {
          if (seed !== undefined) await member.evaluate(`s:probe_member('127.0.0.1:${firstPort + seed}')`);
          return wrapped(member, () => namespace.silence(firstPort + index));
        },
      };
    },
  };
}

function wrapped(member: TarantoolSwim, dropped: () => boolean): BenchMember {
  return {
    name: member.uuid,
    pid: member.process.pid ?? 0,
    events: async () => {
      const seen = await member.events();
      return seen.flatMap(({ uuid, what, at }): SeenEvent[] => {
        const kind = kinds[what];
        return kind === undefined ? [] : [{ kind, about: uuid, atMs: at }];
      });
    },
    leave: async () => {
      await member.quit();
    },
    silence: () => void (dropped() || member.process.kill('SIGSTOP')),
    signal: (signal) => void member.process.kill(signal),
    kill: () => member.close(),
  };
}
