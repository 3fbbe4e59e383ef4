import { whatIfOutcomes, type WhatIf, type WhatIfEffect, type WhatIfOutcome } from '~/contract/shapes/what-if.ts';
import { hasDataRole } from '~/core/roles/registry.ts';
import { alikeOf, type Alike } from './alike.ts';
import { worstFirst, worstOf } from './effect.ts';
import { happeningsOf, takenDown, type Happening } from './events.ts';
import type { WhatIfInput } from './input.ts';
import { list, noDamage, type Damage } from './places.ts';
import { sited, sliceOf } from './slice.ts';
import { scenesOf, stageOf, type Scenes, type Stage } from './stage.ts';
import { waysFor, wayOutOf, type Ways } from './ways-out.ts';

/** What would happen if each site, link, host, coordinator or part of the provider died now. */
export function whatIf(given: WhatIfInput): WhatIf[] {
  const steps = whatIfSteps(given);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The same in short steps, for whoever has something else to do between them: with hundreds of replicasets all of it takes seconds. */
export function* whatIfSteps(given: WhatIfInput): Generator<undefined, WhatIf[], void> {
  const whole = stageOf(sited(given));
  const { config } = whole.input;
  const uuids = Object.entries(config.replicasets).filter(([, { roles }]) => hasDataRole(roles)).map(([uuid]) => uuid).toSorted();
  const parts: Part[] = [];
  const kinds = new Map<string, Kind>();
  for (const uuid of uuids) {
    const alike = alikeOf(sliceOf(whole.input, uuid), uuid);
    const kind = kinds.get(alike.kind) ?? kindOf(whole, alike);
    kinds.set(alike.kind, kind);
    parts.push({ alike, kind });
    yield;
  }
  const reports: WhatIf[] = [];
  for (const happening of happeningsOf(whole)) {
    const effects: WhatIfEffect[] = [];
    for (const { alike, kind } of parts) {
      const damage = alike.seen(happening.damage);
      const effect = damage && (yield* effectOn(kind, damage));
      if (effect) effects.push(alike.told(effect));
    }
    reports.push(reported(whole, happening, { effects, untouched: parts.length - effects.length }));
    yield;
  }
  return reports;
}

/** One replicaset with what concerns it, and those that it shares every answer with. */
type Part = { readonly alike: Alike; readonly kind: Kind };
/** `effects`: by damage; null: it does not notice. */
type Kind = { readonly mark: string; readonly stage: Stage; readonly calm: string; readonly effects: Map<string, WhatIfEffect | null>; ways: readonly Ways[] | null };

function kindOf({ sites, endings }: Stage, { input, mark }: Alike): Kind {
  const stage = stageOf(input, { sites, endings });
  return { mark, stage, calm: keysOf(scenesOf(stage, mark, noDamage)), effects: new Map(), ways: null };
}

const keysOf = (scenes: Scenes): string => scenes.map(({ key }) => key).toSorted().join('\n');

function* effectOn(kind: Kind, damage: Damage): Generator<undefined, WhatIfEffect | null, void> {
  const key = JSON.stringify(damage);
  const known = kind.effects.get(key);
  if (known !== undefined) return known;
  const effect = yield* effectOf(kind, damage);
  kind.effects.set(key, effect);
  return effect;
}

function* effectOf(kind: Kind, damage: Damage): Generator<undefined, WhatIfEffect | null, void> {
  const { mark, stage } = kind;
  const scenes = scenesOf(stage, mark, damage);
  if (keysOf(scenes) === kind.calm) return null;
  const effect = worstOf(stage, scenes);
  yield;
  // A copy that is gone does not come back by a change of settings.
  const hopeless = effect.outcome === 'nothing' || (effect.outcome === 'degraded' && scenes.every(({ coordinator, master, providerUsers }) => coordinator !== null && providerUsers.has(master ?? '')));
  if (hopeless) return { ...effect, wayOut: null };
  kind.ways ??= waysFor(stage, mark);
  return { ...effect, wayOut: yield* wayOutOf(kind.ways, { damage, effect }) };
}

function reported(stage: Stage, { id, kind, title, damage }: Happening, { effects, untouched }: { readonly effects: readonly WhatIfEffect[]; readonly untouched: number }): WhatIf {
  const sorted = worstFirst(effects);
  const bySite = damage.zones.length > 0 || damage.apart.length > 0 || damage.alone.length > 0;
  return { id, kind, title, takesDown: takenDown(stage, damage), worst: sorted[0]?.outcome ?? 'nothing', summary: summaryOf(sorted, untouched), assumed: bySite ? [...stage.places.assumed] : [], effects: sorted, untouched };
}

const words = { nothing: ['goes on', 'go on'], degraded: ['goes on with less', 'go on with less'], failsOver: ['fails over', 'fail over'], readOnly: ['is read-only', 'are read-only'], needsPerson: ['waits for a person', 'wait for a person'] } as const satisfies Record<WhatIfOutcome, readonly [string, string]>;

function summaryOf(effects: readonly WhatIfEffect[], untouched: number): string {
  const parts = whatIfOutcomes.toReversed().flatMap((outcome) => {
    const names = effects.filter((effect) => effect.outcome === outcome).map(({ replicaset }) => replicaset.alias);
    if (names.length === 0) return [];
    const stop = Math.max(...effects.filter((effect) => effect.outcome === outcome).map(({ writesStopMs }) => writesStopMs ?? 0));
    return [`${list(names)} ${words[outcome][names.length === 1 ? 0 : 1]}${stop > 0 ? ` within ${(stop / 1000).toFixed(1)} s` : ''}`];
  });
  if (untouched > 0) parts.push(effects.length === 0 ? 'Nothing changes' : `the other ${untouched === 1 ? 'one notices' : `${untouched} notice`} nothing`);
  const text = parts.join('; ');
  return text === '' ? 'There is no data to be lost.' : `${text}.`;
}
