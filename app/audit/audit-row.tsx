'use client';
import { ActionIcon } from '@mantine/core';
import { outcomeHealth, type AuditRow } from '~/app/lib/audit.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { ChevronDown, ChevronRight } from '~/app/ui/icons.tsx';
import type { Column, Row } from '~/app/ui/listing.tsx';
import { Moment } from '~/app/ui/time.tsx';
import { AuditDetail } from './audit-detail.tsx';
import styles from './audit.module.css';
import { useNamed } from './use-named.ts';

export const auditColumns: readonly Column[] = [
  { label: 'Operation', kind: 'title', width: '24%' },
  { label: 'Time', width: 216 },
  { label: 'Actor', width: '16%' },
  { label: 'Outcome', width: 116 },
  { label: 'Reason or error' },
  { label: 'Details', kind: 'menu', width: 56 },
];

export function auditRow(entry: AuditRow, { open, onToggle }: { open: boolean; onToggle: () => void }): Row {
  const { id, operation, target, at, actor, surface, outcome, reason, error } = entry;
  return {
    key: String(id),
    cells: {
      Operation: <><span className="mono">{operation}</span>{target !== null && <Target target={target} />}</>,
      Time: <Moment at={at} />,
      Actor: <>{actor} <span className={styles.quiet}>by {surface}</span></>,
      Outcome: <HealthMark health={outcomeHealth[outcome]}>{outcome}</HealthMark>,
      'Reason or error': reason ?? error ?? <span className={styles.quiet}>none given</span>,
      Details: <ActionIcon variant="subtle" color="gray" aria-expanded={open} aria-label={`Details of ${operation}, entry ${id}`} onClick={onToggle}>
        {open ? <ChevronDown /> : <ChevronRight />}
      </ActionIcon>,
    },
    ...(open ? { below: <AuditDetail entry={entry} /> } : {}),
  };
}

function Target({ target }: { target: string }) {
  const named = useNamed();
  return <div className={styles.quiet} title={target}>{named(target)}</div>;
}
