/** Replicasets, fibers and messages; each step does one thing that chance chooses. */
import type { Random } from '../apply/random.ts';
import { Checks } from './checks.ts';
import { answered, byReplica } from './destination.ts';
import type { Answer, Fiber, Resumed, Wait } from './messages.ts';
import { recovered } from './recovery.ts';
import type { Rules } from './rules.ts';
import { clientWrite, handOver, owned } from './source.ts';
import { Storage } from './storage.ts';

const storageCount = 3;
const fibersMax = 24;

/** The last six are weights: what a step does. */
export type Chances = {
  readonly lost: number; readonly doubled: number; readonly replicaAnswers: number; readonly givesUp: number;
  readonly deliver: number; readonly resume: number; readonly replicate: number; readonly order: number; readonly write: number; readonly fault: number; readonly recover: number;
};
export const faulty: Chances = { lost: 0.08, doubled: 0.1, replicaAnswers: 0.1, givesUp: 0.06, deliver: 40, resume: 22, replicate: 12, order: 8, write: 6, fault: 4, recover: 8 };
const calm: Chances = { lost: 0, doubled: 0, replicaAnswers: 0, givesUp: 0, deliver: 40, resume: 30, replicate: 15, order: 0, write: 0, fault: 0, recover: 15 };

const restless = (storage: Storage, bucket: number): boolean => !['active', 'gone', undefined].includes(storage.row(bucket)?.state);

type Running = { readonly storage: Storage; readonly life: number; readonly fiber: Fiber<Answer | void>; wait: Wait; readonly reply: ((answer: Answer) => void) | null };
/** On its way: what happens when it comes. */
type Message = () => void;

export class World {
  readonly storages = Array.from({ length: storageCount }, (_, id) => new Storage(id));
  readonly checks: Checks;
  readonly tally = { ordered: 0, moved: 0, failovers: 0, lostRows: 0, writes: 0, recovered: 0 };
  #running: Running[] = [];
  #messages: Message[] = [];
  #next = 1;
  #checked = 0;

  constructor(
    readonly random: Random,
    readonly rules: Rules,
    readonly buckets: readonly number[],
  ) {
    for (const bucket of buckets) this.storages[0]!.write({ bucket, row: { state: 'active', generation: 1, peer: null, attempt: null, ready: false } });
    this.#replicate(this.storages[0]!, Infinity);
    this.checks = new Checks(this.storages, buckets);
  }

  step(chances: Chances): void {
    let dice = this.random.next() * (chances.deliver + chances.resume + chances.replicate + chances.order + chances.write + chances.fault + chances.recover);
    const falls = (weight: number) => (dice -= weight) < 0;
    if (falls(chances.deliver)) this.#deliver(chances);
    else if (falls(chances.resume)) this.#resume(chances);
    else if (falls(chances.replicate)) this.#replicate(this.random.pick(this.storages), 1 + Math.floor(this.random.next() * 3));
    else if (falls(chances.order)) this.#order();
    else if (falls(chances.write)) this.#write();
    else if (falls(chances.fault)) this.#fault();
    else this.#recover();
    this.#check();
  }

  /** Nothing is lost any more, and nobody orders anything: until it is quiet. */
  heal(stepsMax: number): boolean {
    for (const storage of this.storages) storage.leads = true;
    for (let step = 0; step < stepsMax && !this.settled(); step++) this.step(calm);
    return this.settled();
  }

  #check(): void {
    const changes = this.storages.reduce((sum, storage) => sum + storage.changes, 0);
    if (changes !== this.#checked) this.checks.look();
    this.#checked = changes;
  }

  /** How often a bucket came to another owner: generations only grow by that. */
  get moves(): number {
    return this.buckets.reduce((sum, bucket) => sum + Math.max(...this.storages.map((storage) => { const row = storage.row(bucket); return row?.state === 'active' ? row.generation - 1 : 0; })), 0);
  }

  settled(): boolean {
    return this.#messages.length === 0 && this.#running.length === 0 && this.buckets.every((bucket) => this.storages.every((storage) => !restless(storage, bucket)));
  }

