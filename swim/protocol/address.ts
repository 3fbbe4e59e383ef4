/** UDP addresses, compared by value. */

import type { Address } from './message.ts';

export function sameAddress(a: Address, b: Address): boolean {
  return a.port === b.port && a.host === b.host;
}
