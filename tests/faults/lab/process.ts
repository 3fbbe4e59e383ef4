/** A program on a node. Its output goes to a file, or is read line by line. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export type Command = {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Output goes there; without it, it is kept in `said`, up to a limit. */
  readonly log?: string;
};

const saidMax = 100_000;

export class LabProcess {
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  #said = '';

  /** `wrap`: how a command is brought into its node. */
  constructor(command: Command, wrap: (program: string, args: readonly string[]) => readonly [string, readonly string[]]) {
    const [program, args] = wrap(command.program, command.args);
    const output = command.log === undefined ? 'pipe' : openSync(command.log, 'a');
    // A group of its own: what ends the tests by the keyboard leaves the end to them.
    this.#child = spawn(program, args, { detached: true, stdio: ['pipe', output, output], env: { ...process.env, ...command.env }, ...(command.cwd === undefined ? {} : { cwd: command.cwd }) });
    if (output !== 'pipe') closeSync(output);
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on('data', (data: Buffer) => (this.#said = (this.#said + data.toString()).slice(-saidMax)));
    this.#child.stdin?.on('error', () => {});
    this.exited = new Promise((resolve) => {
      this.#child.once('close', (code) => resolve(code));
      this.#child.once('error', (error) => {
        this.#said += String(error);
        resolve(null);
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get said(): string {
    return this.#said;
  }

  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** The end of its input, for programs that end by it. */
  endInput(): void {
    this.#child.stdin?.end();
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.#child.kill(signal);
  }

  /** With all of its group. */
  signalGroup(signal: NodeJS.Signals): void {
    try {
      if (this.pid > 0) process.kill(-this.pid, signal);
    } catch {
      // All of it is gone.
    }
  }

  pause(): void {
    this.signal('SIGSTOP');
  }

  resume(): void {
    this.signal('SIGCONT');
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }
}
