import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { lineText } from './line.ts';
import { rotation, turnOver, type Rotation } from './rotate.ts';

/**
 * JSON lines as pino writes them (level, time, msg, data), into a rotated file and for people on stderr. Written at
 * once: a killed agent's last words count. Pino itself would take 6 of the 90 MB that an agent may have.
 */
export const logLevels = { debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const;
export type LogLevel = keyof typeof logLevels;

type Write = { (data: object, text: string): void; (text: string): void };
export type Logger = { readonly [L in LogLevel]: Write };

/** Appends whole lines to a file and turns it over when it is full. */
class RotatedFile {
  readonly #path: string;
  readonly #rotation: Rotation;
  #file: number;
  #bytes: number;
  /** The last line is there in part only: the disk was full. */
  #torn = false;

  constructor(path: string, limits: Rotation) {
    this.#path = path;
    this.#rotation = limits;
    this.#file = openSync(path, 'a', 0o600);
    this.#bytes = fstatSync(this.#file).size;
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#bytes + bytes.length > this.#rotation.bytesMax) {
      turnOver(this.#path, this.#rotation);
      // Not before the new one is there: the number of a closed file is soon another file's.
      const fresh = openSync(this.#path, 'a', 0o600);
      closeSync(this.#file);
      this.#file = fresh;
      this.#bytes = 0;
      this.#torn = false;
    }
    if (this.#torn) this.#bytes += writeSync(this.#file, '\n');
    this.#torn = false;
    const written = writeSync(this.#file, bytes);
    this.#torn = written < bytes.length;
    this.#bytes += written;
  }
}

export type LoggerOptions = { readonly level: LogLevel; readonly name: string; readonly now: () => number; readonly stderr: boolean; readonly rotation?: Rotation };

export function openLogger(path: string, { level: least, name, now, stderr, rotation: limits = rotation }: LoggerOptions): Logger {
  const file = new RotatedFile(path, limits);
  const writer = (level: LogLevel): Write => (data: object | string, text?: string) => {
    if (logLevels[level] < logLevels[least]) return;
    const fields = typeof data === 'string' ? {} : data;
    const msg = typeof data === 'string' ? data : (text ?? '');
    const time = now();
    try {
      file.write(`${JSON.stringify({ level: logLevels[level], time, ...fields, msg })}\n`);
    } catch {
      // A full disk must not stop the agent; stderr still has the line.
    }
    if (stderr) process.stderr.write(`${new Date(time).toISOString()} ${name} ${level.padEnd(5)} ${lineText(msg, fields)}\n`);
  };
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error'), fatal: writer('fatal') };
}
