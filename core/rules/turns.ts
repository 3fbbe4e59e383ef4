import type { Event } from '~/contract/shapes/view.ts';

/** From healthy to not and back, as events tell it: each object is ill while at least one thing about it is. */
export class Turns {
  readonly #ill = new Map<string, Set<string>>();

  /** True: with this event its object has become unhealthy. */
  receive(event: Event): boolean {
    const sign = signOf(event);
    if (sign === null) return false;
    const before = this.#ill.get(event.object.id) ?? new Set<string>();
    const wasIll = before.size > 0;
    switch (sign.turn) {
      case 'ill':
        this.#ill.set(event.object.id, before.add(sign.what));
        return !wasIll;
      case 'well':
        before.delete(sign.what);
        if (before.size === 0) this.#ill.delete(event.object.id);
        return false;
      // Down and up again before anybody looked.
      case 'dip':
        return !wasIll;
    }
  }
}

type Sign = { readonly turn: 'ill' | 'well' | 'dip'; readonly what: string };

const crashes = new Set<unknown>(['crashed', 'failed']);

function signOf({ kind, severity, data }: Event): Sign | null {
  if (kind === 'process') {
    if (typeof data.exits === 'number') return { turn: 'dip', what: 'process' };
    if (crashes.has(data.after)) return { turn: 'ill', what: 'process' };
    return data.after === undefined ? null : { turn: 'well', what: 'process' };
  }
  // A muted issue is written as information: what is not to be counted is not counted here either.
  if (kind === 'issue' && data.open === false) return { turn: 'well', what: `issue ${String(data.code)}` };
  return kind === 'issue' && severity === 'critical' && data.open === true ? { turn: 'ill', what: `issue ${String(data.code)}` } : null;
}
