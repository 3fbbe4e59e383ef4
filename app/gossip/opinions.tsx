'use client';
import { Table, Text } from '@mantine/core';
import { healthOfState, nameOf, opinionsOf, rttText, type Observer } from '~/app/lib/gossip.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import styles from './gossip.module.css';

const rowsMax = 30;
const namesMax = 5;

/** The compact form for many members: one row each, what is not well first. */
export function Opinions({ observers, search }: { observers: readonly Observer[]; search: string }) {
  const text = search.trim().toLowerCase();
  const opinions = opinionsOf(observers).filter(({ column }) => text === '' || `${column.name} ${column.uuid}`.toLowerCase().includes(text));
  const silent = observers.filter(({ heard }) => !heard);
  return (
    <div className={styles.frame} data-testid="opinions">
      {silent.length > 0 && <div className={styles.note}><HealthMark health="unknown">{`Not heard: ${silent.map(nameOf).join(', ')}`}</HealthMark></div>}
      <Table className={styles.members}>
        <caption className={styles.hidden}>What the observers think of each member</caption>
        <thead><tr><th scope="col">Member</th><th scope="col">Seen alive by</th><th scope="col">Otherwise by</th><th scope="col" className={styles.right}>Longest round trip</th></tr></thead>
        <tbody>
          {opinions.slice(0, rowsMax).map(({ column, worst, alive, of, others, rttMaxMs }) => (
            <tr key={column.uuid} data-opinion={column.name}>
              <th scope="row" className={styles.who}>{column.name}</th>
              <td data-label="Seen alive by"><HealthMark health={healthOfState[worst]}>{`${alive} of ${of}`}</HealthMark></td>
              <td data-label="Otherwise by">{others.length === 0 ? '—' : others.map(({ state, by }) => `${state} by ${by.slice(0, namesMax).join(', ')}${by.length > namesMax ? ` and ${by.length - namesMax} more` : ''}`).join('; ')}</td>
              <td data-label="Longest round trip" className={`${styles.right} number`}>{rttMaxMs === null ? '—' : rttText(rttMaxMs)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      {opinions.length > rowsMax && <div className={styles.more}><Text size="sm" c="dimmed">{opinions.length - rowsMax} more, none worse than these: search for one by its name.</Text></div>}
    </div>
  );
}
