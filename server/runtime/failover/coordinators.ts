import { CoterieError, problemOf } from '~/contract/errors.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { Report } from '~/core/view/report.ts';
import { activeCoordinators, coordinatorsIn } from '~/core/standing/status.ts';
import type { AgentClient } from '~/link/protocol.ts';

/**
 * Finds the active coordinator and asks it. The one idea: nobody is sure who it is, so whoever is asked and is not it
 * names the one that is, and that one is asked next; each is asked once, and all of it has one deadline.
 */
export type CoordinatorsComponents = {
  readonly config: () => ClusterConfig | null;
  readonly reports: () => ReadonlyMap<string, Report>;
  readonly client: (uuid: string, alias: string) => AgentClient;
  readonly now: () => number;
};

export type Asked<T> = { readonly by: string; readonly value: T };
export type Asking = {
  readonly timeoutMs: number;
  /** Of that, how long one of them may take; absent: all of it. */
  readonly eachMs?: number;
  /** It may have been done although no answer came: then nobody else is asked. */
  readonly once?: boolean;
};

export class Coordinators {
  constructor(readonly components: CoordinatorsComponents) {}

  async ask<T>(call: (client: AgentClient, timeoutMs: number) => Promise<T>, { timeoutMs, eachMs = timeoutMs, once = false }: Asking): Promise<Asked<T>> {
    const { config: configOf, reports, now } = this.components;
    const config = configOf();
    if (config === null) throw new CoterieError('CONFLICT', 'There is no configuration yet, so nobody appoints masters.');
    const until = performance.now() + timeoutMs;
    const known = activeCoordinators({ config, reports: reports(), now: now() });
    // Where nobody claims it, all are asked: one may have become it a moment ago.
    const open = known.length > 0 ? known : coordinatorsIn(config);
    const asked = new Set<string>();
    const said: string[] = [];
    let last: unknown = null;
    for (let uuid = open.shift(); uuid !== undefined; uuid = open.shift()) {
      const left = until - performance.now();
      if (asked.has(uuid) || left <= 0) continue;
      asked.add(uuid);
      const alias = config.instances[uuid]?.alias ?? uuid;
      try {
        return { by: uuid, value: await call(this.components.client(uuid, alias), Math.max(1, Math.min(eachMs, left))) };
      } catch (error) {
        last = error;
        const { code, detail, data } = problemOf(error);
        said.push(`${alias}: ${detail}`);
        const holder = code === 'CONFLICT' && typeof data.holder === 'string' ? data.holder : null;
        if (holder !== null && holder in config.instances) open.unshift(holder);
        else if (code === 'CONFLICT') open.push(...coordinatorsIn(config));
        else if (code !== 'UNAVAILABLE' && (once || code !== 'TIMED_OUT')) throw error;
        else if (once && code === 'UNAVAILABLE' && !/ECONNREFUSED|not been heard|EHOSTUNREACH/.test(detail)) throw unknown(error);
        else open.push(...coordinatorsIn(config));
      }
    }
    if (last === null) throw new CoterieError('UNAVAILABLE', 'No instance with role failover-coordinator is known. Give the role to one, and switch failover on.', {});
    throw new CoterieError('UNAVAILABLE', `No active coordinator answers. ${said.join(' ')} See \`failover status\`; where one holds the lock and does nothing: \`failover steal\`.`, { asked: [...asked] });
  }
}

const unknown = (error: unknown) => new CoterieError('TIMED_OUT', `${problemOf(error).detail} Whether it was done is not known: look at \`failover status\` before you try again.`, {});
