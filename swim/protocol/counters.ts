/** What happened so far, for `stats()`. */

export type Counters = {
  sent: number;
  received: number;
  forwarded: number;
  forwardsRefused: number;
  probes: number;
  /** Probes saved because the member had just been heard. */
  probesSaved: number;
  probesFailed: number;
  nacksMissed: number;
  /** Suspicions that this member itself raised. */
  accusations: number;
  /** Suspicions, whoever raised them, that turned out wrong. */
  falseSuspicions: number;
  refutations: number;
  timersLate: number;
  fullSyncs: number;
  membersRefused: number;
  eventsDropped: number;
};

export function zeroCounters(): Counters {
  return {
    sent: 0,
    received: 0,
    forwarded: 0,
    forwardsRefused: 0,
    probes: 0,
    probesSaved: 0,
    probesFailed: 0,
    nacksMissed: 0,
    accusations: 0,
    falseSuspicions: 0,
    refutations: 0,
    timersLate: 0,
    fullSyncs: 0,
    membersRefused: 0,
    eventsDropped: 0,
  };
}
