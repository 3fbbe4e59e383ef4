import type { ApplyMember, CallKind } from './coordinator-messages.ts';
import type { InstanceApply, InstanceApplyState } from './version.ts';

/** One instance as its coordinator sees it: what was said last, which call is under way, which one is next. */
export class Member {
  readonly uuid: string;
  readonly alias: string;
  state: InstanceApplyState = 'waiting';
  message: string | null = null;
  tookMs: number | null = null;
  /** A prepare may have reached it, so it may hold the candidate. */
  asked = false;
  /** The base was handed over once; an agent that refuses it again is not only behind. */
  baseGiven = false;
  /** It was not there for the prepare: it gets the decided version once, without a second try. */
  late = false;
  adoptRefusals = 0;
  call: { readonly kind: CallKind; readonly attempt: number; readonly begunAt: number; readonly until: number } | null = null;
  next: { readonly kind: CallKind; readonly at: number } | null = null;
  #attempts = 0;

  constructor({ uuid, alias, reachable }: ApplyMember) {
    this.uuid = uuid;
    this.alias = alias;
    if (!reachable) this.settle('unreachable', 'It cannot be reached.');
  }

  /** Nothing is waited for from it, and nothing is to be said to it. */
  get idle(): boolean {
    return this.call === null && this.next === null;
  }

  want(kind: CallKind, at: number): void {
    this.call = null;
    this.next = { kind, at };
  }

  begin(kind: CallKind, { now, timeoutMs }: { now: number; timeoutMs: number }): number {
    this.#attempts += 1;
    this.call = { kind, attempt: this.#attempts, begunAt: now, until: now + timeoutMs };
    this.next = null;
    if (kind === 'prepare') {
      this.asked = true;
      this.state = 'preparing';
    }
    if (kind === 'commit' || kind === 'adopt') this.state = 'committing';
    return this.#attempts;
  }

  settle(state: InstanceApplyState, message: string | null = null): void {
    this.state = state;
    this.message = message;
    this.quiet();
  }

  quiet(): void {
    this.call = null;
    this.next = null;
  }

  view(): InstanceApply {
    const { uuid, alias, state, message, tookMs } = this;
    return { uuid, alias, state, message, tookMs };
  }
}
