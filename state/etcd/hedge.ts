/**
 * One question to several members: the next is asked when the one before is silent for a little while, and whoever
 * answers first is believed. Questions are such that copies do no harm. It asks again and again until the time is up: a
 * question that a member passed to a leader which then died is answered by nobody.
 */
import type { Clock } from '~/iproto/clock.ts';
import { Unanswered } from '../client/backend.ts';
import { AccessDenied, ProviderUnavailable, type EndpointFailure, type StateError } from '../errors.ts';

/** Between the first questions, unless answers usually take longer. */
const silenceMinMs = 40;
const silenceMaxMs = 1_000;
/** Between later ones: half of it is lost on average when a new leader is there. */
const againMs = 100;
/** Between questions once the allowance is used up. */
const poorMs = 300;
const copiesMax = 16;
/** Copies beyond the first: so many at once, and in the long run one for so many questions. Members that are only busy must not get three times the work. */
const allowanceMax = 12;
const allowancePerQuestion = 0.2;
/** How long copies that nobody waits for may still use their connection, rather than break it. */
const graceMs = 1_000;
/** How long one that failed is asked last. */
const badMs = 1_000;
/** How long one that refused is not asked again, while there are others. */
const refusedMs = 500;

export type Outcome<T> =
  | { readonly kind: 'answer'; readonly value: T }
  /** Ask elsewhere. `maybe`: this copy may have been executed. `denied`: for want of trust. */
  | { readonly kind: 'again'; readonly reason: string; readonly maybe: boolean; readonly denied: boolean }
  /** No other member would answer anything else. */
  | { readonly kind: 'final'; readonly error: StateError };

export type Copy<T> = { readonly settled: Promise<Outcome<T>>; readonly abort: () => void };

export type AskOptions = {
  readonly timeoutMs: number;
  /** It changes something: while another copy may have been executed, an error is no answer. */
  readonly changes?: boolean;
  /** Before the second copy. */
  readonly silenceMs?: number;
};

/** `badUntil`: asked last until then, in the clock's ms. */
export type Member = { readonly address: string; badUntil: number };

export class Hedge<M extends Member> {
  readonly #clock: Clock;
  readonly #endpoints: readonly M[];
  #allowance = allowanceMax;
  #preferred: M;
  /** Smoothed time of an answer, ms. */
  #usualMs = silenceMinMs / 3;

  constructor(components: { readonly clock: Clock; readonly endpoints: readonly M[] }) {
    this.#clock = components.clock;
    this.#endpoints = components.endpoints;
    this.#preferred = components.endpoints[0]!;
  }

  /** The one that answered last, then the others, those that failed just now at the end. */
  get order(): readonly M[] {
    const now = this.#clock.now();
    const rank = (endpoint: M) => (endpoint.badUntil > now ? 2 : endpoint === this.#preferred ? 0 : 1);
    return this.#endpoints.toSorted((a, b) => rank(a) - rank(b));
  }

  /** `copies`: how many may have been executed. Throws Unanswered, ProviderUnavailable, AccessDenied, or what is final. */
  async ask<T>(launch: (endpoint: M) => Copy<T>, options: AskOptions): Promise<{ readonly value: T; readonly copies: number }> {
    this.#allowance = Math.min(this.#allowance + allowancePerQuestion, allowanceMax);
    const question = new Question<T, M>(this.#clock, { silenceMs: this.#silenceMs, changes: false, ...options, order: this.order, launch, spend: () => this.#spend(), refund: () => (this.#allowance = Math.min(this.#allowance + 1, allowanceMax)) });
    const { value, copies, endpoint, tookMs } = await question.answer();
    this.#preferred = endpoint;
    endpoint.badUntil = -Infinity;
    this.#usualMs += (Math.min(tookMs, silenceMaxMs) - this.#usualMs) / 8;
    return { value, copies };
  }

  /** For one more copy; false: it has to wait. */
  #spend(): boolean {
    if (this.#allowance < 1) return false;
    this.#allowance -= 1;
    return true;
  }

  get #silenceMs(): number {
    return Math.min(Math.max(this.#usualMs * 3, silenceMinMs), silenceMaxMs);
  }
}

type QuestionOptions<T, M> = Required<AskOptions> & {
  readonly order: readonly M[];
  readonly launch: (endpoint: M) => Copy<T>;
  readonly spend: () => boolean;
  /** A copy that failed was no work for anybody. */
  readonly refund: () => void;
};

type Answer<T, M> = { readonly value: T; readonly copies: number; readonly endpoint: M; readonly tookMs: number };

/** One `ask`, from the first copy to the answer. */
class Question<T, M extends Member> {
  readonly #clock: Clock;
  readonly #options: QuestionOptions<T, M>;
  readonly #under: Map<number, () => void> = new Map();
  readonly #failures = new Map<M, { readonly reason: string; readonly denied: boolean }>();
  readonly #refusedAt = new Map<M, number>();
  #count = 0;
  #turn = 0;
  /** Copies that may have been executed. */
  #maybe = 0;
  #cancelNext = () => {};
  #cancelEnd = () => {};
  #resolve!: (answer: Answer<T, M>) => void;
  #reject!: (error: Error) => void;

  constructor(clock: Clock, options: QuestionOptions<T, M>) {
    this.#clock = clock;
    this.#options = options;
  }

  answer(): Promise<Answer<T, M>> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#cancelEnd = this.#clock.after(this.#options.timeoutMs, () => this.#fail(this.#late()));
      this.#launch();
    });
  }

