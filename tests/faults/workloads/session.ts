/** What sessions of all targets have in common: find a master, keep it while it answers, look again when it does not. */
import type { Asked } from '../history/operation.ts';
import { nameOf, NotDone, type Answer, type Endpoint, type Session } from './target.ts';

export interface Connected {
  readonly endpoint: Endpoint;
  /** Rejects with NotDone for what was refused; anything else leaves it unknown. */
  perform(asked: Asked): Promise<{ readonly asked: Asked; readonly epoch: number | null }>;
  close(): void;
}

/** One attempt to find the master: null when nobody is, or nobody answers. */
export type Find = () => Promise<Connected | null>;

export class MasterSession implements Session {
  readonly #find: Find;
  #connected: Connected | null = null;
  #closed = false;

  constructor(find: Find) {
    this.#find = find;
  }

  async perform(asked: Asked): Promise<Answer> {
    const connected = (this.#connected ??= await this.#find().catch(() => null));
    if (!connected || this.#closed) {
      this.#forget();
      return { outcome: 'fail', asked, epoch: null, node: null, reason: 'no master was found' };
    }
    const node = nameOf(connected.endpoint);
    try {
      return { outcome: 'ok', node, ...(await connected.perform(asked)) };
    } catch (error) {
      // It is not the master any more, or not there: the next operation looks anew.
      this.#forget();
      return { outcome: error instanceof NotDone ? 'fail' : 'info', asked, epoch: null, node, reason: String(error) };
    }
  }

  close(): void {
    this.#closed = true;
    this.#forget();
  }

  #forget(): void {
    this.#connected?.close();
    this.#connected = null;
  }
}

/** The first that `open` accepts, beginning with the one that was it last. */
export function inTurn(endpoints: readonly Endpoint[], open: (endpoint: Endpoint) => Promise<Connected | null>): Find {
  let first = 0;
  return async () => {
    for (let tries = 0; tries < endpoints.length; tries += 1) {
      const at = (first + tries) % endpoints.length;
      const connected = await open(endpoints[at]!).catch(() => null);
      if (!connected) continue;
      first = at;
      return connected;
    }
    return null;
  };
}
