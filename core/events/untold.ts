import type { EventDraft } from './draft.ts';

/**
 * Several servers watch one cluster, and one of them writes the events. When that one dies, another one has to find out
 * which of the events that it saw itself are written already. Nobody's clock and nobody's sentence are exactly another's:
 * what counts is what happened to whom, at nearly the same time, and how often.
 */

/** Parts of an event's data that every server that saw it gives alike. */
const telling = ['code', 'open', 'after', 'epoch', 'version', 'exits'];

function keyOf({ kind, object, sentence, data }: EventDraft): string {
  const told = telling.flatMap((name) => (data[name] === undefined ? [] : [data[name]]));
  return JSON.stringify([kind, object.kind, object.id, ...(told.length > 0 ? told : [sentence])]);
}

/** Those of `ours` that have no partner in `told`. Each of `told` is partner to one: what happened twice is told twice. */
export function untold(ours: readonly EventDraft[], told: readonly EventDraft[], toleranceMs: number): EventDraft[] {
  const left = new Map<string, number[]>();
  for (const event of told.toSorted((a, b) => a.at - b.at)) left.set(keyOf(event), [...(left.get(keyOf(event)) ?? []), event.at]);
  return ours
    .toSorted((a, b) => a.at - b.at)
    .filter((event) => {
      const times = left.get(keyOf(event)) ?? [];
      const partner = times.findIndex((at) => Math.abs(at - event.at) <= toleranceMs);
      if (partner >= 0) times.splice(partner, 1);
      return partner < 0;
    });
}

/** The last word on whether an instance is there, by instance. A server that has just started sees everybody appear: that is no news. */
export class Presence {
  readonly #words = new Map<string, string>();

  /** `told` oldest first. */
  constructor(told: readonly EventDraft[]) {
    for (const event of told) this.isNews(event);
  }

  isNews({ kind, object, sentence, data }: EventDraft): boolean {
    if (kind !== 'gossip' || Object.keys(data).length > 0) return true;
    const before = this.#words.get(object.id);
    this.#words.set(object.id, sentence);
    return before !== sentence;
  }
}
