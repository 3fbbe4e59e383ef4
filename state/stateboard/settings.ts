import { parseAddress, type Address } from '~/iproto/address.ts';

export type StateboardSettings = {
  /** `host:port`, or `unix/:/path`. */
  readonly address: string;
  readonly password: string;
};

export type Stateboard = { readonly address: Address; readonly credentials: { readonly user: string; readonly password: string } };

/** As lua/stateboard.lua makes it. */
const user = 'stateboard';

/** Throws RangeError. */
export function parseStateboard({ address, password }: StateboardSettings): Stateboard {
  if (password === '') throw new RangeError('the stateboard has a password');
  return { address: parseAddress(address), credentials: { user, password } };
}
