import type { WhatIfInput } from './input.ts';
import { list } from './places.ts';
import type { Meaning } from './effect.ts';
import type { Ending } from './rehearsal.ts';
import type { Scene } from './stage.ts';

/** The ending in words: who writes, and why that one or nobody. */
type Told = { readonly scene: Scene; readonly ending: Ending; readonly meaning: Meaning; readonly master: string };

export function sentenceOf(input: WhatIfInput, told: Told): string {
  const { meaning } = told;
  switch (meaning.outcome) {
    case 'nothing':
      return goesOn(input, told);
    case 'degraded':
      return [...lacking(input, told), ...pausing(told)].join(' ');
    case 'failsOver':
      return takesOver(input, told);
    case 'readOnly':
    case 'needsPerson':
      return stops(input, told);
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const namesIn = ({ config }: WhatIfInput) => (uuid: string): string => config.instances[uuid]?.alias ?? uuid;

/** The machines speak of identities; people have names for them. */
function inNames({ config }: WhatIfInput, text: string): string {
  return Object.entries(config.instances).reduce((left, [uuid, { alias }]) => left.replaceAll(uuid, alias), text);
}

function goesOn(input: WhatIfInput, { scene, master }: Told): string {
  const name = namesIn(input);
  const parts = [`${name(master)} writes on.`];
  if (scene.coordinatorChanges && scene.coordinator !== null) parts.push(`${name(scene.coordinator)} coordinates from then on.`);
  if (scene.providerShaken) parts.push('The state provider keeps its majority.');
  return [...parts, ...pausing({ meaning: { stopMs: 0 } })].join(' ');
}

function pausing({ meaning }: { readonly meaning: Pick<Meaning, 'stopMs'> }): string[] {
  return meaning.stopMs ? [`Writes stop for up to ${seconds(meaning.stopMs)} while the provider finds another leader: the lease is shorter than that takes.`] : [];
}

function lacking(input: WhatIfInput, { scene, ending, meaning, master }: Told): string[] {
  const name = namesIn(input);
  const gone = meaning.missing.filter(({ stands }) => !stands).map(({ uuid }) => name(uuid));
  const behind = meaning.missing.filter(({ stands }) => stands).map(({ uuid }) => name(uuid));
  const parts: string[] = [];
  if (meaning.byPromises) parts.push(`${name(master)} cannot reach the state provider and writes on by the promises of ${scene.policy.promises} of ${scene.policy.voters.length} voters; nobody could take over from it meanwhile.`);
  else parts.push(`${name(master)} writes on.`);
  if (gone.length > 0) parts.push(`The copy of ${list(gone)} is lost.`);
  if (behind.length > 0) parts.push(`${list(behind)} cannot hear it and ${behind.length === 1 ? 'falls' : 'fall'} behind until the link is back.`);
  if (scene.coordinator === null && !meaning.byPromises) parts.push('No coordinator is left that reaches the state provider: if the master were lost as well, nobody would be appointed.');
  if (ending.following.length === 0 && meaning.missing.length > 0) parts.push('What it writes now is on no other instance.');
  return parts;
}

function takesOver(input: WhatIfInput, { scene, meaning, master }: Told): string {
  const name = namesIn(input);
  const { timing } = input;
  const lives = scene.members.some(({ uuid, stands }) => uuid === master && stands);
  const went = lives ? `${name(master)} cannot renew its lease and is read-only ${seconds(timing.leaseMs - timing.marginMs)} after its last renewal` : `${name(master)} is lost`;
  const parts = [`${went}; ${name(meaning.leader ?? '')} leads once the lease is over, which takes up to ${seconds(meaning.stopMs ?? 0)}.`];
  if (scene.coordinatorChanges && scene.coordinator !== null) parts.push(`The active coordinator is gone as well, so ${name(scene.coordinator)} takes its lock first.`);
  parts.push(...riskIn(input, { scene, meaning, master: name(master) }));
  return parts.join(' ');
}

function riskIn({ timing }: WhatIfInput, { scene: { policy, settings }, meaning, master }: { readonly scene: Scene; readonly meaning: Meaning; readonly master: string }): string[] {
  switch (meaning.risk) {
    case 'none':
      return meaning.outcome === 'failsOver' ? [`No acknowledged row is lost: in ${settings.durability} each is on ${policy.copies} of ${policy.voters.length} voters, and enough of them are heard.`] : [];
    case 'upToTheLag':
      return [`Rows that ${master} had acknowledged and not passed on yet are missing, until its disk is read.`];
    case 'upToALease':
      return policy.gate > 0
        ? [`What ${master} acknowledges on its side is missing; it lets no write through 0.3 s after it has heard fewer than ${policy.gate} replicas.`]
        : [`What ${master} acknowledges on its side until its lease ends, up to ${seconds(timing.leaseMs - timing.marginMs)} of writes, is missing and goes to lost and found.`];
    case 'allOfOneSide':
      return ['Everything that one side writes is missing on the other.'];
  }
}

function stops(input: WhatIfInput, told: Told): string {
  const { scene, meaning, ending, master } = told;
  const name = namesIn(input);
  const { policy, settings } = scene;
  if (meaning.leader !== null) {
    const leads = `${name(meaning.leader)} leads, and acknowledges nothing:`;
    return meaning.copies < policy.copies
      ? `${leads} durability ${settings.durability} needs a row on ${policy.copies} of ${policy.voters.length} voters, and ${meaning.copies} ${meaning.copies === 1 ? 'is' : 'are'} left that ${meaning.copies === 1 ? 'has' : 'have'} it.`
      : `${leads} it lets no write through while fewer than ${policy.gate} replicas follow, and ${meaning.copies - 1} do.`;
  }
  const lives = scene.members.some(({ uuid, stands }) => uuid === master && stands);
  const parts = [lives ? stillThere(input, told) : `${name(master)} is lost.`, whyNobody(input, { scene, ending, lives, survivors: meaning.survivors.length })];
  if (meaning.outcome === 'needsPerson') {
    const one = meaning.survivors.length === 1;
    parts.push(`${list(meaning.survivors.map(({ uuid }) => name(uuid)))} ${one ? 'has' : 'have'} a copy: a person can make ${one ? 'it' : 'one of them'} lead by force${scene.providerUsers.size === 0 ? ', with a state provider that works' : ''}.`);
    parts.push(...riskIn(input, { scene, meaning, master: name(master) }));
  }
  return parts.filter((part) => part !== '').join(' ');
}

/** The old master lives, and may not write. */
function stillThere(input: WhatIfInput, { scene, master }: Told): string {
  const { policy, settings, providerUsers, members, meets } = scene;
  const name = namesIn(input);
  const voters = policy.voters.filter((uuid) => uuid === master || (members.some((member) => member.uuid === uuid && member.stands) && meets(master, uuid))).length;
  const promise = settings.failsafe === 'off' ? 'failsafe is off' : `it reaches ${voters} of the ${policy.promises} voters whose promises it would need`;
  return providerUsers.has(master) ? `${name(master)} lives.` : `${name(master)} lives, cannot renew its lease, and ${promise}: read-only ${seconds(input.timing.leaseMs - input.timing.marginMs)} after its last renewal.`;
}

function whyNobody(input: WhatIfInput, { scene, ending, lives, survivors }: { readonly scene: Scene; readonly ending: Ending; readonly lives: boolean; readonly survivors: number }): string {
  const { settings, providerUsers, coordinator, uuid } = scene;
  if (providerUsers.size === 0) return 'The state provider has no majority that anybody reaches, so nobody can be appointed.';
  if (!lives && survivors === 0) return 'Nobody else who could lead has its rows.';
  if (input.paused) return 'Failover is paused by a person, so nobody is appointed.';
  if (input.held.has(uuid)) return 'It failed over too often and waits until a person has looked at it.';
  if (settings.mode === 'manual') return 'In mode manual only people appoint another master.';
  if (coordinator === null) return 'No coordinator is left that reaches the state provider, so nobody is appointed.';
  return ending.blocked === null ? '' : inNames(input, ending.blocked);
}
