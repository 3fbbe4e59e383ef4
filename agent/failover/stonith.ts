import { monotonicMs } from './monotonic.ts';
import type { HostHook, Victim } from './host-hook.ts';

/**
 * Before somebody takes over from a master that has only fallen silent: the operator's program makes sure of its host.
 * The coordinator does not wait in its turn: until the program has said yes the change is not made, and is tried again.
 */
const againMs = 10_000;

export class Stonith {
  readonly #hook: Pick<HostHook, 'stonith'>;
  readonly #asked = new Map<string, { readonly epoch: number; state: 'running' | 'sure' | 'failed'; at: number }>();

  constructor(hook: Pick<HostHook, 'stonith'>) {
    this.#hook = hook;
  }

  /** True once it is sure that this one does not write. */
  sure(victim: Victim): boolean {
    const known = this.#asked.get(victim.replicaset);
    const asked = known?.epoch === victim.epoch ? known : null;
    if (asked?.state === 'sure') return true;
    if (asked?.state === 'running' || (asked?.state === 'failed' && monotonicMs() < asked.at + againMs)) return false;
    const asking = { epoch: victim.epoch, state: 'running' as 'running' | 'sure' | 'failed', at: monotonicMs() };
    this.#asked.set(victim.replicaset, asking);
    void this.#hook.stonith(victim).then(
      ({ ok }) => {
        asking.state = ok ? 'sure' : 'failed';
        asking.at = monotonicMs();
      },
      () => {
        asking.state = 'failed';
        asking.at = monotonicMs();
      },
    );
    return false;
  }
}
