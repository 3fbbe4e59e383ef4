'use client';
import { ActionIcon } from '@mantine/core';
import { countText } from '~/app/lib/format.ts';
import { healthWords, markOf, marks } from '~/app/lib/health.ts';
import type { Group } from '~/app/lib/groups.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { ChevronDown, ChevronRight } from '~/app/ui/icons.tsx';
import styles from './table.module.css';

export type Place = { readonly measure: (row: HTMLElement | null) => void; readonly index: number };

/** Over the instances of a zone or a role, or those that were expelled. */
export function GroupHead({ place: { measure, index }, group, open, onToggle }: { place: Place; group: Group; open: boolean; onToggle: () => void }) {
  const { kind, name, instances, hidden } = group;
  const title = kind === 'expelled' ? 'Expelled' : name === '' ? `No ${kind}` : name;
  const masters = instances.filter(({ leadership }) => leadership === 'master').length;
  return (
    <tr ref={measure} data-index={index} aria-rowindex={index + 2} className={styles.head}>
      <th colSpan={8} scope="colgroup">
        <div className={styles.headline}>
          <GroupToggle name={title} open={open} onToggle={onToggle} />
          <span className={styles.setName}>{kind === 'zone' && name !== '' && <span className={styles.quiet}>zone </span>}{title}</span>
          {kind === 'expelled' ? (
            <span className={styles.quiet}>still heard of; start their agents with --forget to use them again</span>
          ) : (
            marks.map((health) => ({ health, count: instances.filter((one) => markOf(one) === health).length })).filter(({ count }) => count > 0).map(({ health, count }) => <HealthMark key={health} health={health}>{`${count} ${healthWords[health].toLowerCase()}`}</HealthMark>)
          )}
          <span className={styles.facts}>
            <span className="number">{countText(instances.length + hidden, 'instance')}{hidden > 0 ? `, ${hidden} filtered out` : ''}</span>
            {masters > 0 && <span className="number">{countText(masters, 'master')}</span>}
          </span>
        </div>
      </th>
    </tr>
  );
}

export function GroupToggle({ name, open, onToggle }: { name: string; open: boolean; onToggle: () => void }) {
  return (
    <ActionIcon variant="subtle" color="gray" size="sm" onClick={onToggle} aria-expanded={open} aria-label={`${open ? 'Collapse' : 'Expand'} ${name}`}>
      {open ? <ChevronDown size={15} /> : <ChevronRight size={15} />}
    </ActionIcon>
  );
}
