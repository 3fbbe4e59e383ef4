/** Where a server listens: TCP or a unix socket, written as Tarantool writes it. */

export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/** Reads `host:port`, `[::1]:3301`, `3301`, `unix/:/run/a.sock` and `/run/a.sock`. Throws RangeError for others. */
export function parseAddress(text: string): Address {
  const path = /^(?:unix\/:)?([./].*)$/.exec(text)?.[1];
  if (path !== undefined) return { path };
  const [, bracketed, plain, digits] = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/@\s]+)):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) throw new RangeError(`not an address (host:port or unix/:/path): ${text}`);
  return { host: bracketed ?? plain ?? 'localhost', port };
}

export function formatAddress(address: Address): string {
  if ('path' in address) return `unix/:${address.path}`;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
