import type { Row, SimInstance, WriteOutcome } from './instance.ts';
import type { World } from './world.ts';

const quorumWaitMs = 1_000;
const reachedMax = 64;

type Write = { readonly lsn: number; readonly epoch: number; settle: (outcome: WriteOutcome) => void };

/** What an instance has yet to answer: writes that are not on enough copies, orders that wait until it has come so far. */
export class Awaited {
  readonly #instance: SimInstance;
  readonly #world: World;
  readonly #writes = new Set<Write>();
  readonly #reached = new Set<{ readonly holds: () => boolean; readonly go: () => void; readonly life: number }>();

  constructor(instance: SimInstance, world: World) {
    this.#instance = instance;
    this.#world = world;
  }

  acknowledge({ lsn, epoch }: Row, answer: (outcome: WriteOutcome) => void): void {
    if (this.#instance.acks.every(({ copies }) => copies === 0)) return answer('ok');
    const write: Write = {
      lsn,
      epoch,
      settle: (outcome) => {
        if (this.#writes.delete(write)) answer(outcome);
      },
    };
    this.#writes.add(write);
    this.#world.after(quorumWaitMs, () => write.settle('unknown'));
    this.progressed();
  }

  when(holds: () => boolean, go: () => void): void {
    if (holds()) return go();
    if (this.#reached.size > reachedMax) this.#reached.clear();
    this.#reached.add({ holds, go, life: this.#instance.life });
  }

  /** Something was applied or confirmed: whoever waits for it looks again. */
  progressed(): void {
    const one = this.#instance;
    for (const write of this.#writes) {
      if (!one.acks.every((policy) => one.replication.copiesOf(write.lsn, policy) >= policy.copies)) continue;
      write.settle((one.promoted === write.epoch && one.inTime) || one.flaws.noCheckAfterCommit ? 'ok' : 'unknown');
    }
    for (const waiting of this.#reached) {
      if (waiting.life !== one.life) this.#reached.delete(waiting);
      else if (waiting.holds()) {
        this.#reached.delete(waiting);
        waiting.go();
      }
    }
  }

  /** It is read-only: who waits for copies hears that nobody knows. */
  stop(): void {
    for (const write of this.#writes) write.settle('unknown');
    this.#writes.clear();
  }

  /** Its process has ended: nobody hears anything. */
  hangUp(): void {
    this.#writes.clear();
  }

  restart(): void {
    this.#reached.clear();
  }
}
