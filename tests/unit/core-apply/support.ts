import type { ApplyCoordinator } from '~/core/apply/coordinator.ts';
import type { CoordinatorEffect, CoordinatorEvent } from '~/core/apply/coordinator-messages.ts';
import type { CommittedVersion } from '~/core/apply/version.ts';

export const hashOf = (text: string): string => `${text.length}`.padStart(4, '0') + Buffer.from(text).toString('hex').padEnd(60, '0').slice(0, 60);

export function versionOf(version: number, text = `content ${version}`): CommittedVersion {
  return { meta: { version, hash: hashOf(text), author: 'ann', surface: 'cli', reason: null, at: 1, base: version > 1 ? version - 1 : null }, text };
}

export const refOf = ({ meta }: CommittedVersion) => ({ version: meta.version, hash: meta.hash });

/** "prepare a1", "recordDecision": what is asked, without its details. */
export const words = (effects: readonly CoordinatorEffect[]): string[] => effects.map((effect) => ('uuid' in effect ? `${effect.kind} ${effect.uuid}` : effect.kind === 'finish' ? `finish ${effect.run.state}` : effect.kind));

type Body =
  | Pick<Extract<CoordinatorEvent, { kind: 'prepared' }>, 'kind' | 'answer'>
  | Pick<Extract<CoordinatorEvent, { kind: 'committed' }>, 'kind' | 'answer'>
  | Pick<Extract<CoordinatorEvent, { kind: 'adopted' }>, 'kind' | 'answer'>
  | { readonly kind: 'aborted' }
  | { readonly kind: 'failed'; readonly message: string };

/** Keeps the last call to each instance, so that a test can answer it by name. */
export class Table {
  readonly said: string[] = [];
  readonly #calls = new Map<string, number>();

  constructor(readonly machine: ApplyCoordinator) {}

  take(effects: readonly CoordinatorEffect[]): string[] {
    for (const effect of effects) if ('uuid' in effect) this.#calls.set(effect.uuid, effect.attempt);
    this.said.push(...words(effects));
    return words(effects);
  }

  start(now: number): string[] {
    return this.take(this.machine.start(now));
  }

  tick(now: number): string[] {
    return this.take(this.machine.tick(now));
  }

  answer(now: number, uuid: string, body: Body): string[] {
    return this.take(this.machine.receive(now, { uuid, attempt: this.#calls.get(uuid) ?? -1, ...body }));
  }

  prepared(now: number, uuid: string): string[] {
    return this.answer(now, uuid, { kind: 'prepared', answer: { ok: true } });
  }

  applied(now: number, uuid: string): string[] {
    return this.answer(now, uuid, { kind: 'committed', answer: { committed: true, applied: true, message: null } });
  }

  recorded(now: number, outcome: 'won' | 'lost' | 'unknown'): string[] {
    return this.take(this.machine.receive(now, { kind: 'decisionRecorded', outcome, message: null }));
  }

  stateOf(uuid: string) {
    return this.machine.run().instances.find((instance) => instance.uuid === uuid);
  }
}
