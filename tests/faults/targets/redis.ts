/** Redis by its sentinels, as its clients do it: ask one sentinel after the other for the master, go there, see by ROLE that it is one. */
import type { Asked, PlainAsked } from '../history/operation.ts';
import { inTurn, MasterSession, type Connected } from '../workloads/session.ts';
import { NotDone, plain, type Endpoint, type Session, type Target, type TargetOptions } from '../workloads/target.ts';
import { bankAccounts, bankStart } from '../workloads/workload.ts';
import { command, parseReply, RedisError, type Reply } from './resp.ts';
import { Wire } from './wire.ts';

const casScript = "if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end redis.call('set', KEYS[1], ARGV[2]) return 1";
const transferScript = `
  if KEYS[1] == KEYS[2] or tonumber(redis.call('get', KEYS[1])) < tonumber(ARGV[1]) then return 0 end
  redis.call('decrby', KEYS[1], ARGV[1]) redis.call('incrby', KEYS[2], ARGV[1]) return 1`;

const accountKey = (account: string) => `faults:bank:${account}`;

export class Redis implements Target {
  readonly name = 'redis';
  readonly #service: string;

  /** `service`: the name of the master in the sentinels. */
  constructor(service: string) {
    this.#service = service;
  }

  async prepare({ endpoints, timeoutMs }: TargetOptions): Promise<void> {
    const master = await this.#find(endpoints, timeoutMs)();
    if (!master) throw new Error('no sentinel knows a master');
    await (master as Master).ask(['FLUSHALL']);
    await (master as Master).ask(['MSET', 'faults:counter', 0, ...bankAccounts.flatMap((account) => [accountKey(account), bankStart])]);
    master.close();
  }

  open({ endpoints, timeoutMs }: TargetOptions): Session {
    return new MasterSession(this.#find(endpoints, timeoutMs));
  }

  #find(endpoints: readonly Endpoint[], timeoutMs: number) {
    return inTurn(endpoints, async (endpoint) => {
      const sentinel = await Wire.open<Reply>(endpoint, { parse: parseReply, timeoutMs });
      const told = await sentinel.ask(command(['SENTINEL', 'get-master-addr-by-name', this.#service]), timeoutMs).finally(() => sentinel.close());
      if (!Array.isArray(told)) return null;
      const at = { host: String(told[0]), port: Number(told[1]) };
      const wire = await Wire.open<Reply>(at, { parse: parseReply, timeoutMs });
      const role = await wire.ask(command(['ROLE']), timeoutMs).catch(() => null);
      if (Array.isArray(role) && role[0] === 'master') return new Master({ endpoint: at, wire, timeoutMs });
      wire.close();
      return null;
    });
  }
}

class Master implements Connected {
  readonly endpoint: Endpoint;
  readonly #wire: Wire<Reply>;
  readonly #timeoutMs: number;

  constructor({ endpoint, wire, timeoutMs }: { readonly endpoint: Endpoint; readonly wire: Wire<Reply>; readonly timeoutMs: number }) {
    this.endpoint = endpoint;
    this.#wire = wire;
    this.#timeoutMs = timeoutMs;
  }

  /** Redis carries nothing out that it answers with an error. */
  async ask(words: readonly (string | number)[]): Promise<Reply> {
    const reply = await this.#wire.ask(command(words), this.#timeoutMs);
    if (reply instanceof RedisError) throw new NotDone(reply.message);
    return reply;
  }

  async perform(asked: Asked): Promise<{ asked: Asked; epoch: null }> {
    const known = plain(asked);
    return { asked: answered(known, await this.ask(words(known))), epoch: null };
  }

  close(): void {
    this.#wire.close();
  }
}

/** The set is a list, so that what is there twice is seen. */
function words(asked: PlainAsked): (string | number)[] {
  switch (asked.f) {
    case 'add':
      return ['RPUSH', 'faults:set', asked.value];
    case 'members':
      return ['LRANGE', 'faults:set', 0, -1];
    case 'read':
      return ['GET', `faults:register:${asked.key}`];
    case 'write':
      return ['SET', `faults:register:${asked.key}`, asked.value];
    case 'cas':
      return ['EVAL', casScript, 1, `faults:register:${asked.key}`, asked.value.from, asked.value.to];
    case 'increment':
      return ['INCRBY', 'faults:counter', asked.value];
    case 'count':
      return ['GET', 'faults:counter'];
    case 'transfer':
      return ['EVAL', transferScript, 2, accountKey(asked.value.from), accountKey(asked.value.to), asked.value.amount];
    case 'balances':
      return ['MGET', ...bankAccounts.map(accountKey)];
  }
}

function answered(asked: PlainAsked, reply: Reply): Asked {
  switch (asked.f) {
    case 'members':
      return { ...asked, value: (reply as string[]).map(Number) };
    case 'read':
      return { ...asked, value: reply === null ? null : Number(reply) };
    case 'count':
      return { ...asked, value: Number(reply) };
    case 'cas':
      return { ...asked, value: { ...asked.value, swapped: reply === 1 } };
    case 'balances':
      return { ...asked, value: Object.fromEntries((reply as (string | null)[]).flatMap((value, index) => (value === null ? [] : [[bankAccounts[index], Number(value)]]))) };
    case 'add':
    case 'write':
    case 'increment':
    case 'transfer':
      return asked;
  }
}
