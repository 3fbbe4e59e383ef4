/**
 * nft in one namespace, kept open: starting it for each change would take most of the time. All rules are replaced at
 * once, in one transaction, and it is done when nft lists a mark that came in the same one.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';

const answerMaxMs = 10_000;
const chains = ['late', 'links'] as const;
export type Rules = Readonly<Record<(typeof chains)[number], readonly string[]>>;

export class PacketFilter {
  readonly #nft: ChildProcessWithoutNullStreams;
  #out = '';
  #complaints = '';
  #mark = 0;
  #look: () => void = () => {};
  #queue: Promise<unknown> = Promise.resolve();

  constructor(wrap: (program: string, args: readonly string[]) => readonly [string, readonly string[]]) {
    const [program, args] = wrap('nft', ['-i']);
    this.#nft = spawn(program, args, { stdio: 'pipe', detached: true });
    this.#nft.stdout.on('data', (data: Buffer) => {
      this.#out += data.toString();
      this.#look();
    });
    this.#nft.stderr.on('data', (data: Buffer) => {
      this.#complaints += data.toString();
      this.#look();
    });
    this.#nft.on('error', (error) => (this.#complaints += String(error)));
    this.#nft.on('close', () => this.#look());
    this.#nft.stdin.on('error', () => {});
    this.#nft.stdin.write('add table inet lab; add chain inet lab late { type filter hook prerouting priority -150 ; }; add chain inet lab links { type filter hook forward priority 0 ; }; add chain inet lab settled\n');
  }

  /** `links`: what is forwarded; `late`: before it is known where to. Each in order. */
  set(rules: Rules): Promise<void> {
    const done = this.#queue.then(() => this.#set(rules));
    this.#queue = done.catch(() => {});
    return done;
  }

  async #set(rules: Rules): Promise<void> {
    this.#mark += 1;
    const mark = `mark-${this.#mark}.`;
    const added = chains.flatMap((chain) => [`flush chain inet lab ${chain}`, ...rules[chain].map((rule) => `add rule inet lab ${chain} ${rule}`)]);
    const commands = ['flush chain inet lab settled', ...added, `add rule inet lab settled counter comment "${mark}"`];
    this.#out = '';
    this.#complaints = '';
    this.#nft.stdin.write(`${commands.join('; ')}\nlist chain inet lab settled\n`);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`nft did not answer: ${this.#complaints}${this.#out}`)), answerMaxMs);
      this.#look = () => {
        const ended = this.#nft.exitCode !== null;
        // What is echoed of the command has no counter before its comment.
        const listed = this.#out.includes(`bytes 0 comment "${mark}"`);
        if (!listed && !ended && this.#complaints === '') return;
        clearTimeout(timer);
        this.#look = () => {};
        if (listed && this.#complaints === '') resolve();
        else reject(new Error(`nft: ${this.#complaints || 'it ended'}`));
      };
      this.#look();
    });
  }

  close(): void {
    this.#nft.stdin.end();
    this.#nft.kill('SIGKILL');
  }
}
