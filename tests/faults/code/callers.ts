import { connectionDefaults, openConnection, parseAddress, systemClock, type Connection } from '~/iproto/index.ts';
import type { AgentProgram } from '~/tests/support/process-cluster.ts';
import { password } from './role.ts';

/** Clients that call the function of the role on each instance all the time: function and module have to be of one version in every answer. */
export class Callers {
  calls = 0;
  /** Answers of two versions. */
  readonly mixed: string[] = [];
  #going = true;
  readonly #lanes: Promise<void>[];

  constructor(agents: readonly AgentProgram[]) {
    this.#lanes = agents.map((agent) => this.#call(agent));
  }

  async stop(): Promise<void> {
    this.#going = false;
    await Promise.all(this.#lanes);
  }

  async #call({ alias, listen }: AgentProgram): Promise<void> {
    let connection: Connection | null = null;
    while (this.#going) {
      try {
        connection ??= await openConnection({ clock: systemClock }, { ...connectionDefaults, address: parseAddress(listen), credentials: { user: 'probe', password }, connectTimeoutMs: 1000, requestTimeoutMs: 1000 });
        const [called, module] = await connection.call('probe.versions');
        this.calls += 1;
        if (called !== module) this.mixed.push(`${alias}: function ${String(called)}, module ${String(module)}`);
      } catch {
        // It is down, or was not up yet; or the function is not there, which the look at the end tells.
        connection?.close();
        connection = null;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    connection?.close();
  }
}
