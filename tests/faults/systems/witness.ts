/**
 * Tries to write on every instance, all the time and from outside, and takes each try back: it leaves nothing behind.
 * Each says by its own clock, which all share, when it would have let a user's write through. So whoever carried one out
 * before and after another one did, in one epoch, was master at the same time.
 */
import { connectionDefaults, openConnection, systemClock, type Connection } from '~/iproto/index.ts';
import { readFileSync } from 'node:fs';
import type { Writable } from '../checkers/writable.ts';
import { monotonicMs } from '../history/clock.ts';
import type { Killed } from '../scenario/system.ts';
import type { TarantoolUser } from '../targets/tarantool.ts';
import type { Endpoint } from '../workloads/target.ts';

export const witnessSpace = 'faults_witness';

/** A few tries within one call, so that it is tried more often than it is asked. */
const program = `
  local clock, fiber, space = require('clock'), require('fiber'), box.space.${witnessSpace}
  local epochs = box.space._coterie_epoch
  local found = {}
  for i = 1, 5 do
    local row = epochs and epochs:get(1)
    local at, epoch = clock.monotonic(), row and row[2] or 0
    local went = false
    -- A refusal by the flag alone is certain, and would fill the log.
    if space ~= nil and not box.info.ro then
      box.begin()
      went = pcall(space.replace, space, {1})
      box.rollback()
    end
    if went then
      local last = found[#found]
      if last and last[1] == epoch then last[3] = at else table.insert(found, {epoch, at, at}) end
    end
    fiber.sleep(0.002)
  end
  return found`;

/** One that was stopped answers when it goes on: what it did then is what matters. */
const answerMs = 120_000;
const [connectMs, againMs] = [1_000, 50];

export class Witness {
  readonly #user: TarantoolUser;
  readonly #seen = new Map<string, Writable>();
  /** Whoever ended it, and while its agent may have been stopped: a connection is lost with its process. */
  readonly deaths: Killed[] = [];
  readonly #lanes: Promise<void>[] = [];
  readonly #open = new Set<Connection>();
  #latest: Writable | null = null;
  #going = true;

  constructor(user: TarantoolUser) {
    this.#user = user;
  }

  watch(node: string, endpoint: Endpoint): void {
    this.#lanes.push(this.#watch(node, endpoint));
  }

  writable(): readonly Writable[] {
    return [...this.#seen.values()];
  }

  /** Who let a write through last, however long ago. */
  get latest(): Writable | null {
    return this.#latest;
  }

  async stop(): Promise<void> {
    this.#going = false;
    for (const connection of this.#open) connection.close();
    await Promise.all(this.#lanes);
  }

  async #watch(node: string, endpoint: Endpoint): Promise<void> {
    while (this.#going) {
      const connection = await openConnection({ clock: systemClock }, { ...connectionDefaults, address: { ...endpoint }, credentials: this.#user, connectTimeoutMs: connectMs }).catch(() => null);
      await (connection === null ? pause(againMs) : this.#ask(node, connection));
    }
  }

  async #ask(node: string, connection: Connection): Promise<void> {
    let pid: number | null = null;
    this.#open.add(connection);
    try {
      [pid] = (await connection.eval('return box.info.pid', [], { timeoutMs: connectMs })) as [number];
      while (this.#going) {
        const [found] = await connection.eval(program, [], { timeoutMs: answerMs });
        for (const [epoch, from, to] of found as [number, number, number][]) this.#add({ instance: node, epoch, from: from * 1_000, to: to * 1_000 });
      }
    } catch {
      const at = monotonicMs();
      await pause(againMs);
      if (pid !== null && isGone(pid)) this.deaths.push({ instance: node, at });
    } finally {
      this.#open.delete(connection);
      connection.close();
    }
  }

  #add(seen: Writable): void {
    const key = `${seen.instance} ${seen.epoch}`;
    const before = this.#seen.get(key);
    const both = before ? { ...before, to: Math.max(before.to, seen.to) } : seen;
    this.#seen.set(key, both);
    if (this.#latest === null || both.to > this.#latest.to) this.#latest = both;
  }
}

/** Not there, or waiting for somebody to notice. */
function isGone(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return true;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
