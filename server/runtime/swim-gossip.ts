import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CoterieError } from '~/contract/errors.ts';
import { decodePayload, encodePayload, type GossipPayload } from '~/link/gossip-payload.ts';
import { createSwim, SwimError, type Address, type MemberView, type Swim } from '~/swim/index.ts';
import type { Gossip, GossipKey, GossipMember, GossipTable } from './gossip.ts';
import { Paced } from './paced.ts';

/** The `swim` library as this server uses it: members as they were last told, names resolved, keys and peers kept over a restart. */

export type SwimGossipOptions = {
  readonly uuid: string;
  readonly clusterName: string;
  /** host:port each. */
  readonly bind: string;
  readonly advertise: string | null;
  readonly seeds: readonly string[];
  readonly profile: 'fast' | 'lan';
  /** Derived from the cluster secret; used until keys are rotated. */
  readonly firstKey: Uint8Array;
  readonly dataDir: string;
  readonly onError: (error: unknown) => void;
};

const events = ['join', 'suspect', 'alive', 'dead', 'left', 'payload', 'address'] as const;
/** Peers of an earlier life that are asked at the start, besides the seeds. */
const peersMax = 16;
/** A common start of hundreds is hundreds of events. */
const readEveryMs = 50;
const payloadsMax = 10_000;
const nothing = new Uint8Array(0);

export class SwimGossip implements Gossip {
  #swim: Swim | null = null;
  /** Where others reach us; known once the sockets are bound. */
  #address = '';
  #members: GossipMember[] = [];
  #listeners: (() => void)[] = [];
  #payload: Uint8Array | null = null;
  /** What each member sent last: hundreds of payloads are not read anew because one has changed. */
  readonly #payloads = new Map<string, { bytes: Uint8Array; payload: GossipPayload | null }>();
  /** Events that come meanwhile are one more reading. */
  readonly #reading = new Paced(() => this.#read(), readEveryMs);

  constructor(readonly options: SwimGossipOptions) {}

