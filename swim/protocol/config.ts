/**
 * Every number of the protocol, with unit and reason. A profile is what differs from `base`.
 */

export type Config = {
  /** One round-robin probe starts each period. Halving it halves detection time and doubles idle traffic. */
  readonly periodMs: number;
  /** Ack time-out before a round trip was measured. */
  readonly ackTimeoutMsStart: number;
  /** Under this a time-out measures the scheduler of the peer, not the network. */
  readonly ackTimeoutMsMin: number;
  /** Helpers asked to ping for us when the direct ping stays unanswered. */
  readonly indirectHelpers: number;
  /** A helper says "no answer either" after this: 80 % of what is left of a period after the shortest direct time-out. */
  readonly nackAfterMs: number;
  /** Forwarded datagrams a second, with an equal burst: a proxy must not become an amplifier. */
  readonly forwardsPerSecondMax: number;
  /**
   * A direct ping from a member counts as our probe of it when it is younger than this share of a full round.
   * It saves a share of the probes at every size of group, at the price of as much detection time.
   */
  readonly contactRoundShare: number;

  /** Suspicion lasts at least this many periods times log10 of the group (one decade at least), the time that news needs. */
  readonly suspicionPeriods: number;
  /**
   * Never shorter, counted from the unanswered ping (not from when the suspicion is raised, up to a period later): a
   * process stopped for 3 s (lan) or half a second (fast) must have time to answer after it goes on.
   */
  readonly suspicionMsMin: number;
  /** Without any confirmation it lasts this much longer: then the accuser is the likelier culprit. */
  readonly suspicionMaxFactor: number;
  /** Independent confirmations that bring it down to the minimum. */
  readonly confirmations: number;
  /** Each refuted death doubles the minimum, this many times at most; one doubling is forgiven per `flapDecayMs`. */
  readonly flapLevelMax: number;
  readonly flapDecayMs: number;

  /** Saturating local health: 0 is well; interval and time-outs grow by (health + 1). */
  readonly healthMax: number;
  /** A timer of ours that fires later than this says that we, not they, are slow. */
  readonly timerLateMsMax: number;
  /**
   * A refutation counts against our own health once in so many (grown) periods. Each successful probe takes one off, so
   * one member that accuses us over and over because of its own link cannot hold our detector back.
   */
  readonly refutationPeriods: number;

  /** News that waits for no probe is sent this often, to this many members. */
  readonly gossipEveryMs: number;
  readonly gossipFanout: number;
  /** Transmissions of one change by one member: this times ceil(log2 n). */
  readonly retransmitFactor: number;
  /** Members told at once of a verdict of ours and of our own refutation or leave; the others hear it by gossip. */
  readonly burstMembersMax: number;

  /** Refused connections count as evidence only when nobody translates addresses on the way. */
  readonly hardEvidence: boolean;
  /** The second look at a refused address, so that a restarting process is not buried. */
  readonly refusedTwiceAfterMs: number;
  /** Members that must have seen it; all of them in a group too small for that. */
  readonly refusersMin: number;

  /** A full sync over TCP is considered this often up to 32 members, and rarer in proportion to log2(n / 32) above. */
  readonly fullSyncEveryMs: number;
  /** At most one full sync in this time because digests kept differing. */
  readonly repairSyncEveryMs: number;
  /** Tables that changed less than this long ago differ because news is still on its way: no records are sent for that. */
  readonly quietMs: number;

  /** Seeds are tried this often as long as nobody is known. */
  readonly seedEveryMs: number;
  /** One dead member or missing seed is pinged this often: the way back together after a split. */
  readonly reconnectEveryMs: number;
  /** Dead and departed members are remembered this long, so that late gossip cannot bring them back. */
  readonly forgetAfterMs: number;
  /** When two hear of each other one pings, and the other does it only after this: half the datagrams of a common start. */
  readonly courtesyMs: number;
  /** Someone only heard of is pinged this many times before it is forgotten. */
  readonly candidateTries: number;

  /** Plaintext; the codec's limit is 1440 (1430 inside an envelope), the rest is for a routing section and the estimate. */
  readonly datagramBytesMax: number;
  readonly payloadBytesMax: number;
  readonly membersMax: number;
  readonly candidatesMax: number;
  /** Work done by one `tick`; what is left is due at once. */
  readonly timersPerTickMax: number;
  /** Events of one call; further ones are dropped and counted (`members()` stays right). */
  readonly eventsPerCallMax: number;
};

const base: Config = {
  periodMs: 1_000,
  ackTimeoutMsStart: 500,
  ackTimeoutMsMin: 50,
  indirectHelpers: 3,
  nackAfterMs: 700,
  forwardsPerSecondMax: 200,
  contactRoundShare: 0,
  suspicionPeriods: 2,
  suspicionMsMin: 3_200,
  suspicionMaxFactor: 6,
  confirmations: 2,
  flapLevelMax: 4,
  flapDecayMs: 60_000,
  healthMax: 7,
  timerLateMsMax: 50,
  refutationPeriods: 4,
  gossipEveryMs: 50,
  gossipFanout: 3,
  retransmitFactor: 3,
  burstMembersMax: 32,
  hardEvidence: true,
  refusedTwiceAfterMs: 50,
  refusersMin: 2,
  fullSyncEveryMs: 30_000,
  repairSyncEveryMs: 5_000,
  quietMs: 1_000,
  seedEveryMs: 500,
  reconnectEveryMs: 10_000,
  forgetAfterMs: 600_000,
  courtesyMs: 100,
  candidateTries: 3,
  datagramBytesMax: 1_400,
  payloadBytesMax: 1_200,
  membersMax: 8_192,
  candidatesMax: 256,
  timersPerTickMax: 1_024,
  eventsPerCallMax: 1_024,
};

export const profiles = {
  /** One second, for servers and quiet networks. */
  lan: base,
  /** 200 ms, the default for agents. */
  fast: {
    ...base,
    periodMs: 200,
    ackTimeoutMsStart: 150,
    nackAfterMs: 110,
    contactRoundShare: 0.4,
    suspicionPeriods: 4,
    suspicionMsMin: 1_000,
    quietMs: 300,
    repairSyncEveryMs: 2_000,
    seedEveryMs: 100,
    reconnectEveryMs: 2_000,
  },
} as const satisfies Record<string, Config>;

export type ProfileName = keyof typeof profiles;
