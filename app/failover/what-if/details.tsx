import { goneText, pauseText, riskWords } from '~/app/lib/what-if.ts';
import { Wrench } from '~/app/ui/icons.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import type { WhatIf, WhatIfEffect } from '~/contract/shapes/what-if.ts';
import { Outcome } from './outcome.tsx';
import styles from './what-if.module.css';

/** One fault in full: what goes with it, and for each replicaset why it ends so and what would make it better. */
export function Details({ event, id }: { event: WhatIf; id: string }) {
  const gone = goneText(event);
  return (
    <div className={styles.details} id={id} data-testid="what-if-details">
      <p className={styles.gone}>{gone === null ? 'Nothing ends; nothing gets through.' : <>Gone with it: <b>{gone}</b>.</>}</p>
      {event.effects.map((effect) => <Effect key={effect.replicaset.uuid} effect={effect} />)}
      {event.untouched > 0 && <p className={styles.quiet}>{event.untouched === 1 ? 'One replicaset notices' : `${event.untouched} replicasets notice`} nothing.</p>}
      {event.assumed.map((sentence) => <p key={sentence} className={styles.quiet}>Assumed: {sentence}</p>)}
    </div>
  );
}

function Effect({ effect: { replicaset, outcome, master, newMaster, writesStopMs, rowsAtRisk, sentence, wayOut } }: { effect: WhatIfEffect }) {
  return (
    <section className={styles.effect} aria-label={replicaset.alias} data-replicaset={replicaset.alias}>
      <div className={styles.effectHead}>
        <h4>{replicaset.alias}</h4>
        <Outcome outcome={outcome} />
      </div>
      <p><Prose text={sentence} /></p>
      <dl className={styles.facts}>
        <div><dt>Leads</dt><dd>{newMaster ? `${newMaster.alias}, instead of ${master?.alias ?? 'nobody'}` : outcome === 'needsPerson' || master === null ? 'nobody' : master.alias}</dd></div>
        <div><dt>Writes stop</dt><dd>{pauseText(writesStopMs)}</dd></div>
        <div><dt>{outcome === 'needsPerson' ? 'Rows at risk if forced' : 'Rows at risk'}</dt><dd>{riskWords[rowsAtRisk]}</dd></div>
      </dl>
      {wayOut !== null && <p className={styles.way}><Wrench size={15} /><span><b>Would make it better:</b> <Prose text={wayOut} /></span></p>}
    </section>
  );
}
