/**
 * What a member has sent and received so far, in memory that both threads see: whoever wants to know wakes nobody. With
 * it stands when the engine has to do something next, so that one that does not get on is seen as well.
 */

export type Datagrams = { readonly datagramsIn: number; readonly datagramsOut: number };

const at = { datagramsIn: 0, datagramsOut: 1, dueAt: 2 } as const;
const numbers = 3;
/** Behind its own time by so much an engine does not get on. */
const lateMsMax = 1_000;
const dueMsMax = 3_600_000;

/** Of the machine: the threads of a process count from different beginnings. */
const machineMs = () => Number(process.hrtime.bigint() / 1_000_000n);

export class Traffic {
  readonly memory: SharedArrayBuffer;
  readonly #numbers: BigInt64Array;

  /** `memory`: of another one, on the other thread. */
  constructor(memory = new SharedArrayBuffer(numbers * BigInt64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#numbers = new BigInt64Array(memory);
  }

  /** `dueInMs`: until the engine has something to do. */
  note({ datagramsIn, datagramsOut }: Datagrams, dueInMs: number): void {
    Atomics.store(this.#numbers, at.datagramsIn, BigInt(datagramsIn));
    Atomics.store(this.#numbers, at.datagramsOut, BigInt(datagramsOut));
    Atomics.store(this.#numbers, at.dueAt, BigInt(machineMs() + Math.ceil(Math.min(Math.max(dueInMs, 0), dueMsMax))));
  }

  /** Null: the engine does not get on, or has not begun. */
  read(): Datagrams | null {
    const number = (index: number) => Number(Atomics.load(this.#numbers, index));
    const dueAt = number(at.dueAt);
    if (dueAt === 0 || machineMs() > dueAt + lateMsMax) return null;
    return { datagramsIn: number(at.datagramsIn), datagramsOut: number(at.datagramsOut) };
  }
}
