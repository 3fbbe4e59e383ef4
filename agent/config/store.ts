import { renameSync } from 'node:fs';
import { open, readdir, readFile, rename, rm, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { ConfigMeta } from '~/contract/shapes/config.ts';
import type { Candidate, ParticipantDisk, RunOutcome } from '~/core/apply/participant-messages.ts';
import type { CommittedVersion } from '~/core/apply/version.ts';
import { numbered, syncFolderOf, writeDurably } from '~/agent/data/atomic-file.ts';
import type { DataFolder } from '~/agent/data/folder.ts';
import { jsonOf } from '~/agent/data/identity.ts';
import { CandidateFile } from './candidate-file.ts';
import { Soon } from '~/agent/lifecycle/soon.ts';
import { hashOf } from '~/link/hash.ts';
import { bytesOf } from '~/link/text-bytes.ts';

/**
 * The newest committed versions and the candidate, a file each: one line of JSON that says what it is and how long, then
 * the document; what follows that is nothing. Committing a candidate renames its file, so a document is written once. A
 * file whose document has not the hash that its first line says, or whose version is not that of its name, is damaged:
 * it is set aside, said, and the version before it is used.
 */
const versionsKept = 10;
/** A file that is this much larger than what is written over it is given up. */
const leftOverBytesMax = 64 * 1024;
const headBytesMax = 64 * 1024;
/** All members commit at once, and on one machine each would keep the others waiting for the disk. */
const tidyAfterMs = 100;

const Run = z.object({ runId: z.string(), owner: z.string(), lockedAt: z.number(), ttlMs: z.number() });
/** `bytes`: of the document; absent in files of before, which end with it. */
const Head = z.object({ meta: ConfigMeta, run: Run.nullable(), bytes: z.number().int().nonnegative().optional() });
type Head = z.output<typeof Head>;

export class ConfigStore {
  readonly #folder: DataFolder;
  readonly #file: CandidateFile;
  /** Version -> the one that it was made from, of all that are kept. */
  readonly #bases = new Map<number, number | null>();
  #candidate: { runId: string; hash: string } | null = null;
  /** Of the newest document. */
  #bytes = 0;
  readonly #tidying = new Soon(() => void this.#tidy(), tidyAfterMs);

  constructor(folder: DataFolder) {
    this.#folder = folder;
    this.#file = new CandidateFile(folder.candidate);
  }

  get bases(): ReadonlyMap<number, number | null> {
    return this.#bases;
  }

  async load(warn: (sentence: string) => void): Promise<ParticipantDisk> {
    const names = (await readdir(this.#folder.config)).filter((name) => /^\d{10}\.json$/.test(name)).toSorted().toReversed();
    let committed: CommittedVersion | null = null;
    let lastRun: RunOutcome | null = null;
    for (const name of names) {
      const path = join(this.#folder.config, name);
      const head = await headOf(path);
      const read: Read | 'missing' | null = committed === null ? await readWhole(path) : null;
      if (head === null || read === 'missing' || (committed === null && read === null) || path !== this.#pathOf(head.meta.version)) {
        await rename(path, `${path}.damaged`);
        warn(`${path} is damaged and set aside.`);
        continue;
      }
      this.#bases.set(head.meta.version, head.meta.base);
      if (read === null) continue;
      committed = { meta: read.head.meta, text: read.text };
      lastRun = read.head.run && { runId: read.head.run.runId, outcome: 'committed', version: read.head.meta.version };
    }
    return { committed, candidate: await this.#loadCandidate(committed?.meta.version ?? 0, warn), lastRun };
  }

  /** A torn one is dropped at the next start: forgetting a candidate costs nothing. */
  async keepCandidate({ content, runId, owner, lockedAt, ttlMs }: Candidate): Promise<void> {
    this.#candidate = null;
    await this.#file.write(partsOf(content, { runId, owner, lockedAt, ttlMs }));
    this.#candidate = { runId, hash: content.meta.hash };
  }

  async keepCommitted({ meta, text }: CommittedVersion, lastRun: RunOutcome | null): Promise<void> {
    const path = this.#pathOf(meta.version);
    const prepared = this.#candidate !== null && this.#candidate.runId === lastRun?.runId && this.#candidate.hash === meta.hash;
    if (prepared) {
      // Nobody waits for the new name: a power cut may undo it, which makes it a candidate in doubt that asks its peers.
      renameSync(this.#folder.candidate, path);
      this.#candidate = null;
    } else {
      await writeDurably(path, partsOf({ meta, text }, lastRun && { runId: lastRun.runId, owner: '', lockedAt: 0, ttlMs: 0 }));
    }
    this.#bases.set(meta.version, meta.base);
    this.#bytes = bytesOf(text).length;
    this.#tidying.poke();
  }

  /** Need not be durable: a candidate that comes back is in doubt, and its lock is over. */
  async dropCandidate(): Promise<void> {
    if (this.#candidate === null) return;
    this.#candidate = null;
    await rm(this.#folder.candidate, { force: true });
  }

  async #loadCandidate(committed: number, warn: (sentence: string) => void): Promise<Candidate | null> {
    const path = this.#folder.candidate;
    const read = await readWhole(path);
    if (read === 'missing') return null;
    // That of an old version, to be written over.
    if (read !== null && read.head.meta.version <= committed) return null;
    if (read === null || read.head.run === null) {
      await rm(path, { force: true });
      warn(`The candidate ${basename(path)} is damaged and dropped; a decided version comes again from a peer.`);
      return null;
    }
    this.#candidate = { runId: read.head.run.runId, hash: read.head.meta.hash };
    return { ...read.head.run, content: { meta: read.head.meta, text: read.text } };
  }

  /** Behind the answer: the newest name is put on the disk, and versions too old to keep go. What is left over goes after the next commit. */
  async #tidy(): Promise<void> {
    const old = [...this.#bases.keys()].toSorted((a, b) => b - a).slice(versionsKept);
    for (const version of old) this.#bases.delete(version);
    const paths = old.map((version) => this.#pathOf(version));
    const spare = paths[0] === undefined ? null : this.#file.take(paths[0], 2 * this.#bytes + leftOverBytesMax);
    const [synced] = await Promise.allSettled([syncFolderOf(this.#folder.candidate), ...paths.slice(spare === null ? 0 : 1).map((path) => unlink(path))]);
    if (synced.status === 'fulfilled') spare?.settled();
  }

  #pathOf(version: number): string {
    return numbered(this.#folder.config, version, '.json');
  }
}

function partsOf({ meta, text }: CommittedVersion, run: Head['run']): readonly (string | Buffer)[] {
  const document = bytesOf(text);
  const head: Head = { meta, run, bytes: document.length };
  return [`${JSON.stringify(head)}\n`, document];
}

type Read = { head: Head; text: string };

async function readWhole(path: string): Promise<Read | 'missing' | null> {
  let whole: Buffer;
  try {
    whole = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'missing';
    return null;
  }
  const end = whole.indexOf(10);
  const head = Head.safeParse(jsonOf(whole.toString('utf8', 0, Math.max(end, 0))));
  if (!head.success) return null;
  const text = whole.toString('utf8', end + 1, end + 1 + (head.data.bytes ?? whole.length));
  return hashOf(text) === head.data.meta.hash ? { head: head.data, text } : null;
}

async function headOf(path: string): Promise<Head | null> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytesMax), 0, headBytesMax, 0);
    const end = buffer.indexOf(10);
    if (end < 0 || end >= bytesRead) return null;
    const head = Head.safeParse(jsonOf(buffer.toString('utf8', 0, end)));
    return head.success ? head.data : null;
  } finally {
    await file.close();
  }
}
