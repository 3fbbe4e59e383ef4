/** Tarantool by our own iproto client: the master is whoever says that it is not read-only. No router, no agent. */
import { connectionDefaults, openConnection, systemClock, TarantoolError, type Connection, type Value } from '~/iproto/index.ts';
import type { Asked, PlainAsked } from '../history/operation.ts';
import { MasterSession, type Connected } from '../workloads/session.ts';
import { NotDone, plain, type Endpoint, type Session, type Target, type TargetOptions } from '../workloads/target.ts';
import { IprotoPool, type Pooled } from './iproto-pool.ts';
import { bankAccounts, bankStart } from '../workloads/workload.ts';

export type TarantoolUser = {
  readonly user: string;
  readonly password: string;
  /** Whoever writes or reads waits until enough copies have it, as functions of Coterie do in durability quorum and strict. */
  readonly waitsForCopies?: boolean;
  /** Rows of the set carry so much besides their id, to fill a disk by. */
  readonly padBytes?: number;
};

const waitSeconds = 1;
const prepareMs = 10_000;
/** Requests name spaces by number. */
export const setSpace = 900;

const prepare = `
  local function space(name, types, id)
    local format = {}
    for i, kind in ipairs(types) do format[i] = { name = 'f' .. i, type = kind } end
    box.schema.space.create(name, { id = id, if_not_exists = true, format = format }):create_index('primary', { if_not_exists = true })
  end
  space('faults_set', { 'unsigned' }, ${setSpace})
  space('faults_register', { 'string', 'integer' })
  space('faults_counter', { 'unsigned', 'integer' })
  space('faults_bank', { 'string', 'integer' })
  for _, name in ipairs({ 'set', 'register', 'counter', 'bank' }) do box.space['faults_' .. name]:truncate() end
  box.space.faults_counter:replace{1, 0}
  for _, account in ipairs((...)) do box.space.faults_bank:replace{account, select(2, ...)} end`;

/** Each gives its answer and the instance's epoch, where it has one. */
const programs = {
  add: "local id, pad = ... box.space.faults_set:insert(pad and {id, require('digest').urandom(pad)} or {id}) return true",
  members: 'local ids = {} for _, row in box.space.faults_set:pairs() do ids[#ids + 1] = row[1] end return ids',
  read: "local row = box.space.faults_register:get(...) return row and row[2] or box.NULL",
  write: 'box.space.faults_register:replace{...} return true',
  cas: `local key, from, to = ...
    return box.atomic(function()
      local row = box.space.faults_register:get(key)
      if not row or row[2] ~= from then return false end
      box.space.faults_register:replace{key, to}
      return true
    end)`,
  increment: "box.space.faults_counter:update(1, {{'+', 2, (...)}}) return true",
  count: 'return box.space.faults_counter:get(1)[2]',
  transfer: `local from, to, amount = ...
    return box.atomic(function()
      if from == to or box.space.faults_bank:get(from)[2] < amount then return false end
      box.space.faults_bank:update(from, {{'-', 2, amount}})
      box.space.faults_bank:update(to, {{'+', 2, amount}})
      return true
    end)`,
  balances: 'local all = {} for _, row in box.space.faults_bank:pairs() do all[#all + 1] = {row[1], row[2]} end return all',
} as const satisfies Record<PlainAsked['f'], string>;

/** A reading waits as well: what it saw may not last before. */
const waiting = (f: PlainAsked['f']): string => `local answer = (function(...) ${programs[f]} end)(...)
  coterie.quorum_wait{timeout = ${waitSeconds}}
  return answer`;

export class Tarantool implements Target {
  readonly name = 'tarantool';
  readonly #user: TarantoolUser;
  #pool: IprotoPool | null = null;

  constructor(user: TarantoolUser) {
    this.#user = user;
  }

