/** When each instance of ours follows somebody, looked at every few milliseconds: how soon an old master is back. */
import { connectionDefaults, openConnection, systemClock, type Connection } from '~/iproto/index.ts';
import { monotonicMs } from '~/tests/faults/history/clock.ts';
import type { Coterie } from '~/tests/faults/systems/coterie.ts';

const [lookMs, connectMs, answerMs] = [20, 500, 1_000];

const program = `
  for _, peer in pairs(box.info.replication) do
    if peer.upstream and peer.upstream.status == 'follow' then return true end
  end
  return false`;

/** Seen to follow at that moment, or not to, or not there. */
type Look = { readonly at: number; readonly follows: boolean };

export class Returns {
  readonly #looks = new Map<string, Look[]>();
  readonly #lanes: Promise<void>[] = [];
  #going = true;

  constructor(system: Coterie) {
    for (const node of system.data) this.#lanes.push(this.#watch(node, system));
  }

  /** From `since` until it follows, having been seen not to after `from`; null: it was not seen to. */
  backMs(node: string, { from, since }: { readonly from: number; readonly since: number }): number | null {
    const looks = (this.#looks.get(node) ?? []).filter(({ at }) => at >= from);
    const away = looks.findIndex(({ follows }) => !follows);
    const back = away === -1 ? undefined : looks.slice(away).find(({ follows }) => follows);
    return back ? Math.max(back.at - since, 0) : null;
  }

  async stop(): Promise<void> {
    this.#going = false;
    await Promise.all(this.#lanes);
  }

  async #watch(node: string, system: Coterie): Promise<void> {
    const looks: Look[] = [];
    this.#looks.set(node, looks);
    while (this.#going) {
      const connection = await openConnection({ clock: systemClock }, { ...connectionDefaults, address: { ...system.listen(node) }, credentials: { user: system.user.user, password: system.user.password }, connectTimeoutMs: connectMs }).catch(() => null);
      if (connection !== null) await this.#ask(connection, looks);
      looks.push({ at: monotonicMs(), follows: false });
      await pause(lookMs);
    }
  }

  async #ask(connection: Connection, looks: Look[]): Promise<void> {
    try {
      while (this.#going) {
        const [follows] = await connection.eval(program, [], { timeoutMs: answerMs });
        looks.push({ at: monotonicMs(), follows: follows === true });
        await pause(lookMs);
      }
    } catch {
      // It went away.
    } finally {
      connection.close();
    }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
