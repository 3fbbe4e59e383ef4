import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { CoterieError } from '~/contract/errors.ts';
import { LostRowsFile } from '~/contract/shapes/failover-view.ts';
import { Vclock as VclockShape } from '~/contract/shapes/status.ts';
import type { Vclock } from '~/core/failover/vclock.ts';
import type { StoredRow } from '~/link/protocol.ts';
import { readIfThere, syncFolderOf, writeDurably } from '~/agent/data/atomic-file.ts';
import { jsonOf } from '~/agent/data/identity.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import { indexLines, readLines, type LineIndex } from './line-pages.ts';
import { exportLostRows, type ExportSummary, type Origins } from './lost-rows-program.ts';
import { storedRow } from './stored-row.ts';

/**
 * Rows that only this copy has, saved before it is rebuilt: one file of JSON lines each, with a description beside it that
 * is written last, so a file without one was never finished. Nothing is ever removed to make room: who may have no more
 * room is refused, and the copy stays as it is.
 */
export type LostFoundComponents = { readonly log: Logger; readonly now: () => number };
export type LostFoundOptions = {
  readonly folder: string;
  readonly tarantool: string;
  /** `lua/lost-rows.lua` */
  readonly script: string;
  /** Of all files together. */
  readonly bytesMax?: number;
  /** What is left free of the disk, as the rebuild that follows needs it. */
  readonly freeBytesMin?: number;
};

export type SaveRequest = {
  /** Work directory of the instance, which has ended. */
  readonly folder: string;
  readonly replicaset: string;
  /** Of the master that never had the rows. */
  readonly epoch: number;
  /** Last row of each origin that both have (`commonWith`). Null: not known, everything that the logs hold is saved. */
  readonly common: Vclock | null;
  /** What the copy has. Null: not known. */
  readonly vclock: Vclock | null;
  /** What was found out about it. */
  readonly why: string;
  readonly timeoutMs?: number;
};

const Meta = LostRowsFile.extend({ common: VclockShape.nullable(), vclock: VclockShape.nullable() });
type Meta = z.output<typeof Meta>;

const defaultBytesMax = 4 * 1024 ** 3;
const defaultFreeBytesMin = 64 * 1024 ** 2;
const defaultTimeoutMs = 30 * 60_000;
const filesMax = 1000;
const pageBytesMax = 8 * 1024 ** 2;
const indexesMax = 4;
const tellEveryMs = 5000;
const faultsTold = 3;
const namePattern = /^epoch-\d{1,15}-[0-9TZ-]{10,40}$/;

export class LostFound {
  readonly #components: LostFoundComponents;
  readonly #options: LostFoundOptions;
  readonly #indexes = new Map<string, LineIndex>();
  readonly #ended = new AbortController();
  #count = 0;
  #saving: Promise<unknown> = Promise.resolve();

  constructor(components: LostFoundComponents, options: LostFoundOptions) {
    this.#components = components;
    this.#options = options;
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    this.#recount();
  }

  /** Null: there is no such row. Throws where they are not safe on the disk: then the copy must stay as it is. Asked again for the same rows it answers the file that has them. */
  save(request: SaveRequest): Promise<LostRowsFile | null> {
    const saved = this.#saving.then(() => this.#save(request));
    this.#saving = saved.catch(() => {});
    return saved;
  }

