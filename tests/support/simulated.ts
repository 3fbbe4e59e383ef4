import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import type { Fault } from '~/agent/simulated/faults.ts';

/** The control of simulated instances, as their process left it in its folder. */
export class Simulated {
  readonly #control: { readonly pid: number; readonly url: string; readonly token: string };
  /** The cluster file that they begin with. */
  readonly document: string;

  constructor(folder: string) {
    this.#control = JSON.parse(readFileSync(join(folder, 'control.json'), 'utf8')) as { pid: number; url: string; token: string };
    this.document = readFileSync(join(folder, 'cluster.yml'), 'utf8');
  }

  get pid(): number {
    return this.#control.pid;
  }

  async instances(): Promise<{ uuid: string; alias: string; running: boolean; answers: boolean; state: string }[]> {
    return (await this.#send('/instances', {})) as { uuid: string; alias: string; running: boolean; answers: boolean; state: string }[];
  }

  /** To all without names. */
  async order(fault: z.input<typeof Fault>, instances?: readonly string[]): Promise<void> {
    await this.#send('/faults', { method: 'POST', body: JSON.stringify({ fault, ...(instances && { instances }) }) });
  }

  async #send(path: string, init: RequestInit): Promise<unknown> {
    const response = await fetch(`${this.#control.url}${path}`, { ...init, headers: { authorization: `Bearer ${this.#control.token}` } });
    const body = await response.json();
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(body)}`);
    return body;
  }
}
