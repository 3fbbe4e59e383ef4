import type { MemberFailover } from '~/contract/shapes/failover-view.ts';
import type { AgentStatus } from '~/contract/shapes/status.ts';
import { Cluster, linkTo, t0 } from './cluster.ts';

/** A healthy cluster whose masters are appointed, to be broken one fact at a time: board `p`, coordinator `k`, and s1 of a, b and c, led by a since epoch 7. */
export class Appointed extends Cluster {
  constructor() {
    super({ board: ['p'], 'r-control': ['k'], s1: ['a', 'b', 'c'] });
    this.configure((config) => {
      config.failover = { mode: 'stateful' };
      config.replicasets[this.id('board')]!.roles = ['stateboard'];
      config.replicasets[this.id('r-control')]!.roles = ['failover-coordinator'];
    });
    for (const alias of ['p', 'k']) this.says(alias, (status) => void (status.failover = failoverOf(null)));
    this.says('k', (status) => void (status.failover!.coordinator = { active: true, term: 3, holder: this.id('k'), since: t0 }));
    this.led('a', 7);
  }

  /** Everybody knows of this master; the others follow it, and it follows nobody. */
  led(master: string, epoch: number, aliases: readonly string[] = ['a', 'b', 'c']): void {
    for (const alias of aliases) {
      const leads = alias === master;
      this.member(alias, { standing: leads ? 'master' : 'follower', epoch, master: this.id(master), phase: 'normal', upstream: leads ? null : this.id(master), leaseLeftMs: leads ? 1500 : null, obstacle: null, diverged: null });
      this.says(alias, ({ database }) => {
        database!.readOnly = !leads;
        database!.replication = ['a', 'b', 'c'].filter((peer) => peer !== alias).map((peer, at) => ({ ...linkTo(this.id(peer), at + 2), ...(peer === master ? {} : { upstream: null }) }));
      });
    }
  }

  member(alias: string, change: Partial<MemberFailover>): void {
    const empty: MemberFailover = { mode: 'stateful', replicaset: this.id('s1'), standing: 'waiting', epoch: 0, master: null, phase: null, target: null, leaseLeftMs: null, leaseMs: 2000, failsafe: false, upstream: null, diverged: null, obstacle: null, synchro: null, masterHeard: true, acknowledges: [] };
    this.says(alias, (status) => void (status.failover = failoverOf({ ...empty, ...status.failover?.member, ...change })));
  }

  /** No member reaches the state provider. */
  withoutProvider(error: string): void {
    for (const alias of ['a', 'b', 'c']) this.says(alias, (status) => void (status.failover!.provider!.error = error));
  }
}

const failoverOf = (member: MemberFailover | null): NonNullable<AgentStatus['failover']> => ({ provider: { kind: 'stateboard', place: 'stateboard p', error: null, roundTripMs: 1, since: t0 }, member, coordinator: null, trail: 0, lostRows: 0 });
