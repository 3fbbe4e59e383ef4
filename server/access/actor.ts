import type { Role } from '~/contract/operation.ts';
import type { Store } from '~/server/store/index.ts';
import type { Random } from './secrets.ts';

/** Who calls. `role` is what this call may do: of a token, the lesser of the token's and its user's. */
export type Actor = {
  readonly user: string;
  readonly role: Role;
  readonly via: 'session' | 'token';
  readonly sessionId?: string;
  readonly tokenId?: string;
};

/** What access works with. */
export type Components = {
  readonly store: Store;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** `randomBytes` of node:crypto. */
  readonly random: Random;
};
