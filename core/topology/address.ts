/** Of an address `host:port`; the host may be an IPv6 one in brackets. */
export const hostOf = (address: string): string => address.slice(0, address.lastIndexOf(':'));
export const portOf = (address: string): number => Number(address.slice(address.lastIndexOf(':') + 1));
