'use client';
import { Anchor, Button, EmptyState, Table, Text } from '@mantine/core';
import Link from 'next/link';
import { useCallback, useRef, useState } from 'react';
import { healthOfState, nameOf, rttText, type MemberRow } from '~/app/lib/gossip.ts';
import { instancePath } from '~/app/lib/instance-tabs.ts';
import { CopyIcon } from '~/app/ui/copy.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Search } from '~/app/ui/icons.tsx';
import { Ago } from '~/app/ui/time.tsx';
import styles from './gossip.module.css';

const rowsMax = 30;

type Props = { readonly rows: readonly MemberRow[]; readonly caption?: string; readonly pointed: string | null; readonly onClear: () => void };

/** As this server sees them. */
export function MembersTable({ rows, caption = 'Members as this server sees them', pointed, onClear }: Props) {
  const [whole, setWhole] = useState(false);
  const brought = useRef<string | null>(null);
  // Once for each link: what is asked anew must not take the page away from where a person has scrolled to.
  const intoView = useCallback((element: HTMLElement | null) => {
    if (element === null || brought.current === pointed) return;
    brought.current = pointed;
    element.scrollIntoView({ block: 'center' });
  }, [pointed]);
  const isPointed = ({ uuid, name }: MemberRow) => pointed !== null && (uuid === pointed || name === pointed);
  // The row that a link points to is shown wherever it stands.
  const shown = whole ? rows : rows.filter((row, index) => index < rowsMax || isPointed(row));
  if (rows.length === 0) {
    return (
      <div className={styles.frame}>
        <EmptyState py="xl" icon={<Search size={32} />} title="Nothing matches" description={<>No member fits the search and the filter. <Anchor component="button" type="button" onClick={onClear} size="sm" underline="always">Clear them</Anchor></>} />
      </div>
    );
  }
  return (
    <section className={styles.frame} aria-label={caption}>
      <Table className={styles.members}>
        <caption className={styles.hidden}>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Member</th><th scope="col">UUID</th><th scope="col">Gossip address</th><th scope="col">State</th><th scope="col">Since</th><th scope="col" className={styles.right}>Round trip</th><th scope="col" className={styles.right}>Incarnation</th><th scope="col" className={styles.right}>Config.</th>
          </tr>
        </thead>
        <tbody>{shown.map((row) => <Row key={row.uuid} row={row} ref={isPointed(row) ? intoView : undefined} />)}</tbody>
      </Table>
      {shown.length < rows.length && <div className={styles.more}><Button variant="subtle" size="compact-sm" onClick={() => setWhole(true)}>Show all {rows.length}</Button></div>}
    </section>
  );
}

function Row({ row, ref }: { row: MemberRow; /** Given to the row that a link points to. */ ref: ((element: HTMLElement | null) => void) | undefined }) {
  const { uuid, kind, address, state, since, rttMs, incarnation, generation, configVersion, self } = row;
  const name = nameOf(row);
  return (
    <tr data-member={name} data-state={state} data-pointed={ref !== undefined || undefined} ref={ref}>
      <th scope="row" className={styles.who}>
        {kind === 'agent' ? <Link href={instancePath(uuid, 'gossip')} className={styles.link}>{name}</Link> : <span>{name}</span>}
        <span className={styles.quiet}>{self ? 'this server' : kind}</span>
      </th>
      <td data-label="UUID"><span className={styles.copyable}><span className="mono" title={uuid}>{uuid.slice(0, 8)}</span><CopyIcon value={uuid} what={`the UUID of ${name}`} /></span></td>
      <td data-label="Gossip address" className="number">{address || '—'}</td>
      <td data-label="State"><HealthMark health={healthOfState[state]}>{state}</HealthMark></td>
      <td data-label="Since">{since === null ? '—' : <Ago at={since} />}</td>
      <td data-label="Round trip" className={`${styles.right} number`}>{rttMs === null ? <Text span size="sm" c="dimmed">—</Text> : <span className={state === 'alive' ? undefined : styles.quiet} title={state === 'alive' ? undefined : 'Measured while it still answered'}>{rttText(rttMs)}</span>}</td>
      <td data-label="Incarnation" className={`${styles.right} number`} title={generation === '' ? undefined : `Generation ${generation}`}>{incarnation || '—'}</td>
      <td data-label="Configuration" className={`${styles.right} number`}>{configVersion === null ? '—' : `v${configVersion}`}</td>
    </tr>
  );
}
