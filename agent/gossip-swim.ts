import { readFileSync } from 'node:fs';
import { lookup } from 'node:dns/promises';
import { CoterieError } from '~/contract/errors.ts';
import { decodePayload, encodePayload, type GossipPayload } from '~/link/gossip-payload.ts';
import { createSwim, SwimError, type Address, type Config, type KeyInfo, type MemberView, type Network, type Swim } from '~/swim/index.ts';
import { writeDurably } from './data/atomic-file.ts';
import type { Gossip, GossipKey, GossipMember } from './gossip.ts';
import type { Logger } from './logs/logger.ts';

/** SWIM as the agent uses it: the members kept at hand, the key ring kept on disk, host names resolved. */
export type SwimGossipOptions = {
  readonly uuid: string;
  readonly bind: string;
  readonly advertise: string;
  readonly cluster: string;
  readonly seeds: readonly string[];
  readonly profile: 'fast' | 'lan';
  /** The key derived from the cluster secret: the ring until another one was kept. */
  readonly key: Uint8Array;
  /** Null: the clock alone tells this life from the one before. */
  readonly stateFile: string | null;
  readonly keysFile: string;
  /** In tests: on the main thread. */
  readonly inline?: boolean;
  /** In tests: the bundle of the thread. */
  readonly workerUrl?: URL;
  /** Differences from the profile. */
  readonly config?: Partial<Config>;
  /** Another network than the machine's; only inline. */
  readonly network?: Network;
};

const resolveEveryMs = 5000;
/** After its thread has ended: at once would make a loop of what ends it each time. */
const againMsMin = 500;
const againMsMax = 30_000;
/** One that ran for so long begins anew with the shortest wait. */
const steadyMs = 60_000;
/** Known members that a new thread asks to be let in again, beside the seeds: all of them may be gone meanwhile. */
const askedMax = 16;

export async function openGossip({ log }: { log: Logger }, options: SwimGossipOptions): Promise<Gossip> {
  const { uuid, cluster, profile, key, stateFile, keysFile, inline, workerUrl, config, network } = options;
  const seeds = await Promise.all(options.seeds.map((seed) => addressOf(seed).catch(() => null)));
  const bind = await addressOf(options.bind);
  const advertise = await addressOf(options.advertise);
  const make = (payload: Uint8Array, known: readonly string[]): Swim =>
    createSwim({ uuid, clusterName: cluster, bind, advertise, profile, seeds: [...seeds.filter((seed) => seed !== null), ...known.map(toAddress)], keyring: keptKeys(keysFile) ?? [key], payload, ...(stateFile !== null && { stateFile }), ...(inline === true && { inline }), ...(workerUrl && { workerUrl }), ...(config && { config }), ...(network && { network }) });
  const unresolved = options.seeds.filter((_, index) => seeds[index] === null);
  return new SwimGossip({ log, make }, { keysFile, unresolved });
}

const toAddress = (text: string): Address => ({ host: text.slice(0, text.lastIndexOf(':')), port: Number(text.slice(text.lastIndexOf(':') + 1)) });

async function addressOf(text: string): Promise<Address> {
  const at = text.lastIndexOf(':');
  const { address } = await lookup(text.slice(0, at), { family: 4 });
  return { host: address, port: Number(text.slice(at + 1)) };
}

function keptKeys(path: string): Uint8Array[] | null {
  try {
    const keys = JSON.parse(readFileSync(path, 'utf8')) as string[];
    return keys.length > 0 ? keys.map((text) => new Uint8Array(Buffer.from(text, 'base64'))) : null;
  } catch {
    return null;
  }
}

class SwimGossip implements Gossip {
  readonly #log: Logger;
  readonly #make: (payload: Uint8Array, known: readonly string[]) => Swim;
  readonly #options: { keysFile: string; unresolved: readonly string[] };
  readonly #members = new Map<string, GossipMember>();
  readonly #listeners: (() => void)[] = [];
  #swim: Swim | null = null;
  #told = '';
  #payload: GossipPayload | null = null;
  #timer: NodeJS.Timeout | null = null;
  #again: NodeJS.Timeout | null = null;
  #againMs = againMsMin;
  #startedAt = 0;
  #ended = false;
  down: string | null = null;
  keys: readonly GossipKey[] | null = null;

  constructor({ log, make }: { log: Logger; make: (payload: Uint8Array, known: readonly string[]) => Swim }, options: { keysFile: string; unresolved: readonly string[] }) {
    this.#log = log;
    this.#make = make;
    this.#options = options;
  }

