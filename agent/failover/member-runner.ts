import type { MemberDisk, MemberEffect, MemberEvent } from '~/core/failover/member-messages.ts';
import { FailoverMember } from '~/core/failover/member.ts';
import { leading, type MemberState } from '~/core/failover/member-state.ts';
import type { MemberAnswer, MemberRequest } from '~/core/failover/messages.ts';
import type { ReplicasetSettings } from '~/core/failover/settings.ts';
import type { Timing } from '~/core/failover/timing.ts';
import { Alarm } from './alarm.ts';
import { Effects } from './effects.ts';
import { LeaseSeen } from './lease-seen.ts';
import { monotonicMs } from './monotonic.ts';
import type { Orders } from './orders.ts';
import type { StateLink } from './state-link.ts';

/** Runs the member machine of one instance: its clock, its disk, the provider, its Tarantool, the other members. */
export type MemberRunnerParts = {
  readonly link: Pick<StateLink, 'read' | 'commit' | 'watchRecords'>;
  readonly orders: Pick<Orders, 'obey'>;
  /** Null: no answer in time. */
  readonly ask: (to: string, body: MemberRequest, timeoutMs: number) => Promise<MemberAnswer | null>;
  readonly persist: (disk: MemberDisk) => Promise<void>;
  readonly tell: (told: Extract<MemberEffect, { kind: 'tell' }>) => void;
  /** Something that the status shows may have changed. */
  readonly onChange: () => void;
  /** What it promises cannot be kept: nothing more is done, and it has to be ended. */
  readonly onDefect: (error: unknown) => void;
};

export type MemberRunnerOptions = { readonly uuid: string; readonly settings: ReplicasetSettings; readonly timing: Timing; readonly disk: MemberDisk };

const lookAfterMs = 400;
/** The answer to a renewal is a look, too, and the next renewal is sent with the beat at which that would be asked again. */
const lookLeadingAfterMs = 700;
const answerMsMax = 65_000;

export class MemberRunner {
  readonly uuid: string;
  readonly replicaset: string;
  readonly leaseSeen = new LeaseSeen();
  readonly #parts: MemberRunnerParts;
  readonly #member: FailoverMember;
  readonly #effects: Effects<MemberEffect>;
  readonly #alarm = new Alarm(() => this.#step((now) => this.#member.tick(now)));
  readonly #requests = new Map<number, (answer: MemberAnswer) => void>();
  readonly #handed: (() => void)[] = [];
  readonly #unwatch: () => void;
  #request = 0;
  #looking = false;
  #ended = false;

  constructor(parts: MemberRunnerParts, { uuid, settings, timing, disk }: MemberRunnerOptions) {
    this.#parts = parts;
    this.uuid = uuid;
    this.replicaset = settings.uuid;
    this.#member = new FailoverMember({}, { uuid, settings, timing, disk, now: monotonicMs() });
    this.#effects = new Effects((effect) => this.#perform(effect), parts.onDefect);
    this.#unwatch = parts.link.watchRecords(settings.uuid, (_replicaset, records) => {
      this.leaseSeen.saw(records, monotonicMs());
      this.receive({ kind: 'records', records, streamed: true });
    });
    void this.look();
  }

  state(): Readonly<MemberState> {
    return this.#member.state();
  }

  /** When it has something to do by itself. */
  get wakesAt(): number {
    return this.#member.wakeAt();
  }

  /** Twice a second. */
  beat(): void {
    const m = this.#member.state();
    if (m.reportedAt <= monotonicMs() - (leading(m) ? lookLeadingAfterMs : lookAfterMs)) void this.look();
  }

  receive(event: MemberEvent): void {
    this.#step((now) => this.#member.receive(now, event));
  }

  /** A question of a coordinator or of another member. Rejects when the machine has nothing to say in time. */
  answer(body: MemberRequest): Promise<MemberAnswer> {
    const request = ++this.#request;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#requests.delete(request);
        reject(new Error('The member has no answer.'));
      }, answerMsMax);
      this.#requests.set(request, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.receive({ kind: 'asked', request, body });
    });
  }

  /** Tells the machine how the instance is. What cannot be asked now is asked again soon. */
  async look(): Promise<void> {
    if (this.#looking || this.#ended) return;
    this.#looking = true;
    const { report } = await this.#parts.orders.obey({ kind: 'look' }, this.#member.state().timing.hearMs);
    this.#looking = false;
    if (report !== null) this.receive({ kind: 'reported', report });
  }

  /** Gives the leadership away, if it has it; false: not within the time. */
  async handOver(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), timeoutMs);
      this.#handed.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
      this.receive({ kind: 'stop' });
    });
  }

  end(): void {
    this.#ended = true;
    this.#alarm.off();
    this.#unwatch();
    this.#effects.end();
  }

  #step(step: (now: number) => MemberEffect[]): void {
    if (this.#ended) return;
    this.#effects.add(step(monotonicMs()));
    this.#alarm.set(this.#member.wakeAt());
    this.#parts.onChange();
  }

  #perform(effect: MemberEffect): Promise<void> | undefined {
    const { link, orders, ask, persist, tell } = this.#parts;
    switch (effect.kind) {
      case 'persist':
        return persist(effect.disk);
      case 'note':
        persist(effect.disk).catch(this.#parts.onDefect);
        return undefined;
      case 'commit':
        void link.commit(this.replicaset, effect.change, { timeoutMs: effect.timeoutMs }).then((outcome) => this.receive({ kind: 'stored', call: effect.call, outcome }));
        return undefined;
      case 'read':
        void this.#read(effect);
        return undefined;
      case 'order':
        void orders.obey(effect.order, effect.timeoutMs).then(({ report, why }) => this.receive({ kind: 'ordered', call: effect.call, report, why }));
        return undefined;
      case 'ask':
        void ask(effect.to, effect.body, effect.timeoutMs).then((answer) => this.receive({ kind: 'answered', call: effect.call, answer }));
        return undefined;
      case 'answer':
        this.#requests.get(effect.request)?.(effect.answer);
        this.#requests.delete(effect.request);
        return undefined;
      case 'handedOver':
        for (const told of this.#handed.splice(0)) told();
        return undefined;
      case 'tell':
        // It writes into files: what else is to be done now goes first.
        setImmediate(tell, effect);
        return undefined;
    }
  }

  async #read({ call, timeoutMs }: Extract<MemberEffect, { kind: 'read' }>): Promise<void> {
    try {
      this.receive({ kind: 'records', records: await this.#parts.link.read(this.replicaset, timeoutMs), streamed: false });
    } catch {
      this.receive({ kind: 'stored', call, outcome: { kind: 'unavailable' } });
    }
  }
}
