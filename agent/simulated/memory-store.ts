import type { Candidate, ParticipantDisk, RunOutcome } from '~/core/apply/participant-messages.ts';
import type { CommittedVersion } from '~/core/apply/version.ts';
import type { Documents } from './documents.ts';

/** The "disk" of one simulated instance: outlives its agent, not this process. */
export class MemoryStore {
  #disk: ParticipantDisk;

  constructor(
    committed: CommittedVersion | null,
    readonly onCommitted: (committed: CommittedVersion) => void,
  ) {
    this.#disk = { committed, candidate: null, lastRun: null };
  }

  /** What is committed names this instance. */
  configured(uuid: string, documents: Documents): boolean {
    return documents.configOf(this.#disk.committed)?.instances[uuid] !== undefined;
  }

  async load(): Promise<ParticipantDisk> {
    return this.#disk;
  }

  async keepCandidate(candidate: Candidate): Promise<void> {
    this.#disk = { ...this.#disk, candidate };
  }

  async keepCommitted(committed: CommittedVersion, lastRun: RunOutcome | null): Promise<void> {
    this.#disk = { ...this.#disk, committed, lastRun };
    this.onCommitted(committed);
  }

  async dropCandidate(): Promise<void> {
    this.#disk = { ...this.#disk, candidate: null };
  }
}
