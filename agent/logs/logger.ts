import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { pino, type Logger } from 'pino';
import { agentLineOf } from './line.ts';
import { rotateOwn, rotation, type Rotation } from './rotate.ts';

export type { Logger } from 'pino';

/** Appends whole lines to a file and turns it over when it is full. Written at once: a killed agent's last words count. */
class RotatedFile {
  readonly #path: string;
  readonly #rotation: Rotation;
  #file: number;
  #bytes: number;

  constructor(path: string, limits: Rotation) {
    this.#path = path;
    this.#rotation = limits;
    this.#file = openSync(path, 'a', 0o600);
    this.#bytes = fstatSync(this.#file).size;
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#bytes + bytes.length > this.#rotation.bytesMax) {
      closeSync(this.#file);
      rotateOwn(this.#path, this.#rotation);
      this.#file = openSync(this.#path, 'a', 0o600);
      this.#bytes = 0;
    }
    writeSync(this.#file, bytes);
    this.#bytes += bytes.length;
  }
}

/** JSON lines into the file; the same for people on stderr. */
export function openLogger(path: string, options: { level: string; name: string; stderr: boolean; rotation?: Rotation }): Logger {
  const file = new RotatedFile(path, options.rotation ?? rotation);
  const write = (line: string) => {
    file.write(line);
    if (!options.stderr) return;
    const { at, level, text } = agentLineOf(line);
    process.stderr.write(`${new Date(at ?? 0).toISOString()} ${options.name} ${level.padEnd(5)} ${text}\n`);
  };
  return pino({ level: options.level, base: null }, { write });
}
