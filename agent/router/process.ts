import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { cleanEnvironment } from '~/agent/process/launch.ts';
import { routerFlags, type FromRouter, type ToRouter } from '~/link/router-protocol.ts';

/**
 * One router process: told over Node's channel, never by its command line, as what it is told holds passwords. It ends by
 * itself when the channel is cut, so none outlives its agent.
 */
export type RouterProcessEvents = {
  readonly onSaid: (message: FromRouter) => void;
  readonly onLine: (line: string) => void;
  /** Once, whoever ended it. */
  readonly onEnded: (how: string) => void;
};

const lineCharsMax = 8192;

export class RouterProcess {
  readonly #child: ChildProcess;
  #ended = false;
  #failure: string | null = null;
  readonly gone: Promise<void>;

  constructor(file: string, start: Extract<ToRouter, { kind: 'start' }>, { onSaid, onLine, onEnded }: RouterProcessEvents) {
    // In a group of its own: Ctrl-C is for the agent, which then drains it.
    const child = fork(file, [], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [...routerFlags], detached: true, env: cleanEnvironment(process.env) });
    this.#child = child;
    this.gone = new Promise((resolve) => {
      const ended = (how: string) => {
        if (this.#ended) return;
        this.#ended = true;
        onEnded(this.#failure === null ? how : `${how}: ${this.#failure}`);
        resolve();
      };
      child.once('error', (error) => ended(`it cannot be started: ${error.message}`));
      child.once('exit', (code, signal) => ended(signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
    child.on('message', (message: FromRouter) => {
      if (message.kind === 'failed') this.#failure = message.message;
      if (!this.#ended) onSaid(message);
    });
    for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => onLine(line.slice(0, lineCharsMax)));
    this.tell(start);
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  /** Nothing is told to one that has ended. */
  tell(message: ToRouter): void {
    if (!this.#ended && this.#child.connected) this.#child.send(message, () => {});
  }

  kill(): void {
    if (!this.#ended) this.#child.kill('SIGKILL');
  }
}
