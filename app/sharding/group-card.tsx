'use client';
import { Button } from '@mantine/core';
import shared from '~/app/failover/failover.module.css';
import { pauseLeft } from '~/app/lib/failover.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { doneOf, markOfGroup, waitsOfGroup } from '~/app/lib/sharding.ts';
import { useServerNow } from '~/app/live/live-provider.tsx';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { HealthShapes } from '~/app/ui/icons.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import type { GroupStatus } from '~/contract/shapes/sharding-status.ts';
import { groupStateWords } from '~/contract/shapes/sharding-view.ts';
import { Distribution } from './distribution.tsx';
import { Doctor } from './doctor.tsx';
import { Flights } from './flights.tsx';
import { GroupActions } from './group-actions.tsx';
import { GroupTiles } from './group-tiles.tsx';
import styles from './sharding.module.css';

/** One group: what it is up to, where its buckets are, what moves, and what a person can do. */
export function GroupCard({ group, enabled }: { group: GroupStatus; enabled: boolean }) {
  const { group: name, sentence, state, pause, bootstrapped, storages } = group;
  const done = doneOf(group);
  const made = bootstrapped !== null || storages.some(({ owned }) => (owned ?? 0) > 0);
  return (
    <section className={styles.group} aria-label={`Group ${name}`} data-group={name} data-state={state} data-left={group.left} data-health={group.health}>
      <div className={styles.head}>
        <h2>Group {name}</h2>
        <HealthMark health={markOfGroup(group)}>{group.health === 'unknown' ? 'not known' : groupStateWords[state]}</HealthMark>
        <span className={styles.acts}><GroupActions group={group} enabled={enabled} /></span>
      </div>
      {pause === null ? <p className={styles.sentence} data-testid="group-sentence"><Prose text={sentence} /></p> : <Paused group={group} />}
      {waitsOfGroup(group).map((wait) => <p key={wait.sentence} className={styles.sentence}><HealthMark health="warning" size={13}>{wait.sentence}</HealthMark> <span className={styles.quiet}><Prose text={wait.wayOut} /></span></p>)}
      {made && <GroupTiles group={group} />}
      {done !== null && <span className={styles.done} role="progressbar" aria-label={`Buckets of group ${name} moved`} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(done * 100)} data-still={state !== 'moving' || undefined}><span style={{ width: `${done * 100}%` }} /></span>}
      <Distribution group={group} made={made} />
      <Flights group={group} />
      {bootstrapped !== null && enabled && <Doctor group={name} />}
    </section>
  );
}

/** Who holds the buckets still, why and until when, with the way out. */
function Paused({ group: { group, pause, left, inFlight } }: { group: GroupStatus }) {
  const now = useServerNow();
  const { open } = useOperations();
  const { role } = useSession();
  if (pause === null) return null;
  const why = refusalFor('sharding.resume', role);
  const waiting = left - inFlight;
  return (
    <div className={styles.within}>
      <section className={shared.pause} aria-label={`Rebalancing of group ${group} is paused`} data-testid="sharding-pause">
        <HealthShapes.warning size={18} />
        <div><b>Rebalancing is paused</b> by {pause.by} <span className="number" suppressHydrationWarning>{pauseLeft(pause.until, now)}</span>: {pause.reason.replace(/\.$/, '')}. {waiting === 0 ? 'No bucket waits for it.' : `${waiting} ${waiting === 1 ? 'bucket waits' : 'buckets wait'}.`}{inFlight > 0 ? ` ${inFlight} under way still arrive.` : ''}</div>
        <WhyDisabled why={why}><Button size="compact-sm" variant="default" disabled={why !== null} onClick={() => open('sharding.resume', { group })}>Resume</Button></WhyDisabled>
      </section>
    </div>
  );
}
