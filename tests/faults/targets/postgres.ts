/** PostgreSQL, as libpq's `target_session_attrs=read-write` with several hosts does it: the first in turn that is not in recovery. */
import type { Asked, PlainAsked } from '../history/operation.ts';
import { inTurn, MasterSession, type Connected } from '../workloads/session.ts';
import { NotDone, plain, type Endpoint, type Session, type Target, type TargetOptions } from '../workloads/target.ts';
import { bankAccounts, bankStart } from '../workloads/workload.ts';
import { parseAnswer, query, startup, type PgAnswer } from './pg-wire.ts';
import { Wire } from './wire.ts';

export type PostgresUser = { readonly user: string; readonly database: string };

const tables = `
  create table if not exists faults_set (id bigint);
  create table if not exists faults_register (key text primary key, value bigint);
  create table if not exists faults_counter (value bigint);
  create table if not exists faults_bank (account text primary key, value bigint);
  truncate faults_set, faults_register, faults_counter, faults_bank;
  insert into faults_counter values (0);
  insert into faults_bank values ${bankAccounts.map((account) => `('${account}', ${bankStart})`).join(', ')}`;

export class Postgres implements Target {
  readonly name = 'postgres';
  readonly #user: PostgresUser;

  constructor(user: PostgresUser) {
    this.#user = user;
  }

  async prepare({ endpoints, timeoutMs }: TargetOptions): Promise<void> {
    const master = await this.#find(endpoints, timeoutMs)();
    if (!master) throw new Error('nobody is out of recovery');
    await (master as Master).ask(tables).finally(() => master.close());
  }

  open({ endpoints, timeoutMs }: TargetOptions): Session {
    return new MasterSession(this.#find(endpoints, timeoutMs));
  }

  #find(endpoints: readonly Endpoint[], timeoutMs: number) {
    return inTurn(endpoints, async (endpoint) => {
      const wire = await Wire.open<PgAnswer>(endpoint, { parse: parseAnswer, timeoutMs });
      const master = new Master({ endpoint, wire, timeoutMs });
      try {
        const { error } = await wire.ask(startup(this.#user.user, this.#user.database), timeoutMs);
        const [row] = error ? [] : await master.ask("select pg_is_in_recovery() or current_setting('transaction_read_only')::bool");
        if (row?.[0] === 'f') return master;
      } catch {
        // It went while it was asked.
      }
      master.close();
      return null;
    });
  }
}

class Master implements Connected {
  readonly endpoint: Endpoint;
  readonly #wire: Wire<PgAnswer>;
  readonly #timeoutMs: number;

  constructor({ endpoint, wire, timeoutMs }: { readonly endpoint: Endpoint; readonly wire: Wire<PgAnswer>; readonly timeoutMs: number }) {
    this.endpoint = endpoint;
    this.#wire = wire;
    this.#timeoutMs = timeoutMs;
  }

  async ask(sql: string): Promise<PgAnswer['rows']> {
    const { rows, error } = await this.#wire.ask(query(sql), this.#timeoutMs);
    if (!error) return rows;
    // Class 57 and 08: the server goes away, and the commit may have been written.
    if (/^(57|08)/.test(error.code)) throw new Error(error.message);
    throw new NotDone(error.message);
  }

  async perform(asked: Asked): Promise<{ asked: Asked; epoch: null }> {
    const known = plain(asked);
    return { asked: answered(known, await this.ask(sql(known))), epoch: null };
  }

  close(): void {
    this.#wire.close();
  }
}

/** Keys and accounts are the workload's own and need no quoting. */
function sql(asked: PlainAsked): string {
  switch (asked.f) {
    case 'add':
      return `insert into faults_set values (${asked.value})`;
    case 'members':
      return 'select id from faults_set';
    case 'read':
      return `select value from faults_register where key = '${asked.key}'`;
    case 'write':
      return `insert into faults_register values ('${asked.key}', ${asked.value}) on conflict (key) do update set value = excluded.value`;
    case 'cas':
      return `update faults_register set value = ${asked.value.to} where key = '${asked.key}' and value = ${asked.value.from} returning value`;
    case 'increment':
      return `update faults_counter set value = value + ${asked.value}`;
    case 'count':
      return 'select value from faults_counter';
    case 'transfer': {
      const { from, to, amount } = asked.value;
      return `update faults_bank set value = value + case account when '${from}' then -${amount} else ${amount} end
        where account in ('${from}', '${to}') and '${from}' <> '${to}' and (select value from faults_bank where account = '${from}' for update) >= ${amount}`;
    }
    case 'balances':
      return 'select account, value from faults_bank';
  }
}

function answered(asked: PlainAsked, rows: PgAnswer['rows']): Asked {
  switch (asked.f) {
    case 'members':
      return { ...asked, value: rows.map(([id]) => Number(id)) };
    case 'read':
      return { ...asked, value: rows[0] ? Number(rows[0][0]) : null };
    case 'count':
      return { ...asked, value: Number(rows[0]![0]) };
    case 'cas':
      return { ...asked, value: { ...asked.value, swapped: rows.length > 0 } };
    case 'balances':
      return { ...asked, value: Object.fromEntries(rows.map(([account, value]) => [account, Number(value)])) };
    case 'add':
    case 'write':
    case 'increment':
    case 'transfer':
      return asked;
  }
}
