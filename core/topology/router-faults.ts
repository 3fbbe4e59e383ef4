import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { refusal, type Refusal } from './refusal.ts';
import { hostOf, portOf } from './address.ts';
import { routerOf, routerPortAbove, routerSettings } from './router-settings.ts';
import { groupNames } from './sharding-settings.ts';

/** What must hold for routers: each has a port of its own on its machine, and settings that go together. */
export function routerFaults(config: ClusterConfig): Refusal[] {
  return [...placeFaults(config), ...groupNames(config).flatMap((name) => settingFaults(config, name))];
}

function placeFaults(config: ClusterConfig): Refusal[] {
  // Machine and port -> who has it. What is not the same machine has another name: that two names mean one nobody can see here.
  const taken = new Map<string, string>();
  for (const { alias, uri } of Object.values(config.instances)) taken.set(`${hostOf(uri).toLowerCase()} ${portOf(uri)}`, `the Tarantool of ${alias}`);
  return Object.keys(config.instances).toSorted().flatMap((uuid): Refusal[] => {
    const place = routerOf(config, uuid);
    const instance = config.instances[uuid];
    if (!place || !instance) return [];
    const { alias, uri } = instance;
    const port = portOf(place.listen);
    const another = `Give it another one: \`coterie instance edit ${alias} --router host:port\`.`;
    if (port < 1 || port > 65_535) return [refusal('badAddress', uuid, [instance.router === undefined ? `The router of ${alias} would listen ${routerPortAbove} above ${portOf(uri)}, and there is no port ${port}.` : `The router of ${alias} needs a port that clients know; ${instance.router} names none.`, another])];
    const key = `${hostOf(uri).toLowerCase()} ${port}`;
    const holder = taken.get(key);
    if (holder !== undefined) return [refusal('takenAddress', uuid, [`The router of ${alias} would listen at ${place.listen}, and that port of its machine is ${holder}'s.`, another])];
    taken.set(key, `the router of ${alias}`);
    return [];
  });
}

function settingFaults(config: ClusterConfig, group: string): Refusal[] {
  const { callTimeoutMs, readTryMs } = routerSettings(config, group);
  if (readTryMs <= callTimeoutMs) return [];
  return [refusal('badGroup', group, [`Routers of group ${group}: a read would be tried for ${readTryMs} ms before another instance is asked, and a call may take ${callTimeoutMs} ms only.`, `Take a readTryMs of at most ${callTimeoutMs}, or a longer callTimeoutMs.`])];
}
