/**
 * One request of a client and its answer, in the manner that the client expects, counted once. A request of the old kind
 * (CALL_16, which some connectors still send) gets each result as a tuple.
 */
import { bodyKeys, bodySlice, encode, Raw, Reader, requestTypes, statuses, type Response, type ServerRequest, type Value, type Writable } from '~/iproto/index.ts';
import type { Figures } from './figures.ts';
import { isArray, itemsOf } from './slices.ts';
import { crudError, vshardError, type Told } from './told.ts';

export class Exchange {
  readonly request: ServerRequest;
  readonly label: string;
  readonly user: string;
  readonly startedAt: number;
  readonly #now: () => number;
  readonly #figures: Figures;

  constructor({ figures, now }: { figures: Figures; now: () => number }, request: ServerRequest, label: string) {
    this.request = request;
    this.label = label;
    this.user = request.session.user ?? 'guest';
    this.#figures = figures;
    this.#now = now;
    this.startedAt = now();
  }

  /** A storage's answer as it came, its own errors too. */
  forward(response: Response, told?: Told): void {
    this.#record(told);
    if (this.request.type === requestTypes.call16 && response.status === statuses.ok) return this.request.answer(tuples(itemsOf(bodySlice(response.body, bodyKeys.data) ?? emptyArray)));
    this.request.forward(response);
  }

  answer(values: readonly Writable[]): void {
    this.#record(undefined);
    this.#values(values);
  }

  /** An error, raised where the client called. */
  raise(told: Told): void {
    this.#record(told);
    this.request.fail(told.code, told.message);
  }

  /** `nil, error`, as vshard returns it. */
  vshard(told: Told): void {
    this.#record(told);
    this.#values([null, vshardError(told)]);
  }

  /** `nil, error`, as crud returns it. */
  crud(told: Told, className: string): void {
    this.#record(told);
    this.#values([null, crudError(told, className)]);
  }

  #values(values: readonly Writable[]): void {
    if (this.request.type !== requestTypes.call16) return this.request.answer(values);
    this.request.answer(tuples(itemsOf(encode(values))));
  }

  #record(told: Told | undefined): void {
    this.#figures.record(this.label, this.#now() - this.startedAt, told?.kind);
  }
}

const emptyArray = Buffer.from([0x90]);

/** What Tarantool makes of results for CALL_16: a scalar is a tuple of one, a table of tables is these tuples. */
function tuples(results: readonly Buffer[]): Writable[] {
  return results.flatMap((result): Writable[] => {
    if (!isArray(result)) return [[new Raw(result)]];
    const items = itemsOf(result);
    return items.length > 0 && items.every(isArray) ? items.map((item) => new Raw(item)) : [new Raw(result)];
  });
}

/** For what reads answers by itself. */
export function dataOf(response: Response): Value[] {
  const data = bodySlice(response.body, bodyKeys.data);
  const value = data === undefined ? [] : new Reader(data).read();
  return Array.isArray(value) ? value : [];
}

/** The results of a call, each undecoded. */
export function slicesOf(response: Response): Buffer[] {
  const data = bodySlice(response.body, bodyKeys.data);
  return data === undefined ? [] : itemsOf(data);
}
