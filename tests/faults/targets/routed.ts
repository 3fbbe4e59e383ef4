/**
 * Our product by its routers, as an application uses it: any router will do, and one that cannot be connected to is left
 * for the next. What a router says is taken by its words: "nothing was done", or OUTCOME_UNKNOWN.
 */
import { connectionDefaults, IprotoError, openConnection, systemClock, TarantoolError, type Connection, type Value, type Writable } from '~/iproto/index.ts';
import type { Asked } from '../history/operation.ts';
import { accountsEach, accountStart, ballastEach, bucketsOfBank } from '../workloads/routed-workload.ts';
import { nameOf, NotDone, type Answer, type Endpoint, type Session, type Target, type TargetOptions } from '../workloads/target.ts';

export type RoutedUser = { readonly user: string; readonly password: string };

/** Beyond the time that a router was given for its answer. */
const answerMarginMs = 2_000;
const connectMs = 1_000;
const prepareMs = 60_000;

/** On each storage, made by the system: named here, where they are called. */
export const routedSpaces = { set: 'faults_set', accounts: 'faults_accounts', notes: 'faults_notes', ballast: 'faults_ballast' } as const;
const ballastBytes = 500;
const slowSeconds = 0.03;

/**
 * `waits`: a payment is acknowledged when it is on enough copies. One in three is let in a while before it writes, and one
 * in three is answered a while after it has written: whoever asks again then would do it twice.
 */
export const routedSchema = (waits: boolean): string => `
  local function space(name, format)
    local made = box.schema.space.create(name, {if_not_exists = true, format = format})
    made:create_index('primary', {if_not_exists = true})
    made:create_index('bucket_id', {parts = {{2, 'unsigned'}}, unique = false, if_not_exists = true})
  end
  local function run(name, body) box.schema.func.create(name, {body = body, if_not_exists = true}) end
  space('${routedSpaces.set}', {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}})
  space('${routedSpaces.accounts}', {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}, {'balance', 'integer'}})
  space('${routedSpaces.notes}', {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}, {'from', 'unsigned'}, {'to', 'unsigned'}, {'amount', 'integer'}})
  space('${routedSpaces.ballast}', {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}, {'text', 'string'}})
  run('faults_open', [[function(bucket)
    box.atomic(function()
      for i = 1, ${ballastEach} do box.space.${routedSpaces.ballast}:replace{bucket * 1000 + i, bucket, ('x'):rep(${ballastBytes})} end
      for i = 1, ${accountsEach} do box.space.${routedSpaces.accounts}:replace{bucket * 10 + i, bucket, ${accountStart}} end
      for _, name in ipairs({'${routedSpaces.notes}', '${routedSpaces.set}'}) do
        for _, row in ipairs(box.space[name].index.bucket_id:select(bucket)) do box.space[name]:delete(row[1]) end
      end
    end)
    return true
  end]])
  run('faults_pay', [[function(bucket, from, to, amount, note)
    if note % 3 == 0 then require('fiber').sleep(${slowSeconds}) end
    box.atomic(function()
      box.space.${routedSpaces.notes}:insert{note, bucket, from, to, amount}
      box.space.${routedSpaces.accounts}:update(bucket * 10 + from, {{'-', 3, amount}})
      box.space.${routedSpaces.accounts}:update(bucket * 10 + to, {{'+', 3, amount}})
    end)
    if note % 3 == 1 then require('fiber').sleep(${slowSeconds}) end
    ${waits ? 'coterie.quorum_wait{timeout = 1}' : ''}
    return true
  end]])
  run('faults_sum', [[function(bucket)
    local total = 0
    for _, row in box.space.${routedSpaces.accounts}.index.bucket_id:pairs(bucket) do total = total + row[3] end
    return total
  end]])
  run('faults_noted', [[function(note) return box.space.${routedSpaces.notes}:get(note) ~= nil end]])`;

export class Routed implements Target {
  readonly name = 'routed';
  readonly #user: RoutedUser;
  readonly #connections = new Map<Endpoint, Promise<Connection>>();

  constructor(user: RoutedUser) {
    this.#user = user;
  }