  async prepare({ endpoints }: TargetOptions): Promise<void> {
    for (const endpoint of endpoints) {
      const connection = await this.#connect(endpoint, prepareMs);
      try {
        const [readOnly] = await connection.eval('return box.info.ro', [], { timeoutMs: prepareMs });
        if (readOnly === false) await connection.eval(prepare, [[...bankAccounts], bankStart], { timeoutMs: prepareMs });
      } finally {
        connection.close();
      }
    }
  }

  /** All sessions of a process share its connections. */
  open(options: TargetOptions): Session {
    this.#pool ??= new IprotoPool({ open: (endpoint) => this.#connect(endpoint, options.timeoutMs) }, options);
    const pool = this.#pool;
    return new MasterSession(async () => {
      const found = await pool.master();
      return found && new Master({ pool, found, timeoutMs: options.timeoutMs, waits: this.#user.waitsForCopies === true, padBytes: this.#user.padBytes ?? 0 });
    });
  }

  close(): void {
    this.#pool?.close();
    this.#pool = null;
  }

  #connect(endpoint: Endpoint, timeoutMs: number): Promise<Connection> {
    return openConnection({ clock: systemClock }, { ...connectionDefaults, address: { ...endpoint }, credentials: this.#user, connectTimeoutMs: timeoutMs });
  }
}

type MasterOptions = { readonly pool: IprotoPool; readonly found: Pooled; readonly timeoutMs: number; readonly waits: boolean; readonly padBytes: number };

class Master implements Connected {
  readonly #options: MasterOptions;

  constructor(options: MasterOptions) {
    this.#options = options;
  }

  get endpoint(): Endpoint {
    return this.#options.found.endpoint;
  }

  async perform(any: Asked): Promise<{ asked: Asked; epoch: number | null }> {
    const asked = plain(any);
    const { pool, found, timeoutMs, waits, padBytes } = this.#options;
    const pad = asked.f === 'add' && padBytes > 0 ? [padBytes] : [];
    try {
      // As clients write: a chunk of Lua would be compiled each time.
      if (asked.f === 'add' && !waits && pad.length === 0) {
        await found.connection.insert(setSpace, [asked.value], { timeoutMs });
        return { asked, epoch: null };
      }
      const [value] = await found.connection.eval(waits ? waiting(asked.f) : programs[asked.f], [...argumentsOf(asked), ...pad], { timeoutMs });
      return { asked: answered(asked, value), epoch: null };
    } catch (error) {
      if (error instanceof TarantoolError && isRefusal(error)) throw new NotDone(error.message);
      if (!(error instanceof TarantoolError)) pool.drop(found);
      throw error;
    }
  }

  /** The connection is the pool's. */
  close(): void {}
}

/** Refused before anything was written. A failed write of the log or of a quorum may be there all the same. */
const refusals = new Set(['ER_READONLY', 'ER_NO_SUCH_SPACE', 'ER_ACCESS_DENIED', 'ER_TUPLE_FOUND', 'ER_LOADING', 'ER_NO_SUCH_PROC']);
const isRefusal = ({ name }: TarantoolError): boolean => refusals.has(name);

export function argumentsOf(asked: PlainAsked): (string | number)[] {
  switch (asked.f) {
    case 'add':
    case 'increment':
      return [asked.value];
    case 'read':
      return [asked.key];
    case 'write':
      return [asked.key, asked.value];
    case 'cas':
      return [asked.key, asked.value.from, asked.value.to];
    case 'transfer':
      return [asked.value.from, asked.value.to, asked.value.amount];
    case 'members':
    case 'count':
    case 'balances':
      return [];
  }
}

function answered(asked: PlainAsked, value: Value | undefined): Asked {
  switch (asked.f) {
    case 'members':
      return { ...asked, value: value as number[] };
    case 'read':
      return { ...asked, value: value as number | null };
    case 'count':
      return { ...asked, value: Number(value) };
    case 'cas':
      return { ...asked, value: { ...asked.value, swapped: value === true } };
    case 'balances':
      return { ...asked, value: Object.fromEntries(value as [string, number][]) };
    case 'add':
    case 'write':
    case 'increment':
    case 'transfer':
      return asked;
  }
}
