/** The device of a hub whose packets are late, started when it is first needed: it takes processor time for each of them. */
import { resolve as absolute } from 'node:path';
import { waitFor } from '~/tests/support/wait.ts';
import { LabProcess } from './process.ts';

/** The mark of packets that go through it. */
export const lateMark = 7;
export const lateDevice = 'late';
const table = 107;
const answerMs = 10_000;

export type Delay = { readonly from: string; readonly to: string; readonly ms: number; readonly jitterMs: number };

export class LateDevice {
  readonly #process: LabProcess;
  #ready: Promise<void>;
  #sets = 0;

  /** `ip` runs commands of `ip -batch` in the hub. */
  constructor({ enter, ip }: { readonly enter: (program: string, args: readonly string[]) => readonly [string, readonly string[]]; readonly ip: (commands: readonly string[]) => void }) {
    this.#process = new LabProcess({ program: 'tarantool', args: [absolute('tests/faults/lab/late.lua')] }, enter);
    this.#ready = this.#says('ready', 1).then(() => ip([`link set ${lateDevice} up`, `rule add fwmark ${lateMark} table ${table}`, `route add default dev ${lateDevice} table ${table}`]));
  }

  /** All that are late, by address; the others are not. */
  set(delays: readonly Delay[]): Promise<void> {
    this.#ready = this.#ready.then(() => {
      this.#process.write(`${delays.map(({ from, to, ms, jitterMs }) => `${from} ${to} ${ms} ${jitterMs}\n`).join('')}\n`);
      this.#sets += 1;
      return this.#says('set', this.#sets);
    });
    return this.#ready;
  }

  close(): void {
    this.#process.signal('SIGKILL');
  }

  async #says(word: string, times: number): Promise<void> {
    await waitFor(() => {
      if (!this.#process.running) throw new Error(`the device of late packets ended: ${this.#process.said}`);
      return this.#process.said.split(`${word}\n`).length > times;
    }, { timeoutMs: answerMs, what: `the device of late packets to say ${word}`, everyMs: 2 });
  }
}
