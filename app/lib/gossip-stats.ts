/** What each counter of the gossip engine means, in the order in which a person asks. */
const meanings = {
  members: ['Members', 'Members known, this one not counted; the dead too while they are remembered.'],
  groupSize: ['Group size', 'How many members the timeouts are computed for.'],
  health: ['Health score', '0 is well. It grows to 7 when this member’s own probes go wrong: then it waits longer before it accuses others.'],
  newsWaiting: ['News waiting', 'News not yet told often enough. Stays high when changes come faster than they spread.'],
  probes: ['Probes', 'Members asked whether they are there.'],
  probesSaved: ['Probes saved', 'Not asked, because they had just been heard.'],
  probesFailed: ['Probes failed', 'Asked, directly and through others, without an answer.'],
  nacksMissed: ['Helpers silent', 'Members asked to probe for this one that said nothing at all: a sign that the trouble is here.'],
  accusations: ['Accusations', 'Suspicions that this member raised.'],
  falseSuspicions: ['False suspicions', 'Suspicions, whoever raised them, that turned out wrong. Growing: lost datagrams or overloaded hosts.'],
  refutations: ['Refutations', 'Times this member was suspected itself and said that it lives.'],
  timersLate: ['Timers late', 'Times this process woke up too late to judge others: it lacks CPU.'],
  sent: ['Messages sent', 'Over UDP, since the start.'],
  received: ['Messages received', 'Over UDP, since the start.'],
  forwarded: ['Forwarded', 'Messages passed on for two members that do not reach each other.'],
  forwardsRefused: ['Forwards refused', 'Messages not passed on: for strangers, or too many at once.'],
  fullSyncs: ['Full syncs', 'Whole tables exchanged over TCP.'],
  membersRefused: ['Members refused', 'Members not taken in, because the table is full.'],
  eventsDropped: ['Events dropped', 'Changes not told one by one, because too many came at once.'],
  datagramsIn: ['Datagrams in', 'UDP datagrams that came; one carries several pieces of news.'],
  datagramsOut: ['Datagrams out', 'UDP datagrams that were sent.'],
  bytesIn: ['Bytes in', 'Payloads only; IPv4 and UDP add 28 bytes a datagram.'],
  bytesOut: ['Bytes out', 'Payloads only; IPv4 and UDP add 28 bytes a datagram.'],
  sendsFailed: ['Sends failed', 'Datagrams that the system did not take.'],
  unsendable: ['Unsendable', 'Messages that could not be put into a datagram.'],
  evidenceChecks: ['Connects tried', 'Times it was tried to connect to a silent member: refused means that its process is gone.'],
  timerLateMsMax: ['Latest timer', 'Milliseconds by which the latest timer came too late.'],
  timers: ['Timers', 'Deadlines that are waited for now.'],
} as const satisfies Readonly<Record<string, readonly [string, string]>>;

export type StatRow = { readonly name: string; readonly label: string; readonly meaning: string; readonly value: number };

/** Counters that are not known here come last, under their own name. */
export function statRows(stats: Readonly<Record<string, number>>): StatRow[] {
  const known = Object.entries(meanings).flatMap(([name, [label, meaning]]) => (stats[name] === undefined ? [] : [{ name, label, meaning, value: stats[name] }]));
  const rest = Object.entries(stats).flatMap(([name, value]) => (name in meanings ? [] : [{ name, label: name, meaning: '', value }]));
  return [...known, ...rest];
}
