import { canonicalJson } from '~/core/config/canonical.ts';
import type { Facts } from './facts.ts';
import type { Step } from './refusal.ts';
import { routerOf, routersOf, routerSettings } from './router-settings.ts';
import { groupNames } from './sharding-settings.ts';

/** Which routers begin, end, or are started anew when the configuration changes. */
export function routerSteps(facts: Facts): Step[] {
  const { before, after, aliases, sorted } = facts;
  const groups = groupNames(after).flatMap((name): Step[] => {
    if (canonicalJson(routerSettings(before, name)) === canonicalJson(routerSettings(after, name))) return [];
    const routers = sorted(routersOf(after, name).filter((uuid) => routerOf(before, uuid)));
    const who = routers.length === 0 ? 'no router has to be told' : `${aliases(routers)} ${routers.length > 1 ? 'replace their routers' : 'replaces its router'}; what is under way is finished`;
    return [{ kind: 'setRouter', target: name, sentence: `Routers of group ${name} have other settings: ${who}.`, reason: 'The settings of the group change.' }];
  });
  return [...groups, ...sorted([...new Set([...Object.keys(before.instances), ...Object.keys(after.instances)])]).flatMap((uuid) => instanceStep(facts, uuid))];
}

function instanceStep({ before, after, aliasOf }: Facts, uuid: string): Step[] {
  const [old, now] = [routerOf(before, uuid), routerOf(after, uuid)];
  const alias = aliasOf(uuid);
  if (!old && now) return [{ kind: 'setRouter', target: uuid, sentence: `${alias} starts a router for group ${now.group} at ${now.listen}.`, reason: before.instances[uuid] ? 'It is to have one now.' : 'Its replicaset has role router.' }];
  if (old && !now) return [{ kind: 'setRouter', target: uuid, sentence: `The router of ${alias} at ${old.address} finishes what is under way, and ends.`, reason: after.instances[uuid]?.disabled ? 'It is disabled.' : after.instances[uuid] ? 'Its replicaset has role router no more.' : 'It is expelled.' }];
  if (!old || !now || (old.group === now.group && old.listen === now.listen)) return [];
  return [{ kind: 'setRouter', target: uuid, sentence: `The router of ${alias} is replaced by one ${old.listen === now.listen ? '' : `at ${now.listen} `}for group ${now.group}; what is under way is finished.`, reason: old.listen === now.listen ? 'Its group changes.' : 'Its address changes.' }];
}