  async start(): Promise<void> {
    const { uuid, clusterName, bind, advertise, seeds, profile, dataDir, onError } = this.options;
    const addresses = await Promise.allSettled([...seeds, ...this.#keptPeers()].map(addressOf));
    for (const one of addresses) if (one.status === 'rejected') onError(one.reason);
    const swim = createSwim({
      uuid,
      clusterName,
      bind: await addressOf(bind),
      ...(advertise === null ? {} : { advertise: await addressOf(advertise) }),
      keyring: this.#keptKeys(),
      profile,
      seeds: addresses.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
      stateFile: join(dataDir, 'gossip-generation'),
      ...(this.#payload === null ? {} : { payload: this.#payload }),
    });
    for (const event of events) swim.on(event, () => this.#reading.poke());
    swim.on('keyring', () => void this.#keepKeys().catch(onError));
    swim.on('conflict', (member, claimed) => onError(new Error(`two members claim the uuid ${member.uuid}: ${textOf(member.address)} and ${textOf(claimed)}`)));
    swim.on('failed', (error) => onError(error));
    const address = await swim.start().catch((error: unknown) => {
      throw error instanceof SwimError ? new Error(`gossip: ${error.message} (--gossip)`) : error;
    });
    this.#address = textOf(address);
    this.#swim = swim;
    this.#read();
  }

  async stop(): Promise<void> {
    const swim = this.#swim;
    this.#swim = null;
    this.#reading.end();
    if (swim === null) return;
    this.#keepPeers();
    await swim.leave().catch(this.options.onError);
    await swim.stop();
  }

  members(): GossipMember[] {
    return this.#members;
  }

  async table(): Promise<GossipTable> {
    this.#members = this.#membersOf(await this.#running.members());
    return { self: this.options.uuid, address: this.#address, others: this.#members };
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  setPayload(payload: GossipPayload): void {
    this.#payload = encodePayload(payload);
    void this.#swim?.setPayload(this.#payload).catch(this.options.onError);
  }

  async probe(address: string): Promise<void> {
    await this.#running.probe(await addressOf(address));
  }

  async stats(): Promise<Record<string, number>> {
    const stats = Object.entries(await this.#running.stats());
    return Object.fromEntries(stats.flatMap(([name, value]) => (typeof value === 'number' ? [[name, value]] : [])));
  }

  readonly keyring = {
    own: async (): Promise<GossipKey[]> => (await this.#running.keyring.list()).map(keyOf),
    export: () => this.#running.keyring.export(),
    survey: () =>
      refusing(async () => {
        const [own, others] = await Promise.all([this.#running.keyring.list(), this.#running.keyring.survey()]);
        return [{ uuid: this.options.uuid, keys: own }, ...others].map(({ uuid, keys }) => ({ uuid, keys: keys.map(keyOf) }));
      }),
    install: (key: Uint8Array) => refusing(() => this.#running.keyring.install(key)),
    use: (id: string) => refusing(() => this.#running.keyring.use(id)),
    remove: (id: string) => refusing(() => this.#running.keyring.remove(id)),
  };

  get #running(): Swim {
    if (this.#swim === null) throw new CoterieError('UNAVAILABLE', 'The gossip of this server is not running.');
    return this.#swim;
  }

  #read(): void {
    void this.#swim
      ?.members()
      .then((members) => {
        this.#members = this.#membersOf(members);
        for (const listener of this.#listeners) listener();
      })
      .catch((error: unknown) => this.#swim && this.options.onError(error));
  }

  /** A state that is as it was keeps the time at which it began. */
  #membersOf(views: readonly MemberView[]): GossipMember[] {
    const now = Date.now();
    const before = new Map(this.#members.map((member) => [member.uuid, member]));
    return views.map((view) => {
      const known = before.get(view.uuid);
      return { ...memberOf(view, this.#payloadOf(view)), since: known?.state === view.status ? known.since : now };
    });
  }

  #payloadOf({ uuid, payload: bytes = nothing }: MemberView): GossipPayload | null {
    const known = this.#payloads.get(uuid);
    if (known && Buffer.compare(known.bytes, bytes) === 0) return known.payload;
    const payload = decodePayload(bytes);
    if (this.#payloads.size >= payloadsMax) this.#payloads.clear();
    this.#payloads.set(uuid, { bytes, payload });
    return payload;
  }

  get #keysFile(): string {
    return join(this.options.dataDir, 'gossip-keys.json');
  }

  #keptKeys(): Uint8Array[] {
    if (!existsSync(this.#keysFile)) return [this.options.firstKey];
    return (JSON.parse(readFileSync(this.#keysFile, 'utf8')) as string[]).map((key) => new Uint8Array(Buffer.from(key, 'base64')));
  }

  async #keepKeys(): Promise<void> {
    const keys = await this.#running.keyring.export();
    this.#write(this.#keysFile, JSON.stringify(keys.map((key) => Buffer.from(key).toString('base64'))));
  }

  get #peersFile(): string {
    return join(this.options.dataDir, 'gossip-peers.json');
  }

  #keptPeers(): string[] {
    try {
      return (JSON.parse(readFileSync(this.#peersFile, 'utf8')) as string[]).slice(0, peersMax);
    } catch {
      return [];
    }
  }

  /** Those who were there when this server was stopped, so that it finds its cluster again without a seed. */
  #keepPeers(): void {
    const alive = this.#members.filter(({ state }) => state === 'alive').map(({ address }) => address);
    if (alive.length > 0) this.#write(this.#peersFile, JSON.stringify(alive.slice(0, peersMax)));
  }

  #write(file: string, text: string): void {
    const fresh = `${file}.${randomUUID().slice(0, 8)}`;
    writeFileSync(fresh, text, { mode: 0o600 });
    renameSync(fresh, file);
  }
}

const keyOf = ({ id, inUse }: { id: string; inUse: boolean }): GossipKey => ({ id, primary: inUse });

const memberOf = ({ uuid, address, status, incarnation, rttMs }: MemberView, payload: GossipPayload | null): Omit<GossipMember, 'since'> => ({
  uuid,
  address: textOf(address),
  state: status,
  generation: String(incarnation.generation),
  incarnation: String(incarnation.version),
  rttMs: rttMs ?? null,
  payload,
});

const textOf = ({ host, port }: Address) => `${host}:${port}`;

async function addressOf(text: string): Promise<Address> {
  const colon = text.lastIndexOf(':');
  const { address } = await lookup(text.slice(0, colon), { family: 4 });
  return { host: address, port: Number(text.slice(colon + 1)) };
}

/** What the library refuses, in the words of our errors. */
async function refusing<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof SwimError)) throw error;
    const code = error.code === 'keyNotEverywhere' || error.code === 'keyRefused' ? 'REFUSED' : 'UNAVAILABLE';
    throw new CoterieError(code, `${error.message}${error.obstacles.length > 0 ? `: ${error.obstacles.map(({ uuid, reason }) => `${uuid} ${reason}`).join('; ')}` : ''}.`, { obstacles: error.obstacles });
  }
}
