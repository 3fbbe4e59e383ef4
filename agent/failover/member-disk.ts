import * as z from 'zod';
import { emptyDisk, type MemberDisk } from '~/core/failover/member-messages.ts';
import { readIfThere, writeDurably } from '~/agent/data/atomic-file.ts';
import { jsonOf } from '~/agent/data/identity.ts';

/** What the member machine may not forget: on disk before anybody is told. */
const Disk = z.object({ replicaset: z.string(), consented: z.number().int(), promised: z.number().int(), promisedLeaseMs: z.number().default(0), known: z.number().int() });

export class MemberDiskFile {
  readonly #path: string;
  /** One after the other. */
  #written: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** Throws where there is a file that cannot be read: what it promised is not known then. */
  async read(replicaset: string): Promise<MemberDisk> {
    const text = await readIfThere(this.#path);
    if (text === null) return emptyDisk;
    const { success, data } = Disk.safeParse(jsonOf(text));
    if (!success) throw new Error(`${this.#path} is damaged: what this member has promised is not known. Remove it once its replicaset has had no fault for a minute, and start the agent again.`);
    return data.replicaset === replicaset ? { consented: data.consented, promised: data.promised, promisedLeaseMs: data.promisedLeaseMs, known: data.known } : emptyDisk;
  }

  /** What is there is written once more: whether something else could be. */
  async takes(replicaset: string): Promise<boolean> {
    try {
      await this.write(replicaset, await this.read(replicaset));
      return true;
    } catch {
      return false;
    }
  }

  write(replicaset: string, disk: MemberDisk): Promise<void> {
    const written = this.#written.then(() => writeDurably(this.#path, [JSON.stringify({ replicaset, ...disk })]));
    this.#written = written.catch(() => {});
    return written;
  }
}
