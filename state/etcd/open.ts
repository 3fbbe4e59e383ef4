import type { Clock } from '~/iproto/clock.ts';
import { StateClient, type StateClientOptions } from '../client/client.ts';
import { EtcdBackend } from './backend.ts';
import { parseEtcd, type EtcdSettings } from './settings.ts';

/** Connects when first asked. Throws RangeError for settings that are none, the file system's error for a missing file. */
export function openEtcd(components: { readonly clock: Clock; readonly random: () => number }, options: StateClientOptions & EtcdSettings): StateClient {
  return new StateClient({ ...components, backend: new EtcdBackend(components, parseEtcd(options)) }, options);
}
