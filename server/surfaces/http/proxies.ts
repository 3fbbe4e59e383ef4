import { BlockList, isIP } from 'node:net';

/**
 * Who calls, where proxies stand between. Anybody can write `x-forwarded-for`; what counts is what a proxy that we were told
 * of has added: read from the right, past those proxies, up to the first address that is none of them.
 */
export class Proxies {
  readonly #trusted = new BlockList();

  /** Addresses, or networks as `10.0.0.0/8`, that `isProxy` accepts. */
  constructor(readonly proxies: readonly string[]) {
    for (const proxy of proxies) {
      const [address = '', bits] = proxy.split('/');
      if (bits === undefined) this.#trusted.addAddress(address, familyOf(address));
      else this.#trusted.addSubnet(address, Number(bits), familyOf(address));
    }
  }

  trusts(address: string): boolean {
    const plain = plainAddress(address);
    return isIP(plain) !== 0 && this.#trusted.check(plain, familyOf(plain));
  }

  /** `peer` is at the other end of the connection; `header` is its `x-forwarded-for`, however often it came. */
  caller(peer: string | null, header: string | readonly string[] | undefined): string | null {
    if (peer === null || !this.trusts(peer)) return peer;
    let caller = peer;
    const hops = [header ?? []].flat().join(',').split(',').slice(-hopsMax).toReversed();
    for (const hop of hops) {
      const address = plainAddress(hop);
      // Nothing to the left of a word that is no address can be believed.
      if (isIP(address) === 0) return caller;
      caller = address;
      if (!this.trusts(address)) return caller;
    }
    return caller;
  }
}

/** More proxies in a row than anybody has. */
const hopsMax = 20;

/** What `--trusted-proxy` takes. */
export function isProxy(text: string): boolean {
  const [address = '', bits, more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

const familyOf = (address: string) => (isIP(address) === 6 ? ('ipv6' as const) : ('ipv4' as const));

/** Without a port, brackets, a zone, or the IPv6 wrapping of an IPv4 address. */
function plainAddress(text: string): string {
  const word = text.trim().slice(0, 64);
  const bare = /^\[(.+)\](?::\d+)?$/.exec(word)?.[1] ?? /^([\d.]+):\d+$/.exec(word)?.[1] ?? word;
  return bare.toLowerCase().replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/, '');
}
