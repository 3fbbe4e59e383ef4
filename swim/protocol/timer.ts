/** Everything the machine waits for. */

import type { Probe } from './probe.ts';
import type { Relay } from './indirect.ts';

export type Timer =
  | { readonly kind: 'period' }
  | { readonly kind: 'gossip' }
  | { readonly kind: 'ack'; readonly probe: Probe }
  | { readonly kind: 'indirect'; readonly probe: Probe }
  | { readonly kind: 'relay'; readonly relay: Relay }
  | { readonly kind: 'suspicion'; readonly uuid: string; readonly at: number }
  | { readonly kind: 'refused'; readonly uuid: string }
  | { readonly kind: 'candidate'; readonly uuid: string }
  | { readonly kind: 'forget'; readonly uuid: string }
  | { readonly kind: 'seed' }
  | { readonly kind: 'reconnect' }
  | { readonly kind: 'fullSync' }
  | { readonly kind: 'farewell' };
