import { whatIfOutcomes, type WhatIfOutcome, type WhatIfRisk } from '~/contract/shapes/what-if.ts';
import { worstCase } from '~/core/failover/timing.ts';
import type { WhatIfInput } from './input.ts';
import type { Ending } from './rehearsal.ts';
import { endOf, type Effect, type Member, type Scene, type Scenes, type Stage } from './stage.ts';
import { sentenceOf } from './sentences.ts';
import { withoutLeases } from './without-leases.ts';

/** What a rehearsal's ending means for those who write. */
export type Meaning = {
  readonly outcome: WhatIfOutcome;
  readonly leader: string | null;
  /** Voters that have what the leader writes, itself included. */
  readonly copies: number;
  /** Copies that grew with the master's, and no longer do. */
  readonly missing: readonly Member[];
  /** Could lead if a person says so. */
  readonly survivors: readonly Member[];
  readonly risk: WhatIfRisk;
  readonly stopMs: number | null;
  /** The master writes by the promises of members, without the provider. */
  readonly byPromises: boolean;
};

export function effectOf(stage: Stage, scene: Scene): Effect {
  const { input } = stage;
  const { master, uuid } = scene;
  const named = (who: string | null) => (who === null ? null : { uuid: who, alias: input.config.instances[who]?.alias ?? who });
  const common = { replicaset: { uuid, alias: input.config.replicasets[uuid]?.alias ?? uuid }, master: named(master) };
  if (!scene.appointed) {
    const { newMaster, ...rest } = withoutLeases(input, scene);
    return { ...common, ...rest, newMaster: named(newMaster) };
  }
  if (master === null) return { ...common, outcome: 'readOnly', newMaster: null, writesStopMs: null, rowsAtRisk: 'none', sentence: 'Nobody leads it already now.' };
  const ending = endOf(stage, scene, master);
  const meaning = meaningOf(input, { scene, ending, master });
  const newMaster = meaning.leader === master ? null : named(meaning.leader);
  return { ...common, outcome: meaning.outcome, newMaster, writesStopMs: meaning.stopMs, rowsAtRisk: meaning.risk, sentence: sentenceOf(input, { scene, ending, meaning, master }) };
}

export const rankOf = (outcome: WhatIfOutcome): number => whatIfOutcomes.indexOf(outcome);

export const worstFirst = <T extends Pick<Effect, 'outcome' | 'writesStopMs'>>(effects: readonly T[]): T[] => effects.toSorted((a, b) => rankOf(b.outcome) - rankOf(a.outcome) || (b.writesStopMs ?? 0) - (a.writesStopMs ?? 0));

/** Nobody knows who leads the provider: the worst of what follows. */
export function worstOf(stage: Stage, scenes: Scenes): Effect {
  const [first, ...others] = scenes;
  return worstFirst([effectOf(stage, first), ...others.map((scene) => effectOf(stage, scene))])[0] ?? effectOf(stage, first);
}

function meaningOf(input: WhatIfInput, { scene, ending, master }: { readonly scene: Scene; readonly ending: Ending; readonly master: string }): Meaning {
  const { policy, members, settings } = scene;
  const { leader } = ending;
  const copies = policy.voters.filter((uuid) => uuid === leader || ending.following.includes(uuid)).length;
  const writes = leader !== null && copies >= policy.copies && (policy.gate === 0 || copies - 1 >= policy.gate);
  const missing = members.filter(({ uuid, alive, hasData }) => alive && hasData && uuid !== master && uuid !== leader && !ending.following.includes(uuid));
  const able = (uuid: string) => settings.members.some((member) => member.uuid === uuid && member.electable && !member.disabled && !member.anonymous);
  const survivors = members.filter(({ uuid, stands, hasData }) => uuid !== master && stands && hasData && able(uuid));
  const masterLives = members.some(({ uuid, stands }) => uuid === master && stands);
  const byPromises = leader === master && !scene.providerUsers.has(master);
  const outcome = outcomeOf({ leader, master, writes, masterLives, survivors: survivors.length, lacks: missing.length > 0 || byPromises || scene.coordinator === null });
  return { outcome, byPromises, leader, copies, missing, survivors, risk: riskOf(scene, { outcome, masterLives, survivors: survivors.length }), stopMs: stopOf(input, scene, { outcome, copies, appointments: ending.appointments }) };
}

function outcomeOf({ leader, master, writes, masterLives, survivors, lacks }: { readonly leader: string | null; readonly master: string; readonly writes: boolean; readonly masterLives: boolean; readonly survivors: number; readonly lacks: boolean }): WhatIfOutcome {
  if (leader === null) return !masterLives && survivors > 0 ? 'needsPerson' : 'readOnly';
  if (!writes) return 'readOnly';
  if (leader !== master) return 'failsOver';
  return lacks ? 'degraded' : 'nothing';
}

/** Of a change of master: by itself, or by a person's force. */
function riskOf({ policy }: Scene, { outcome, masterLives, survivors }: { readonly outcome: WhatIfOutcome; readonly masterLives: boolean; readonly survivors: number }): WhatIfRisk {
  if (outcome !== 'failsOver' && outcome !== 'needsPerson') return 'none';
  if (policy.copies === 0) return masterLives ? 'upToALease' : 'upToTheLag';
  // By itself it goes only as far as enough voters are heard; a person may go further.
  return outcome === 'failsOver' || survivors >= policy.voters.length - policy.copies + 1 ? 'none' : 'upToTheLag';
}

function stopOf({ timing, providerFailoverMs, lockMs }: WhatIfInput, { policy, coordinatorChanges, providerShaken }: Scene, { outcome, copies, appointments }: { readonly outcome: WhatIfOutcome; readonly copies: number; readonly appointments: number }): number | null {
  const { hostLostMs, processLostMs } = worstCase(timing);
  switch (outcome) {
    case 'nothing':
    case 'degraded': {
      // Promises bridge the time that the provider needs to find another leader.
      const bridged = !providerShaken || (policy.promises > 0 && copies >= policy.promises);
      return bridged ? 0 : Math.max(0, Math.ceil(providerFailoverMs - (timing.leaseMs - timing.marginMs - timing.renewMs)));
    }
    case 'failsOver': {
      const providerMs = providerShaken ? providerFailoverMs : 0;
      // A change of the provider's leader gives every session its whole time again.
      const lockedMs = coordinatorChanges ? lockMs + providerMs : 0;
      // Whoever is appointed and does not lead costs a lease more.
      const againMs = Math.max(0, appointments - 1) * (hostLostMs - processLostMs);
      return Math.max(hostLostMs, Math.max(providerMs, lockedMs) + processLostMs) + againMs;
    }
    case 'readOnly':
    case 'needsPerson':
      return null;
  }
}
