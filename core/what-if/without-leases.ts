import type { WhatIfOutcome, WhatIfRisk } from '~/contract/shapes/what-if.ts';
import { eventualMaster } from '~/core/failover/eventual.ts';
import { keepsState } from '~/core/topology/master.ts';
import type { WhatIfInput } from './input.ts';
import { list } from './places.ts';
import type { Scene } from './stage.ts';

/** Replicasets whose master nobody appoints: mode `disabled`, mode `eventual`, all writable, or the stateboard itself. */
type Answer = { readonly outcome: WhatIfOutcome; readonly newMaster: string | null; readonly writesStopMs: number | null; readonly rowsAtRisk: WhatIfRisk; readonly sentence: string };

export function withoutLeases(input: WhatIfInput, scene: Scene): Answer {
  if (input.config.replicasets[scene.uuid]?.allRw) return allWritable(input, scene);
  return scene.settings.mode === 'eventual' && !keepsState(input.config, scene.uuid) ? byGossip(input, scene) : byPriority(input, scene);
}

const nameIn = ({ config }: WhatIfInput) => (uuid: string): string => config.instances[uuid]?.alias ?? uuid;

function allWritable(input: WhatIfInput, { members, meets }: Scene): Answer {
  const name = nameIn(input);
  const left = members.filter(({ stands }) => stands).map(({ uuid }) => uuid);
  const lost = members.filter(({ alive, stands }) => alive && !stands).map(({ uuid }) => name(uuid));
  const apart = left.some((a) => left.some((b) => a !== b && !meets(a, b)));
  if (left.length === 0) return { outcome: 'readOnly', newMaster: null, writesStopMs: null, rowsAtRisk: 'none', sentence: 'Every instance of it is lost.' };
  if (apart) return { outcome: 'degraded', newMaster: null, writesStopMs: 0, rowsAtRisk: 'none', sentence: 'Every instance is writable: both sides write on, and what they write meets, and may conflict, when they reach each other again.' };
  return lost.length > 0
    ? { outcome: 'degraded', newMaster: null, writesStopMs: 0, rowsAtRisk: 'upToTheLag', sentence: `Every instance is writable: the others write on without ${list(lost)}; what it had not passed on comes back with it.` }
    : { outcome: 'nothing', newMaster: null, writesStopMs: 0, rowsAtRisk: 'none', sentence: 'Every instance is writable, and all of them stay.' };
}

function byGossip(input: WhatIfInput, { members, master, meets, settings }: Scene): Answer {
  const name = nameIn(input);
  const left = members.filter(({ stands }) => stands).map(({ uuid }) => uuid);
  const masters = left.filter((me) => eventualMaster(settings, (uuid) => left.includes(uuid) && (uuid === me || meets(me, uuid))) === me);
  const [first] = masters;
  if (first === undefined) return { outcome: 'readOnly', newMaster: null, writesStopMs: null, rowsAtRisk: 'none', sentence: 'Nobody who could lead is left.' };
  if (masters.length > 1) return { outcome: 'needsPerson', newMaster: null, writesStopMs: null, rowsAtRisk: 'allOfOneSide', sentence: `${list(masters.map(name))} all write at once: mode eventual believes gossip alone, and each hears only its own side. Their rows go apart until a person chooses.` };
  if (first !== master) return { outcome: 'failsOver', newMaster: first, writesStopMs: input.gossipDeadMs, rowsAtRisk: 'upToTheLag', sentence: `${name(first)} leads as soon as gossip calls the others dead; nobody compares who has the most rows.` };
  return kept(input, members, first);
}

function byPriority(input: WhatIfInput, { uuid, members, master, settings }: Scene): Answer {
  const name = nameIn(input);
  if (master === null) return { outcome: 'readOnly', newMaster: null, writesStopMs: null, rowsAtRisk: 'none', sentence: 'Nobody leads it already now.' };
  if (members.some((member) => member.uuid === master && member.stands)) return kept(input, members, master);
  const others = members.filter((member) => member.stands && member.hasData && settings.members.some((one) => one.uuid === member.uuid && one.electable)).map((member) => name(member.uuid));
  if (keepsState(input.config, uuid)) return { outcome: 'readOnly', newMaster: null, writesStopMs: null, rowsAtRisk: 'none', sentence: `${name(master)} is the stateboard, and there is one of it: appointments and leases stand still until it is back.` };
  if (others.length === 0) return { outcome: 'readOnly', newMaster: null, writesStopMs: null, rowsAtRisk: 'none', sentence: `${name(master)} is lost, and nobody else has its rows.` };
  return { outcome: 'needsPerson', newMaster: null, writesStopMs: null, rowsAtRisk: 'upToTheLag', sentence: `${name(master)} is lost, and in mode ${settings.mode} nobody is appointed instead: a person puts ${list(others)} first in the priority, or promotes it.` };
}

function kept(input: WhatIfInput, members: Scene['members'], master: string): Answer {
  const name = nameIn(input);
  const lost = members.filter(({ alive, stands }) => alive && !stands).map(({ uuid }) => name(uuid));
  const sentence = lost.length > 0 ? `${name(master)} writes on without ${list(lost)}.` : `${name(master)} writes on.`;
  return { outcome: lost.length > 0 ? 'degraded' : 'nothing', newMaster: null, writesStopMs: 0, rowsAtRisk: 'none', sentence };
}