  #start(storage: Storage, fiber: Fiber<Answer | void>, reply: Running['reply'] = null): void {
    this.#advance({ storage, life: storage.life, fiber, wait: { kind: 'pause' }, reply }, null);
  }

  #advance(running: Running, value: Resumed): void {
    const { done, value: result } = running.fiber.next(value);
    if (done) {
      if (result) running.reply?.(result);
      return;
    }
    running.wait = result;
    this.#running.push(running);
    if (result.kind === 'call') this.#send(running, result);
  }

  /** An answer counts if its fiber still waits for this very request. */
  #send(running: Running, wait: Wait & { kind: 'call' }): void {
    this.#messages.push(() => {
      const target = this.storages[wait.to]!;
      const reply = (answer: Answer) => void this.#messages.push(() => {
        if (running.wait === wait && this.#running.includes(running)) this.#take(running, answer);
      });
      if (wait.request.kind === 'look' && this.random.chance(this.#replicaAnswers)) reply(byReplica(target, this.rules, wait.request.bucket));
      else this.#start(target, answered(target, this.rules, wait.request), reply);
    });
  }

  #replicaAnswers = 0;

  #take(running: Running, value: Resumed): void {
    this.#running.splice(this.#running.indexOf(running), 1);
    if (running.life === running.storage.life) this.#advance(running, value);
  }

  #deliver(chances: Chances): void {
    if (this.#messages.length === 0) return;
    const at = Math.floor(this.random.next() * this.#messages.length);
    const message = this.#messages[at]!;
    this.#replicaAnswers = chances.replicaAnswers;
    // A copy that stays on its way may come much later.
    if (!this.random.chance(chances.doubled)) this.#messages.splice(at, 1);
    if (!this.random.chance(chances.lost)) message();
  }

  #resume(chances: Chances): void {
    if (this.#running.length === 0) return;
    const running = this.random.pick(this.#running);
    const { wait, storage, life } = running;
    if (life !== storage.life) return this.#take(running, null);
    switch (wait.kind) {
      case 'pause':
        return this.#take(running, null);
      case 'call':
        // With nothing on its way there is nothing to wait for.
        if (this.random.chance(chances.givesUp) || this.#messages.length === 0) this.#take(running, null);
        return;
      case 'copies':
        if (storage.kept >= wait.upTo) this.#take(running, true);
        else if (this.random.chance(chances.givesUp)) this.#take(running, false);
        return;
      case 'holders':
        if ((storage.holding.get(wait.bucket) ?? 0) === 0) this.#take(running, true);
        else if (this.random.chance(chances.givesUp)) this.#take(running, false);
    }
  }

  #replicate(storage: Storage, count: number): void {
    for (const { bucket, put, client } of storage.replicate(Math.min(count, storage.behind))) {
      if (client) this.checks.promise(bucket, put!);
    }
  }

  #order(): void {
    if (this.#running.length >= fibersMax) return;
    const bucket = this.random.pick(this.buckets);
    const from = this.storages.find((storage) => storage.row(bucket)?.state === 'active');
    const to = this.random.pick(this.storages);
    if (from === undefined || to === from) return;
    this.tally.ordered++;
    this.#start(from, handOver(from, this.rules, { bucket, to: to.id, attempt: this.#next++ }));
  }

  #write(): void {
    if (this.#running.length >= fibersMax) return;
    this.tally.writes++;
    const storage = this.random.pick(this.storages);
    this.#start(storage, clientWrite(storage, this.rules, this.random.pick(this.buckets), this.#next++));
  }

  #recover(): void {
    const storage = this.random.pick(this.storages);
    const unsettled = this.buckets.filter((bucket) => restless(storage, bucket));
    if (unsettled.length === 0 || this.#running.length >= fibersMax) return;
    this.tally.recovered++;
    this.#start(storage, recovered(storage, this.rules, this.random.pick(unsettled)));
  }

  #fault(): void {
    const storage = this.random.pick(this.storages);
    const dice = this.random.next();
    if (!storage.leads) {
      storage.leads = true;
    } else if (dice < 0.3) {
      // The process alone: its log is whole.
      storage.forget();
    } else if (dice < 0.65) {
      const behind = storage.behind;
      storage.failOver(Math.floor(this.random.next() * (behind + 1)));
      this.tally.failovers++;
      this.tally.lostRows += behind - storage.behind;
    } else if (dice < 0.85) {
      storage.leads = false;
    } else {
      // Another one leads and then this one again, with all rows, and its fibers never noticed.
      this.#replicate(storage, Infinity);
      storage.holding = new Map();
      this.#running = this.#running.filter((one) => one.storage !== storage || one.wait.kind !== 'pause');
      for (const bucket of this.buckets) {
        const row = storage.row(bucket);
        if (row?.state === 'sending') storage.write({ bucket, row: owned(row) });
      }
    }
  }
}
