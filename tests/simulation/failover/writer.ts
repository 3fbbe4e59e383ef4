import type { Cluster } from './cluster.ts';

const patienceMs = 250;

/** A client on one host: one write after the other, to whoever took the last one, else to the next. */
export class SimWriter {
  readonly name: string;
  readonly place: string;
  readonly #cluster: Cluster;
  #target = 0;
  #turn = 0;
  #waiting: { readonly turn: number; readonly untilMs: number } | null = null;
  #hangUp: () => void = () => {};

  constructor(name: string, place: string, cluster: Cluster) {
    this.name = name;
    this.place = place;
    this.#cluster = cluster;
    this.#target = cluster.writers.length;
    this.#next(cluster.world.random.between(0, 50));
  }

  stop(): void {
    this.#turn += 1;
    this.#hangUp();
  }

  #next(delayMs: number): void {
    const turn = ++this.#turn;
    this.#hangUp();
    this.#cluster.world.after(delayMs, () => turn === this.#turn && this.#write());
  }

  #moveOn(turn: number, delayMs: number): void {
    if (turn !== this.#turn) return;
    this.#target += 1;
    this.#next(delayMs);
  }

  /** Gives a write up that has no answer by then; one timer for all of them. */
  #patience(turn: number): void {
    const { world } = this.#cluster;
    const waits = this.#waiting !== null;
    this.#waiting = { turn, untilMs: world.now + patienceMs };
    if (!waits) world.after(patienceMs, this.#look);
  }

  readonly #look = (): void => {
    const { world } = this.#cluster;
    const { turn, untilMs } = this.#waiting ?? { turn: -1, untilMs: 0 };
    if (turn === this.#turn && world.now < untilMs) return world.after(untilMs - world.now, this.#look);
    this.#waiting = null;
    this.#moveOn(turn, 1);
  };

  #write(): void {
    const { world, instances, checks, options } = this.#cluster;
    const instance = instances[this.#target % instances.length];
    if (!instance || options.writeEveryMs === Infinity) return;
    const id = this.#cluster.nextRow();
    if (options.openLoop) this.#next(options.writeEveryMs);
    const turn = this.#turn;
    const moveOn = (delayMs: number) => this.#moveOn(turn, delayMs);
    world.send(this.place, instance.uuid, () => {
      const { life } = instance;
      const closed = () => world.send(instance.uuid, this.place, () => moveOn(options.writeEveryMs));
      if (!instance.running) return closed();
      if (turn === this.#turn) this.#hangUp = instance.connect(closed);
      instance.process.deliver(() => {
        if (!instance.running || life !== instance.life) return;
        const epoch = instance.promoted ?? 0;
        instance.write(id, (outcome) => {
          if (outcome === 'ok') checks.ack(id, instance, epoch);
          world.send(instance.uuid, this.place, () => {
            if (options.openLoop && outcome === 'refused') this.#target = world.random.pick([0, 1, 2, 3, 4]);
            else if (outcome === 'ok' && turn === this.#turn) this.#next(options.writeEveryMs * world.random.between(0.5, 1.5));
            else moveOn(options.writeEveryMs);
          });
        });
      });
    });
    this.#patience(turn);
  }
}
