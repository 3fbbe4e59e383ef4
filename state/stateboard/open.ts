import type { ClientComponents } from '~/iproto/client/client.ts';
import { StateClient, type StateClientOptions } from '../client/client.ts';
import { StateboardBackend } from './backend.ts';
import { parseStateboard, type StateboardSettings } from './settings.ts';

/** Begins to connect at once. Throws RangeError for settings that are none. */
export function openStateboard(components: Pick<ClientComponents, 'clock' | 'random' | 'open'>, options: StateClientOptions & StateboardSettings): StateClient {
  const { clock, random } = components;
  return new StateClient({ clock, random, backend: new StateboardBackend(components, parseStateboard(options)) }, options);
}
