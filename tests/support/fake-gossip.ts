import type { GossipPayload } from '~/link/gossip-payload.ts';
import type { Gossip, GossipKey, GossipMember, GossipTable } from '~/server/runtime/gossip.ts';

/** Gossip in memory: the test says who is there. */
export class FakeGossip implements Gossip {
  #members = new Map<string, GossipMember>();
  #listener = () => {};
  #keys: GossipKey[] = [{ id: '00000001', primary: true }];
  own: GossipPayload | null = null;
  probes: string[] = [];
  readonly uuid = '00000000-0000-4000-8000-000000000001';
  /** Of the others. */
  rings: { uuid: string; keys: GossipKey[] }[] = [];

  async start(): Promise<void> {}
  async stop(): Promise<void> {}
  members(): GossipMember[] {
    return [...this.#members.values()];
  }
  async table(): Promise<GossipTable> {
    return { self: this.uuid, address: '127.0.0.1:7300', others: this.members() };
  }
  onChange(listener: () => void): void {
    this.#listener = listener;
  }
  setPayload(payload: GossipPayload): void {
    this.own = payload;
  }
  async probe(address: string): Promise<void> {
    this.probes.push(address);
  }
  async stats(): Promise<Record<string, number>> {
    return { pings: 1 };
  }
  readonly keyring = {
    own: async () => this.#keys,
    export: async () => this.#keys.map(({ id }) => new Uint8Array(Buffer.from(id.repeat(8), 'hex'))),
    survey: async () => [{ uuid: this.uuid, keys: this.#keys }, ...this.rings],
    install: async (key: Uint8Array) => {
      const id = Buffer.from(key.slice(0, 4)).toString('hex');
      this.#keys = [...this.#keys, { id, primary: false }];
      return id;
    },
    use: async (id: string) => {
      this.#keys = this.#keys.map((key) => ({ ...key, primary: key.id === id }));
    },
    remove: async (id: string) => {
      this.#keys = this.#keys.filter((key) => key.id !== id);
    },
  };

  hear(member: Partial<GossipMember> & { uuid: string }): void {
    const known = this.#members.get(member.uuid);
    this.#members.set(member.uuid, { address: '127.0.0.1:1', state: 'alive', generation: '1', incarnation: '0', rttMs: 1, since: 1, payload: null, ...known, ...member });
    this.#listener();
  }

  forget(uuid: string): void {
    this.#members.delete(uuid);
    this.#listener();
  }
}
