/** What a member is told at its start, checked once at this door. */

import { hostToNumber } from './codec/address.ts';
import { payloadBytesMax } from './codec/member.ts';
import type { TarantoolCipher } from './codec/tarantool-cipher.ts';
import { isUuid } from './codec/uuid.ts';
import { SwimError } from './error.ts';
import { keyBytes } from './keyring.ts';
import type { Config, ProfileName } from './protocol/config.ts';
import type { Address } from './protocol/message.ts';

export type NodeOptions = {
  /** Lower case, with dashes. Stays the same over restarts. */
  readonly uuid: string;
  /** IPv4; port 0 takes any free one. */
  readonly bind: Address;
  /** Where others reach this member; port 0 means the bound one. Absent: the bound address. Needed with bind 0.0.0.0. */
  readonly advertise?: Address;
  /** Members of different clusters never understand each other. */
  readonly clusterName: string;
  /** 32 bytes each: the first one seals, all open. */
  readonly keyring?: readonly Uint8Array[];
  /** No encryption. On loopback, or with `allowPlain`. */
  readonly plain?: true;
  readonly allowPlain?: true;
  /** Tarantool's own encryption, which has no authentication: to join such a group, with `allowPlain`. */
  readonly tarantoolCipher?: TarantoolCipher;
  /** `fast`: 200 ms a round, for agents. `lan`: 1 s. */
  readonly profile: ProfileName;
  /** Differences from the profile. */
  readonly config?: Partial<Config>;
  readonly seeds: readonly Address[];
  /** At most 1200 bytes. */
  readonly payload?: Uint8Array;
  /** Keeps the generation over restarts: without it a clock that was set back makes this member mute. */
  readonly stateFile?: string;
  /** Addresses are translated on the way: a refused connection is then no evidence of death. */
  readonly nat?: true;
};

export function checkOptions(options: NodeOptions): void {
  const { bind, advertise = bind, keyring, plain, tarantoolCipher, payload, uuid } = options;
  if (!isUuid(uuid)) refuse(`uuid ${uuid} is not a lower-case UUID`);
  for (const address of [bind, advertise]) checkAddress(address, 0);
  for (const seed of options.seeds) checkAddress(seed, 1);
  if (hostToNumber(advertise.host) === 0) refuse('bind 0.0.0.0 needs advertise: the address at which others reach this member');
  if (options.clusterName.length === 0 || options.clusterName.length > 100) refuse('clusterName should have 1 to 100 characters');
  if (payload !== undefined && payload.length > payloadBytesMax) refuse(`payload should have at most ${payloadBytesMax} bytes`);
  if ([keyring, plain, tarantoolCipher].filter((way) => way !== undefined).length !== 1) refuse('give exactly one of keyring, plain and tarantoolCipher');
  if (keyring !== undefined && keyring.length === 0) refuse('keyring should hold at least one key');
  if (keyring?.some((key) => key.length !== keyBytes)) refuse(`a key has ${keyBytes} bytes`);
  if (keyring === undefined && !isLoopback(bind) && options.allowPlain !== true) {
    refuse(`${bind.host} is not loopback: give a keyring, or allowPlain to let anyone there speak for anyone`);
  }
}

export function checkAddress({ host, port }: Address, portMin: 0 | 1): void {
  if (hostToNumber(host) === undefined) refuse(`${host} is not an IPv4 address`);
  if (!Number.isInteger(port) || port < portMin || port > 65_535) refuse(`port ${port} should be ${portMin} to 65535`);
}

function isLoopback({ host }: Address): boolean {
  return host.startsWith('127.');
}

function refuse(message: string): never {
  throw new SwimError('optionsInvalid', message);
}
