/** What the two threads say to each other. Everything is plain data; calls are answered by number. */

import type { Obstacle, SwimErrorCode } from './error.ts';
import { SwimError } from './error.ts';
import type { KeyInfo } from './keyring.ts';
import type { NodeEvent, Stats } from './node.ts';
import type { NodeOptions } from './options.ts';
import type { MemberView } from './protocol/effect.ts';
import type { Address } from './protocol/message.ts';
import type { PeerKeys } from './sync/rotation.ts';

/** What the thread begins with. */
export type WorkerData = { readonly node: NodeOptions; readonly traffic: SharedArrayBuffer };

export type Call =
  | { readonly kind: 'start' | 'stop' | 'leave' | 'members' | 'self' | 'stats' | 'keyList' | 'keySurvey' | 'keyExport' }
  | { readonly kind: 'setPayload'; readonly payload: Uint8Array }
  | { readonly kind: 'probe'; readonly address: Address }
  | { readonly kind: 'keyInstall'; readonly key: Uint8Array }
  | { readonly kind: 'keyTake'; readonly keys: readonly Uint8Array[] }
  | { readonly kind: 'keyUse' | 'keyRemove'; readonly id: string };

/** What each call gives back. */
export type Results = {
  start: Address;
  stop: void;
  leave: void;
  members: readonly MemberView[];
  self: MemberView;
  stats: Stats;
  setPayload: void;
  probe: void;
  keyList: readonly KeyInfo[];
  keySurvey: readonly PeerKeys[];
  keyExport: readonly Uint8Array[];
  keyInstall: string;
  keyTake: void;
  keyUse: void;
  keyRemove: void;
};

export type ToWorker = { readonly id: number; readonly call: Call } | { readonly eventsRead: true };

export type FromWorker =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ErrorData }
  | { readonly events: readonly NodeEvent[] };

export type ErrorData = { readonly code: SwimErrorCode; readonly message: string; readonly obstacles: readonly Obstacle[] };

export function errorData(error: unknown): ErrorData {
  if (error instanceof SwimError) return { code: error.code, message: error.message, obstacles: error.obstacles };
  return { code: 'engineFailed', message: error instanceof Error ? error.message : String(error), obstacles: [] };
}

export function errorFrom({ code, message, obstacles }: ErrorData): SwimError {
  return new SwimError(code, message, { obstacles });
}
