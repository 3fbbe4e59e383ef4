'use client';
import { keyOf, lineOf, migrationMarks } from '~/app/lib/migrations.ts';
import styles from '~/app/schema/schema.module.css';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Search } from '~/app/ui/icons.tsx';
import { Listing, type Column, type Row } from '~/app/ui/listing.tsx';
import { Ago } from '~/app/ui/time.tsx';
import type { MigrationRow } from '~/contract/shapes/migration.ts';

const columns: readonly Column[] = [
  { label: 'Step', kind: 'title', width: '24%' },
  { label: 'Role', width: '12%' },
  { label: 'Replicaset', width: '12%' },
  { label: 'State' },
  { label: 'Ran', width: 110 },
  { label: 'By', width: '12%' },
];

/** A line for each step on each replicaset. */
export function StepsTable({ rows, onOpen }: { rows: readonly MigrationRow[]; onOpen: (row: MigrationRow) => void }) {
  return <Listing caption="Steps of migrations" rows={rows.map((row) => rowOf(row, onOpen))} columns={columns} problem={null} empty={{ icon: <Search size={32} />, title: 'No such step', text: 'No step fits the search.' }} />;
}

function rowOf(row: MigrationRow, onOpen: (row: MigrationRow) => void): Row {
  const { step, role, replicaset, state, sentence, finishedAt, startedAt, by } = row;
  const at = finishedAt ?? startedAt;
  return {
    key: keyOf(row),
    cells: {
      Step: <button type="button" className={styles.open} onClick={() => onOpen(row)}>{step}</button>,
      Role: role,
      Replicaset: replicaset,
      State: <span data-state={state}><HealthMark health={migrationMarks[state]}>{lineOf({ state, sentence })}</HealthMark></span>,
      Ran: at === null ? null : <Ago at={at} />,
      By: by,
    },
  };
}
