/** Whichever provider a cluster is configured with. `memory` is opened by who shares its store (`./memory/open.ts`). */
import type { Clock } from '~/iproto/clock.ts';
import type { StateClientOptions } from './client/client.ts';
import { openEtcd } from './etcd/open.ts';
import type { EtcdSettings } from './etcd/settings.ts';
import type { StateProvider } from './provider.ts';
import { openStateboard } from './stateboard/open.ts';
import type { StateboardSettings } from './stateboard/settings.ts';

export type StateSettings = ({ readonly kind: 'etcd' } & EtcdSettings) | ({ readonly kind: 'stateboard' } & StateboardSettings);

/** Throws RangeError for settings that are none, the file system's error for a missing certificate. Connects by itself. */
export function openState(components: { readonly clock: Clock; readonly random: () => number }, options: StateClientOptions & StateSettings): StateProvider {
  switch (options.kind) {
    case 'etcd':
      return openEtcd(components, options);
    case 'stateboard':
      return openStateboard(components, options);
  }
}
