/** Our members: one Node process each, the engine in its worker thread, sealed. */

import type { ProfileName, SwimEvents } from '~/swim/index.ts';
import { bundleSwimMember, swimUuid, SwimProcess } from '~/tests/support/swim-process.ts';
import type { BenchKind, BenchMember, EventKind } from './cluster.ts';
import type { Namespace } from './namespace.ts';

const key = new Uint8Array(32).fill(5);
const firstPort = 17_000;
const kinds: readonly (keyof SwimEvents)[] = ['join', 'suspect', 'alive', 'dead', 'left'];

export class OurMember implements BenchMember {
  readonly name: string;
  readonly process: SwimProcess;
  readonly #dropped: () => boolean;

  constructor(name: string, process: SwimProcess, dropped: () => boolean) {
    this.name = name;
    this.process = process;
    this.#dropped = dropped;
  }

  get pid(): number {
    return this.process.pid;
  }

  async events() {
    return this.process.events.filter(({ event }) => kinds.includes(event)).map(({ event, uuid, atMs }) => ({ kind: event as EventKind, about: uuid, atMs }));
  }

  async leave(): Promise<void> {
    await this.process.leave();
    await this.process.stop();
  }

  silence(): void {
    if (!this.#dropped()) this.signal('SIGSTOP');
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.process.signal(signal);
  }

  kill(): Promise<void> {
    return this.process.kill();
  }
}

export function ours(namespace: Namespace, profile: ProfileName): BenchKind {
  const program = bundleSwimMember();
  const addressOf = (index: number) => ({ host: '127.0.0.1', port: firstPort + index });
  return {
    title: `coterie/swim ${profile}`,
    prepare: async (index) => {
      const process = new SwimProcess(program, { wrap: (command, args) => namespace.wrap(command, args) });
      await process.usage();
      return {
        join: async (seed) => {
          const uuid = swimUuid(index + 1);
          await process.start({ uuid, bind: addressOf(index), clusterName: 'bench', keyring: [key], profile, seeds: seed === undefined ? [] : [addressOf(seed)] });
          return new OurMember(uuid, process, () => namespace.silence(addressOf(index).port));
        },
      };
    },
  };
}