  /** The newest first. */
  async list(): Promise<LostRowsFile[]> {
    return (await this.#metas()).map((meta) => LostRowsFile.parse(meta));
  }

  /** Asked with each status, so it is kept. */
  get count(): number {
    return this.#count;
  }

  /** `rows` has fewer than `limit` where they are large; the next page begins behind the last of them. */
  async read(name: string, { offset, limit }: { offset: number; limit: number }): Promise<{ rows: StoredRow[]; total: number }> {
    const path = this.#path(name);
    const index = await this.#indexOf(name);
    const lines = await readLines(path, index, { offset, limit, bytesMax: pageBytesMax });
    return { rows: lines.map((line, place) => storedRow(line, offset + place + 1)), total: index.lines };
  }

  /** For good. */
  async remove(name: string): Promise<LostRowsFile> {
    const path = this.#path(name);
    const meta = await this.#meta(name);
    rmSync(`${path.slice(0, -'.jsonl'.length)}.json`);
    rmSync(path, { force: true });
    await syncFolderOf(path);
    this.#indexes.delete(name);
    this.#recount();
    this.#components.log.warn({ file: name, rows: meta?.rows }, 'saved rows were discarded by order');
    if (meta === null) throw new CoterieError('CONFLICT', `${name} is gone; its description was damaged.`);
    return LostRowsFile.parse(meta);
  }

  /** A save that goes on is broken off. */
  close(): void {
    this.#ended.abort();
  }

  async #save(request: SaveRequest): Promise<LostRowsFile | null> {
    const origins = originsOf(request);
    if (origins !== null && Object.keys(origins).length === 0) return null;
    const { log, now } = this.#components;
    const { folder, tarantool, script } = this.#options;
    this.#clearAway();
    const metas = await this.#metas();
    const already = metas.find((meta) => sameRows(meta, request));
    if (already) return LostRowsFile.parse(already);
    if (metas.length >= filesMax) throw new CoterieError('LIMITED', `${folder} holds ${filesMax} files of rows already: replay or discard some, then the rebuild goes on.`);
    const bytesMax = await this.#room(metas);
    const name = `epoch-${request.epoch}-${new Date(now()).toISOString().replaceAll(/[:.]/g, '-')}`;
    const part = join(folder, `${name}.part`);
    let toldAt = now();
    const onProgress = (progress: object) => {
      if (now() - toldAt < tellEveryMs) return;
      toldAt = now();
      log.info({ file: name, ...progress }, 'rows that only this copy has are being saved');
    };
    try {
      const summary = await exportLostRows({ folder: request.folder, origins, file: part, bytesMax }, { tarantool, script, timeoutMs: request.timeoutMs ?? defaultTimeoutMs, signal: this.#ended.signal, onProgress });
      if (summary.full) throw new CoterieError('LIMITED', `The rows that only this copy has do not fit into ${folder}: there is room for ${bytesMax} bytes. Make room on the disk, or replay and discard files that lie there; the copy stays as it is until then.`);
      if (summary.rows === 0 && summary.complete) return null;
      const { bytes, rows, spaces } = summary;
      const meta: Meta = { name, at: now(), replicaset: request.replicaset, epoch: request.epoch, why: request.why, rows, bytes, spaces, complete: summary.complete, note: noteOf(request, summary), common: request.common, vclock: request.vclock };
      renameSync(part, join(folder, `${name}.jsonl`));
      await writeDurably(join(folder, `${name}.json`), [`${JSON.stringify(meta)}\n`]);
      this.#recount();
      log.warn({ file: name, rows, bytes, complete: meta.complete, note: meta.note, epoch: request.epoch }, `${rows} rows that only this copy has were saved in lost and found`);
      return LostRowsFile.parse(meta);
    } finally {
      rmSync(part, { force: true });
    }
  }

  /** What a save that was killed has left. It is made again before the copy is touched. */
  #clearAway(): void {
    const { folder } = this.#options;
    const names = new Set(readdirSync(folder));
    for (const file of names) {
      const torn = file.endsWith('.jsonl') && namePattern.test(file.slice(0, -'.jsonl'.length)) && !names.has(file.slice(0, -1));
      if (file.endsWith('.part') || file.endsWith('.json.new') || torn) rmSync(join(folder, file), { force: true });
    }
  }

  async #room(metas: readonly Meta[]): Promise<number> {
    const { folder, bytesMax = defaultBytesMax, freeBytesMin = defaultFreeBytesMin } = this.#options;
    const { bavail, bsize } = await statfs(folder);
    const used = metas.reduce((sum, { bytes }) => sum + bytes, 0);
    const room = Math.floor(Math.min(bytesMax - used, bavail * bsize - freeBytesMin));
    if (room > 0) return room;
    throw new CoterieError('LIMITED', `There is no room for the rows that only this copy has: ${folder} holds ${used} of ${bytesMax} bytes, and the disk has ${bavail * bsize} free, of which ${freeBytesMin} stay so. The copy stays as it is until there is.`);
  }

  async #metas(): Promise<Meta[]> {
    const metas = await Promise.all(this.#names().map((name) => this.#meta(name)));
    return metas.filter((meta) => meta !== null).toSorted((a, b) => b.at - a.at);
  }

  #recount(): void {
    try {
      this.#count = this.#names().length;
    } catch (error) {
      this.#components.log.error({ error: (error as Error).message }, 'lost and found cannot be read');
    }
  }

  #names(): string[] {
    const files = new Set(readdirSync(this.#options.folder));
    return [...files].filter((file) => file.endsWith('.json') && files.has(`${file}l`)).map((file) => file.slice(0, -'.json'.length)).filter((name) => namePattern.test(name));
  }

  async #meta(name: string): Promise<Meta | null> {
    const text = await readIfThere(join(this.#options.folder, `${name}.json`));
    const meta = text === null ? null : (Meta.safeParse(jsonOf(text)).data ?? null);
    if (meta === null && text !== null) this.#components.log.error({ file: name }, 'the description of a file of lost rows is damaged');
    return meta === null ? null : { ...meta, name };
  }

  #path(name: string): string {
    if (!this.#names().includes(name)) throw new CoterieError('NOT_FOUND', `There is no file ${name.slice(0, 100)} in lost and found.`);
    return join(this.#options.folder, `${name}.jsonl`);
  }

  async #indexOf(name: string): Promise<LineIndex> {
    const kept = this.#indexes.get(name);
    if (kept) return kept;
    const index = await indexLines(this.#path(name));
    for (const old of [...this.#indexes.keys()].slice(0, Math.max(this.#indexes.size - indexesMax + 1, 0))) this.#indexes.delete(old);
    this.#indexes.set(name, index);
    return index;
  }
}

/** Null: everything. */
function originsOf({ common, vclock }: SaveRequest): Origins | null {
  if (common === null || vclock === null) return null;
  const own = Object.entries(vclock).filter(([origin, to]) => origin !== '0' && to > (common[origin] ?? 0));
  return Object.fromEntries(own.map(([origin, to]) => [origin, { from: common[origin] ?? 0, to }]));
}

const sameRows = (meta: Meta, { replicaset, common, vclock }: SaveRequest): boolean => vclock !== null && meta.replicaset === replicaset && sameVclock(meta.common, common) && sameVclock(meta.vclock, vclock);

function sameVclock(a: Vclock | null, b: Vclock | null): boolean {
  if (a === null || b === null) return a === b;
  const text = (vclock: Vclock) => JSON.stringify(Object.entries(vclock).filter(([origin]) => origin !== '0').toSorted(([x], [y]) => Number(x) - Number(y)));
  return text(a) === text(b);
}

function noteOf({ common, vclock }: SaveRequest, { missing, faults, complete }: ExportSummary): string | null {
  const sentences = [
    ...(common === null || vclock === null ? ['What both copies have is not known: this is everything that its logs held, with rows that the master has too.'] : []),
    ...(missing > 0 ? [`${missing} rows are missing: the logs that held them were gone.`] : []),
    ...(complete ? [] : faults.slice(0, faultsTold).map(({ file, message }) => `${file} could not be read to its end: ${message}.`)),
  ];
  return sentences.length === 0 ? null : sentences.join(' ');
}
