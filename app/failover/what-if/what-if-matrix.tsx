'use client';
import { SegmentedControl } from '@mantine/core';
import { Fragment, useId, useState } from 'react';
import { columnsMax, columnsOf, effectOn, groupsOf, outcomeWords, stopsWrites, tallyOf, type Column, type Shown } from '~/app/lib/what-if.ts';
import { ChevronDown, ChevronRight } from '~/app/ui/icons.tsx';
import { whatIfOutcomes, type WhatIf } from '~/contract/shapes/what-if.ts';
import { Details } from './details.tsx';
import { Outcome } from './outcome.tsx';
import styles from './what-if.module.css';

/** Each thing that may die, and what every replicaset does then. A row opens to the reasons and to what would make it better. */
export function WhatIfMatrix({ events }: { events: readonly WhatIf[] }) {
  const [shown, setShown] = useState<Shown>('all');
  const [open, setOpen] = useState<string | null>(null);
  const columns = columnsOf(events);
  const wide = columns.length <= columnsMax;
  const groups = groupsOf(events, shown);
  if (events.length === 0) return <p className={styles.quiet}>There is nothing yet that could be lost.</p>;
  const stops = events.filter(stopsWrites).length;
  return (
    <div className={styles.whole} data-testid="what-if">
      <div className={styles.top}>
        <ul className={styles.tally} aria-label="How many faults end how">
          {tallyOf(events).map(({ outcome, count }) => <li key={outcome}><Outcome outcome={outcome}>{`${count} × ${outcomeWords[outcome].word}`}</Outcome></li>)}
        </ul>
        <SegmentedControl size="xs" aria-label="Which faults" value={shown} onChange={(value) => setShown(value as Shown)} data={[{ value: 'all', label: `All ${events.length}` }, { value: 'changes', label: 'That change anything' }, { value: 'stops', label: `That stop writes: ${stops}` }]} />
      </div>
      {groups.length === 0 ? <p className={styles.quiet}>No single fault of these stops the writes of any replicaset.</p> : (
        <div className={styles.scroll} tabIndex={0} role="region" aria-label="What would happen">
          <table className={styles.matrix}>
            <caption className={styles.hidden}>What each replicaset does when one of these is lost</caption>
            <thead>
              <tr>
                <th scope="col">If this dies now</th>
                {wide ? columns.map(({ uuid, alias }) => <th key={uuid} scope="col" title={alias}><span>{alias}</span></th>) : <th scope="col">Then</th>}
              </tr>
            </thead>
            {groups.map(({ name, events: ofGroup }) => (
              <tbody key={name}>
                <tr className={styles.group}><th scope="rowgroup" colSpan={wide ? columns.length + 1 : 2}>{name}</th></tr>
                {ofGroup.map((event) => <Row key={event.id} event={event} columns={wide ? columns : null} span={wide ? columns.length + 1 : 2} open={open === event.id} onToggle={() => setOpen(open === event.id ? null : event.id)} />)}
              </tbody>
            ))}
          </table>
        </div>
      )}
      <dl className={styles.legend}>
        {whatIfOutcomes.map((outcome) => <div key={outcome}><dt><Outcome outcome={outcome} /></dt><dd>{outcomeWords[outcome].means}</dd></div>)}
      </dl>
    </div>
  );
}

type RowProps = { readonly event: WhatIf; /** Null: too many to be shown each. */ readonly columns: readonly Column[] | null; readonly span: number; readonly open: boolean; readonly onToggle: () => void };

function Row({ event, columns, span, open, onToggle }: RowProps) {
  const id = useId();
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <Fragment>
      {/* The button is what keys and readers use; the row only makes it larger for a pointer. */}
      <tr data-event={event.id} data-worst={event.worst} data-open={open || undefined} onClick={onToggle}>
        <th scope="row">
          <button type="button" className={styles.title} aria-expanded={open} {...(open ? { 'aria-controls': id } : {})}>
            <Chevron size={15} />
            <span>{event.title}</span>
          </button>
        </th>
        {columns === null ? <td data-label="Then"><Outcome outcome={event.worst}>{event.summary}</Outcome></td> : columns.map(({ uuid, alias }) => <Cell key={uuid} event={event} uuid={uuid} alias={alias} />)}
      </tr>
      {open && <tr className={styles.opened}><td colSpan={span}><Details event={event} id={id} /></td></tr>}
    </Fragment>
  );
}

function Cell({ event, uuid, alias }: { event: WhatIf; uuid: string; alias: string }) {
  const effect = effectOn(event, uuid);
  if (effect === null) return <td className={styles.calm} data-label={alias} data-outcome-of={alias} title={`${alias} notices nothing`}>unaffected</td>;
  const { outcome, newMaster, sentence } = effect;
  return <td data-label={alias} data-outcome-of={alias} title={sentence}><Outcome outcome={outcome}>{outcome === 'failsOver' && newMaster ? `to ${newMaster.alias}` : undefined}</Outcome></td>;
}