  async prepare(options: TargetOptions): Promise<void> {
    const [endpoint] = options.endpoints as [Endpoint];
    const connection = await openConnection({ clock: systemClock }, { ...connectionDefaults, address: { ...endpoint }, credentials: this.#user, connectTimeoutMs: prepareMs });
    try {
      for (let bucket = 1; bucket <= bucketsOfBank; bucket += 1) await asked(connection, { call: 'vshard.router.callrw', args: [bucket, 'faults_open', [bucket]], timeoutMs: prepareMs });
    } finally {
      connection.close();
    }
  }

  /** All sessions of a process share one connection to each router, and take routers in turn. */
  open({ endpoints, timeoutMs }: TargetOptions): Session {
    let turn = 0;
    return {
      perform: (one) => {
        turn += 1;
        return this.#perform(one, { endpoints: endpoints.map((_, at) => endpoints[(turn + at) % endpoints.length]!), timeoutMs });
      },
      close: () => {},
    };
  }

  close(): void {
    for (const connection of this.#connections.values()) void connection.then((one) => one.close(), () => {});
    this.#connections.clear();
  }

  async #perform(one: Asked, { endpoints, timeoutMs }: TargetOptions): Promise<Answer> {
    const reasons: string[] = [];
    for (const endpoint of endpoints) {
      const connection = await this.#connected(endpoint).catch((error: unknown) => void reasons.push(`no router: ${String(error)}`));
      if (!connection) continue;
      const node = nameOf(endpoint);
      try {
        return { outcome: 'ok', asked: answered(one, await asked(connection, { ...callOf(one), timeoutMs })), epoch: null, node };
      } catch (error) {
        // A connection that broke, or says nothing, is made anew by the next one.
        if (!(error instanceof TarantoolError) && !(error instanceof NotDone)) this.#forget(endpoint, connection);
        return { outcome: wasNotDone(error) ? 'fail' : 'info', asked: one, epoch: null, node, reason: error instanceof Error ? error.message : String(error) };
      }
    }
    return { outcome: 'fail', asked: one, epoch: null, node: null, reason: reasons.join('; ') };
  }

  #connected(endpoint: Endpoint): Promise<Connection> {
    let connection = this.#connections.get(endpoint);
    if (connection) return connection;
    this.#connections.set(endpoint, (connection = openConnection({ clock: systemClock }, { ...connectionDefaults, address: { ...endpoint }, credentials: this.#user, connectTimeoutMs: connectMs })));
    connection.catch(() => this.#connections.delete(endpoint));
    return connection;
  }

  #forget(endpoint: Endpoint, connection: Connection): void {
    connection.close();
    const kept = this.#connections.get(endpoint);
    void kept?.then((one) => {
      if (one === connection && this.#connections.get(endpoint) === kept) this.#connections.delete(endpoint);
    }, () => {});
  }
}

type RouterCall = { readonly call: string; readonly args: readonly Writable[]; readonly options?: Readonly<Record<string, string>> };

/** The first value; rejects with what the router gave instead. */
async function asked(connection: Connection, { call, args, options, timeoutMs }: RouterCall & { readonly timeoutMs: number }): Promise<Value> {
  const [value, error] = await connection.call(call, [...args, { ...options, timeout: timeoutMs / 1_000 }], { timeoutMs: timeoutMs + answerMarginMs });
  if (error !== undefined && error !== null) throw new TarantoolError(0, messageOf(error), []);
  return value ?? null;
}

/** Of vshard's errors, and of crud's. */
const messageOf = (error: Value): string => String(error instanceof Map ? (error.get('message') ?? error.get('err')) : error);

/** Certainly: by its own words, or as it was never sent. */
export function wasNotDone(error: unknown): boolean {
  if (error instanceof NotDone) return true;
  if (error instanceof TarantoolError) return !/OUTCOME_UNKNOWN/.test(error.message);
  return error instanceof IprotoError && error.notExecuted;
}

function callOf(one: Asked): RouterCall {
  switch (one.f) {
    case 'add':
      return { call: 'crud.insert', args: [routedSpaces.set, [one.value, null]] };
    case 'members':
      return { call: 'crud.select', args: [routedSpaces.set, null], options: { mode: 'write' } };
    case 'pay': {
      const { id, bucket, from, to, amount } = one.value;
      return { call: 'vshard.router.callrw', args: [bucket, 'faults_pay', [bucket, from, to, amount, id]] };
    }
    case 'sum':
      return { call: `vshard.router.${one.value.of === 'master' ? 'callro' : 'callbro'}`, args: [one.value.bucket, 'faults_sum', [one.value.bucket]] };
    // A read may be answered by a replica while the master cannot be reached.
    case 'look':
      return { call: 'vshard.router.callrw', args: [one.value.bucket, 'faults_noted', [one.value.id]] };
    case 'read':
    case 'write':
    case 'cas':
    case 'increment':
    case 'count':
    case 'transfer':
    case 'balances':
      throw new Error(`${one.f} is not for routers`);
  }
}

function answered(one: Asked, value: Value): Asked {
  switch (one.f) {
    case 'members':
      return { ...one, value: ((value as Map<string, Value>).get('rows') as [number, number][]).map(([id]) => id) };
    case 'sum':
      return { ...one, value: { ...one.value, sum: Number(value) } };
    case 'look':
      return { ...one, value: { ...one.value, there: value === true } };
    case 'add':
    case 'pay':
    case 'read':
    case 'write':
    case 'cas':
    case 'increment':
    case 'count':
    case 'transfer':
    case 'balances':
      return one;
  }
}
