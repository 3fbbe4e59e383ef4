'use client';
import { bytesText } from '~/app/lib/format.ts';
import { stateMarks, type SpaceGroup } from '~/app/lib/schema-rows.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Search } from '~/app/ui/icons.tsx';
import { Listing, type Column, type Row } from '~/app/ui/listing.tsx';
import styles from './schema.module.css';

const columns: readonly Column[] = [
  { label: 'Space', kind: 'title', width: '22%' },
  { label: 'Role', width: '14%' },
  { label: 'State' },
  { label: 'Engine', width: 90 },
  { label: 'Rows', kind: 'number', width: 110 },
  { label: 'Size', kind: 'number', width: 110 },
  { label: 'Indexes', kind: 'number', width: 90 },
];

/** A line for each space of a role. */
export function SpacesTable({ groups, all, onOpen }: { groups: readonly SpaceGroup[]; all: number; onOpen: (group: SpaceGroup) => void }) {
  return (
    <Listing
      caption="Spaces"
      rows={groups.map((group) => rowOf(group, onOpen))}
      columns={columns}
      problem={null}
      empty={{ icon: <Search size={32} />, title: all === 0 ? 'No spaces yet' : 'No such space', text: all === 0 ? 'The roles want none. Edit the schema of one to add the first.' : 'No space fits the search.' }}
    />
  );
}

function rowOf(group: SpaceGroup, onOpen: (group: SpaceGroup) => void): Row {
  const { key, space, role, state, sentence, engine, rows, bytes, definition } = group;
  return {
    key,
    cells: {
      Space: <button type="button" className={styles.open} onClick={() => onOpen(group)}>{space}</button>,
      Role: role,
      State: <span data-state={state}><HealthMark health={stateMarks[state]}>{sentence}</HealthMark></span>,
      Engine: engine,
      Rows: rows === null ? null : rows.toLocaleString('en'),
      Size: bytes === null ? null : bytesText(bytes),
      Indexes: definition.indexes.length,
    },
  };
}