  #launch(): void {
    const { launch } = this.#options;
    const endpoint = this.#next();
    const copy = this.#count;
    const startedAt = this.#clock.now();
    this.#count += 1;
    this.#maybe += 1;
    const { settled, abort } = launch(endpoint);
    this.#under.set(copy, abort);
    void settled.then((outcome) => {
      if (this.#under.delete(copy)) this.#settled(outcome, endpoint, startedAt);
    });
    this.#plan();
  }

  /** In turn, but for those that refuse. */
  #next(): M {
    const { order } = this.#options;
    for (let skipped = 0; skipped < order.length; skipped += 1) {
      const endpoint = order[this.#turn % order.length]!;
      this.#turn += 1;
      if (!this.#refuses(endpoint)) return endpoint;
    }
    this.#turn += 1;
    return order[this.#turn % order.length]!;
  }

  #refuses(endpoint: M): boolean {
    return (this.#refusedAt.get(endpoint) ?? -Infinity) > this.#clock.now() - refusedMs;
  }

  #plan(): void {
    const { order, silenceMs, spend } = this.#options;
    const pauseMs = this.#count < order.length ? silenceMs : Math.max(againMs, silenceMs);
    this.#cancelNext();
    this.#cancelNext = this.#clock.after(pauseMs, () => {
      if (this.#under.size < copiesMax && spend()) return this.#launch();
      this.#cancelNext = this.#clock.after(poorMs, () => (this.#under.size < copiesMax ? this.#launch() : this.#plan()));
    });
  }

  #settled(outcome: Outcome<T>, endpoint: M, startedAt: number): void {
    const { order, changes } = this.#options;
    switch (outcome.kind) {
      case 'answer':
        this.#finish();
        return this.#resolve({ value: outcome.value, copies: this.#maybe, endpoint, tookMs: this.#clock.now() - startedAt });
      case 'final':
        return this.#fail(changes && this.#maybe > 1 ? new Unanswered(outcome.error.message) : outcome.error);
      case 'again':
        if (!outcome.maybe) {
          this.#maybe -= 1;
          this.#refusedAt.set(endpoint, this.#clock.now());
        }
        this.#options.refund();
        this.#failures.set(endpoint, outcome);
        endpoint.badUntil = this.#clock.now() + badMs;
        if (this.#maybe === 0 && this.#failures.size === order.length && [...this.#failures.values()].every(({ denied }) => denied)) return this.#fail(new AccessDenied(this.#reasons.map(({ endpoint: address, reason }) => `${address}: ${reason}`).join('; ')));
        // The first round goes on at once; later ones keep their pace, but that who refuses takes nobody's turn.
        if (this.#count < order.length || (!outcome.maybe && order.some((other) => !this.#refuses(other)))) this.#launch();
    }
  }

  #finish(): void {
    this.#cancelEnd();
    this.#cancelNext();
    const late = [...this.#under.values()];
    this.#under.clear();
    if (late.length > 0) this.#clock.after(graceMs, () => late.forEach((abort) => abort()));
  }

  #fail(error: Error): void {
    this.#finish();
    this.#reject(error);
  }

  get #reasons(): EndpointFailure[] {
    return [...this.#failures].map(([{ address }, { reason }]) => ({ endpoint: address, reason }));
  }

  #late(): StateError {
    const said = `etcd gave no answer within ${Math.round(this.#options.timeoutMs)} ms`;
    const error = new ProviderUnavailable(said, this.#reasons);
    return this.#maybe > 0 ? new Unanswered(error.message) : error;
  }
}
