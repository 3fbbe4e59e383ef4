/** Writers over plain iproto connections, each with one write under way: what was acknowledged, refused, or is unknown. */
import { TarantoolError, type Connection } from '~/iproto/index.ts';
import type { Database } from './database.ts';

export type Acked = { readonly id: number; readonly at: number; readonly tookMs: number };

const pauseMs = 1;

export class Writers {
  acked = 0;
  refused = 0;
  unknown = 0;
  /** The last words of a refusal. */
  message = '';
  readonly acks: Acked[] = [];
  readonly #connections: Connection[] = [];
  readonly #lanes: Promise<void>[] = [];
  readonly #count: number;
  readonly #space: number;
  #going = true;
  #next = 1;

  constructor(count: number, space: number) {
    this.#count = count;
    this.#space = space;
  }

  async connect(database: Database): Promise<void> {
    for (let lane = 0; lane < this.#count; lane += 1) this.#connections.push(await database.connect());
    for (const connection of this.#connections) this.#lanes.push(this.#write(connection));
  }

  async #write(connection: Connection): Promise<void> {
    while (this.#going) {
      const id = this.#next++;
      const begun = performance.now();
      try {
        await connection.insert(this.#space, [id, 'x']);
        this.acked += 1;
        this.acks.push({ id, at: performance.now(), tookMs: performance.now() - begun });
      } catch (error) {
        if (!(error instanceof TarantoolError)) {
          this.unknown += 1;
          return;
        }
        this.refused += 1;
        this.message = error.message;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  }

  async stop(): Promise<void> {
    this.#going = false;
    for (const connection of this.#connections) connection.close();
    await Promise.all(this.#lanes);
  }
}
