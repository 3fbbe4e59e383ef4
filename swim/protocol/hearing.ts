/**
 * What others say about others. Incarnations decide what is news; what only a table says (not the news of the day) about
 * a death is taken as a suspicion, because after a split both halves have tables full of each other's dead.
 */

import type { Changes } from './changes.ts';
import type { Config } from './config.ts';
import type { Contacts } from './contacts.ts';
import type { HardEvidence } from './hardEvidence.ts';
import type { Identity } from './identity.ts';
import { isWorse } from './incarnation.ts';
import type { Member } from './member.ts';
import type { Members } from './members.ts';
import type { MemberRecord, Trailer } from './message.ts';
import type { Detector } from './probe.ts';
import type { Suspicions } from './suspicion.ts';

export type Source = {
  /** Who says it, when that is known: somebody's word for a suspicion that names no accusers makes him one. */
  readonly uuid?: string;
  readonly kind: 'news' | 'table';
  readonly accusations?: Trailer['accusations'];
};

type Components = {
  readonly members: Members;
  readonly identity: Identity;
  readonly contacts: Contacts;
  readonly changes: Changes;
  readonly suspicions: Suspicions;
  readonly detector: Detector;
  readonly evidence: HardEvidence;
};

export class Hearing {
  readonly #parts: Components;
  readonly #config: Config;

  constructor(components: Components, config: Config) {
    this.#parts = components;
    this.#config = config;
  }

  hear(now: number, record: MemberRecord, source: Source): void {
    const { members, identity, contacts } = this.#parts;
    if (record.uuid === members.self.uuid) return identity.heard(now, record);
    const member = members.get(record.uuid);
    if (member !== undefined) return this.#hearOf(now, member, { record, source });
    if (record.status === 'alive' || record.status === 'suspected') contacts.ask(now, record);
  }

  #hearOf(now: number, member: Member, { record, source }: { record: MemberRecord; source: Source }): void {
    const { changes, contacts } = this.#parts;
    const order = member.newer(record.incarnation);
    if (order < 0) return;
    const softDeath = record.status === 'dead' && source.kind === 'table' && member.present;
    if (order > 0) this.#renew(now, member, record.status === 'left' || (record.status === 'dead' && !softDeath) ? record : { ...record, status: 'alive' });
    else if (record.payload !== undefined && !member.payloadFresh) changes.fillPayload(now, member, record.payload);
    if (softDeath || (record.status === 'suspected' && member.present)) return this.#suspect(now, member, source);
    if (order === 0 && isWorse(record.status, member.status)) this.#renew(now, member, record);
    if (order === 0 && member.status === 'dead' && record.status === 'alive') contacts.ask(now, member.record({ payload: false }));
  }

  #renew(now: number, member: Member, record: MemberRecord): void {
    this.#parts.changes.apply(now, member, record, 'gossip');
  }

  /** Whoever is a witness looks at once rather than wait for its turn; the ping tells the suspect what is said of it. */
  #suspect(now: number, member: Member, source: Source): void {
    const { members, suspicions, detector, evidence } = this.#parts;
    const said = source.accusations?.find((accusation) => accusation.suspect === member.uuid)?.accusers ?? (source.uuid === undefined ? [] : [source.uuid]);
    const accusers = [...new Set(said)];
    const refusers = accusers.filter((uuid) => said.indexOf(uuid) !== said.lastIndexOf(uuid));
    const began = suspicions.raise(now, member, { accusers, refusers, since: now });
    if (!began || !member.present) return;
    if (!members.witnesses(member, this.#config.confirmations).includes(members.self)) return;
    detector.probe(now, member, 'witness');
    evidence.look(member);
  }
}
