import { lookup } from 'node:dns/promises';
import { BlockList } from 'node:net';

/**
 * Addresses that no alert has business at: those of nobody and of everybody, and the link's own, behind which clouds keep
 * their credentials. All else is the admin's choice, inner networks and this machine too: that is where relays are.
 */
const refused = new BlockList();
refused.addSubnet('0.0.0.0', 8, 'ipv4');
refused.addSubnet('169.254.0.0', 16, 'ipv4');
refused.addSubnet('224.0.0.0', 3, 'ipv4');
refused.addAddress('::', 'ipv6');
refused.addSubnet('fe80::', 10, 'ipv6');
refused.addSubnet('ff00::', 8, 'ipv6');
refused.addAddress('fd00:ec2::254', 'ipv6');

export type Address = { readonly address: string; readonly family: 4 | 6 };

export const isRefused = ({ address, family }: Address): boolean => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped === undefined ? refused.check(address, family === 4 ? 'ipv4' : 'ipv6') : refused.check(mapped, 'ipv4');
};

/** Where a host is, all of it looked at before anything is connected to: what is connected to is what was looked at. */
export async function addressesOf(host: string): Promise<Address[]> {
  const found = (await lookup(host.replace(/^\[|\]$/g, ''), { all: true })).map(({ address, family }): Address => ({ address, family: family === 6 ? 6 : 4 }));
  const wrong = found.find(isRefused);
  if (wrong) throw new Error(`${host} is ${wrong.address}: nothing is sent to addresses of the link, of nobody or of everybody`);
  if (found.length === 0) throw new Error(`${host} has no address`);
  return found;
}
