import type { Clock } from '~/iproto/clock.ts';
import { StateClient, type StateClientOptions } from '../client/client.ts';
import { MemoryBackend, openLink, type MemoryLink } from './backend.ts';
import type { MemoryStore } from './store.ts';

/** A provider on a store in this process, for simulations and tests. Give each client the same store. */
export function openMemory(
  components: { readonly store: MemoryStore; readonly clock: Clock; readonly random: () => number },
  options: StateClientOptions & { readonly link?: MemoryLink },
): StateClient {
  const { clock, random, store } = components;
  return new StateClient({ backend: new MemoryBackend({ store, clock, link: options.link ?? openLink() }), clock, random }, options);
}