  async start(payload: GossipPayload): Promise<void> {
    this.#payload = payload;
    await this.#begin(payload, []).catch(async (error: unknown) => {
      await this.stop();
      throw error;
    });
    if (this.#options.unresolved.length > 0) this.#timer = setInterval(() => void this.#seekSeeds(), resolveEveryMs).unref();
  }

  async #begin(payload: GossipPayload, known: readonly string[]): Promise<void> {
    const swim = this.#make(encodePayload(payload), known);
    this.#told = JSON.stringify(payload);
    for (const event of ['join', 'suspect', 'alive', 'dead', 'left', 'payload', 'address'] as const) swim.on(event, (member) => this.#noted(member));
    swim.on('conflict', (member, claimed) => this.#log.error({ uuid: member.uuid, claimed }, 'two members claim one uuid: was a data directory copied?'));
    swim.on('keyring', (keys) => {
      this.keys = keysOf(keys);
      void this.#keepKeys().catch((error: unknown) => this.#log.error({ error: String(error) }, 'the gossip keys cannot be kept'));
    });
    swim.on('failed', (error) => this.#failed(swim, error.message));
    this.#swim = swim;
    this.#startedAt = performance.now();
    await swim.start();
    this.keys ??= keysOf(await swim.keyring.list());
  }

  /** Another thread in its place, as a new life of the same member. Meanwhile nobody hears of this instance, and the others take it for dead. */
  #failed(swim: Swim, why: string): void {
    if (this.#ended || swim !== this.#swim) return;
    this.#swim = null;
    if (performance.now() - this.#startedAt >= steadyMs) this.#againMs = againMsMin;
    const waitMs = this.#againMs;
    this.#againMs = Math.min(againMsMax, waitMs * 2);
    this.down = `The thread of gossip has ended (${why}); it is started again within ${againMsMax / 1000} s.`;
    this.#log.error({ error: why, againMs: waitMs }, 'gossip has ended, and is started again');
    for (const listener of this.#listeners) listener();
    void swim.stop().catch(() => {});
    this.#again = setTimeout(() => void this.#restart(), waitMs);
  }

  async #restart(): Promise<void> {
    const known = [...this.#members.values()].filter(({ state }) => state === 'alive' || state === 'suspected').slice(0, askedMax).map(({ address }) => address);
    try {
      if (this.#payload !== null) await this.#begin(this.#payload, known);
      // It may have ended again, or this agent with it, while it was being started.
      if (this.#swim === null || this.#ended) return;
      this.down = null;
      this.#log.info('gossip runs again');
      for (const listener of this.#listeners) listener();
    } catch (error) {
      const swim = this.#swim;
      if (swim !== null) this.#failed(swim, String(error));
    }
  }

  async stop(): Promise<void> {
    this.#ended = true;
    if (this.#timer) clearInterval(this.#timer);
    if (this.#again) clearTimeout(this.#again);
    await this.#swim?.leave().catch(() => {});
    await this.#swim?.stop();
    this.#swim = null;
  }

  members(): readonly GossipMember[] {
    return [...this.#members.values()];
  }

  async table(): Promise<readonly GossipMember[]> {
    const views = await this.#running().members();
    const before = new Map(this.#members);
    this.#members.clear();
    for (const view of views) this.#members.set(view.uuid, memberOf(view, before.get(view.uuid)));
    return this.members();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  setPayload(payload: GossipPayload): void {
    this.#payload = payload;
    const text = JSON.stringify(payload);
    if (text === this.#told || this.#swim === null) return;
    this.#told = text;
    this.#swim.setPayload(encodePayload(payload)).catch((error: unknown) => this.#log.warn({ error: String(error) }, 'gossip did not take the payload'));
  }

  async stats(): Promise<Record<string, number>> {
    const { rttMs: _, ...stats } = await this.#running().stats();
    return Object.fromEntries(Object.entries(stats).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
  }

  traffic(): { sent: number; received: number } | null {
    const seen = this.#swim?.traffic() ?? null;
    return seen && { sent: seen.datagramsOut, received: seen.datagramsIn };
  }

  readonly keyring = {
    list: async () => keysOf(await this.#running().keyring.list()),
    take: (keys: readonly Uint8Array[]) => refusing(this.#running().keyring.take(keys)),
  };

  #running(): Swim {
    if (this.#swim === null) throw new CoterieError('UNAVAILABLE', this.down ?? 'Gossip does not run.');
    return this.#swim;
  }

  #noted(view: MemberView): void {
    this.#members.set(view.uuid, memberOf(view, this.#members.get(view.uuid)));
    for (const listener of this.#listeners) listener();
  }

  async #keepKeys(): Promise<void> {
    const keys = await this.#running().keyring.export();
    await writeDurably(this.#options.keysFile, [JSON.stringify(keys.map((key) => Buffer.from(key).toString('base64')))]);
  }

  /** Names that could not be resolved at the start: a host that comes up later than this one. */
  async #seekSeeds(): Promise<void> {
    if ([...this.#members.values()].some(({ state }) => state === 'alive')) return;
    for (const seed of this.#options.unresolved) {
      const address = await addressOf(seed).catch(() => null);
      if (address !== null) await this.#swim?.probe(address).catch(() => {});
    }
  }
}

const keysOf = (keys: readonly KeyInfo[]): GossipKey[] => keys.map(({ id, inUse }) => ({ id, primary: inUse }));

function memberOf({ uuid, address, status, incarnation, payload, rttMs }: MemberView, before: GossipMember | undefined): GossipMember {
  const bytes = payload ?? new Uint8Array(0);
  const unchanged = before !== undefined && Buffer.compare(before.bytes, bytes) === 0;
  return {
    uuid,
    address: `${address.host}:${address.port}`,
    state: status,
    generation: String(incarnation.generation),
    incarnation: String(incarnation.version),
    rttMs: rttMs ?? null,
    bytes,
    payload: unchanged ? before.payload : decodePayload(payload),
  };
}

async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof SwimError) throw new CoterieError('REFUSED', error.message);
    throw error;
  }
}
