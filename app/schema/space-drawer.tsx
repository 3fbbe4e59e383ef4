'use client';
import { Button, Drawer, Text } from '@mantine/core';
import Link from 'next/link';
import { definitionFile } from '~/app/lib/code-files.ts';
import { codeAddress } from '~/app/lib/code-place.ts';
import { bytesText, countText } from '~/app/lib/format.ts';
import { stateMarks, stateWords, type SpaceGroup } from '~/app/lib/schema-rows.ts';
import { indexWords, partsText } from '~/app/lib/schema-text.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { useReturnFocus } from '~/app/ui/return-focus.tsx';
import styles from './schema.module.css';

type Props = { readonly group: SpaceGroup | null; readonly label: string; readonly onClose: () => void; readonly onEdit: (role: string) => void };

/** All of one space: what each replicaset lacks, its fields, indexes and sharding key. */
export function SpaceDrawer({ group, label, onClose, onEdit }: Props) {
  const layer = useReturnFocus('space', group !== null);
  return (
    <Drawer opened={group !== null} onClose={onClose} returnFocus={false} attributes={{ content: layer }} position="right" size={560} title={group ? <Text fw={600} style={{ overflowWrap: 'anywhere' }}>Space {group.space} of {group.role}</Text> : 'Space'} closeButtonProps={{ 'aria-label': 'Close' }}>
      {group && <Details group={group} label={label} onEdit={onEdit} />}
    </Drawer>
  );
}

function Details({ group: { space, role, places, sentence, definition }, label, onEdit }: { group: SpaceGroup } & Pick<Props, 'label' | 'onEdit'>) {
  const { engine, is_local: local, temporary, format, indexes, sharding_key: shardingKey } = definition;
  return (
    <div className={styles.details} data-testid="space" data-space={space}>
      <div className={styles.ways}>
        <Button size="compact-sm" variant="default" onClick={() => onEdit(role)}>{label} of {role}</Button>
        <Button size="compact-sm" variant="default" component={Link} href={`/data?space=${encodeURIComponent(space)}`}>Rows</Button>
        <Button size="compact-sm" variant="default" component={Link} href={codeAddress({ file: definitionFile(role), line: null })}>role.yml</Button>
      </div>
      <p className={styles.note}>{engine}{local ? ', of each instance for itself' : ''}{temporary ? ', empty after a restart' : ''}; {shardingKey === undefined ? 'no sharding key' : `sharded by ${shardingKey.join(', ')}`}.</p>
      <h2>Replicasets</h2>
      {places.length === 0 ? <p className={styles.note}>{sentence}</p> : (
        <ul>
          {places.map((place) => (
            <li key={place.replicaset} data-replicaset={place.replicaset} data-state={place.state}>
              <b>{place.replicaset}</b> <HealthMark health={stateMarks[place.state]}>{stateWords[place.state]}</HealthMark>
              <span className={styles.quiet}>{[place.instance === null ? null : `asked ${place.instance}`, place.rows === null ? null : countText(place.rows, 'row'), place.bytes === null ? null : bytesText(place.bytes)].filter(Boolean).join(', ')}</span>
              {place.state !== 'applied' && <p>{place.sentence}</p>}
            </li>
          ))}
        </ul>
      )}
      <h2>Fields</h2>
      <ul>{format.map(({ name, type, is_nullable: nullable }) => <li key={name}><span className="mono">{name}</span> <span className={styles.quiet}>{type}{nullable ? ', may be null' : ''}</span></li>)}</ul>
      <h2>Indexes</h2>
      <ul>{indexes.map((index, at) => <li key={index.name} data-index={index.name}><span className="mono">{index.name}</span> <span className={styles.quiet}>{indexWords(index, at === 0)}</span><p>{partsText(index)}</p></li>)}</ul>
    </div>
  );
}
