'use client';
import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import { ActionMenu } from '~/app/cluster/action-menu.tsx';
import { bytesText } from '~/app/lib/format.ts';
import { fileKey, spacesText } from '~/app/lib/lost-rows.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { compare } from '~/app/lib/rows.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Check } from '~/app/ui/icons.tsx';
import { Listing, type Column } from '~/app/ui/listing.tsx';
import page from '~/app/ui/page.module.css';
import { Ago } from '~/app/ui/time.tsx';
import { useAddress } from '~/app/ui/use-address.ts';
import type { LostRowsRow } from '~/contract/shapes/incident.ts';
import styles from './failover.module.css';
import { LostFile } from './lost-file.tsx';

const columns: readonly Column[] = [
  { label: 'File', kind: 'title', width: '20%' },
  { label: 'Why' },
  { label: 'Replicaset', width: 120 },
  { label: 'Rows', width: 90, kind: 'number' },
  { label: 'Size', width: 90, kind: 'number' },
  { label: 'Saved', width: 130 },
  { label: 'Actions', kind: 'menu', width: 60 },
];
/** The stream does not tell of files; a new one comes with an incident. */
const everyMs = 10_000;

/** Rows that only an old master had: nothing that was acknowledged is thrown away unseen. */
export function LostTab() {
  const api = useApi();
  const { overview } = useLive();
  const [{ member, file }, change] = useAddress(['member', 'file']);
  const files = useQuery({ queryKey: ['failover', 'lostRows', member], queryFn: () => api.failover.lostRows.query(member === null ? {} : { instance: member }), refetchInterval: everyMs });
  const names = (overview?.instances ?? []).filter(({ configured }) => configured).map(({ alias }) => alias).toSorted(compare);
  const opened = files.data?.find((one) => one.name === file && (member === null || one.instance.alias === member)) ?? null;
  return (
    <div className={styles.section}>
      <div className={styles.top}>
        <p>When a master is lost, what it had acknowledged and not passed on is read from its disk before it is made anew, and kept here. Read it, take it out as JSON, or write chosen rows again.</p>
        {(member !== null || (files.data?.length ?? 0) > 1) && (
          <div className={page.filters}><Select aria-label="Instance" placeholder="Any instance" clearable clearButtonProps={{ 'aria-label': 'Any instance' }} data={member !== null && !names.includes(member) ? [...names, member] : names} value={member} onChange={(next) => change({ member: next, file: null })} /></div>
        )}
      </div>
      <Listing
        caption="Files of lost rows"
        rows={files.data?.map((one) => rowOf(one, { opened: opened !== null && fileKey(opened) === fileKey(one), onOpen: (name) => change({ file: name, member: name === null ? member : one.instance.alias }) })) ?? null}
        columns={columns}
        problem={files.error ? problemFrom(files.error) : null}
        onRetry={() => void files.refetch()}
        empty={{ icon: <Check size={32} />, title: 'Nothing was lost', text: member === null ? 'No instance has rows that its master never had. In durability quorum and strict there are none that were acknowledged.' : `${member} has no such file.` }}
      />
    </div>
  );
}

function rowOf(file: LostRowsRow, { opened, onOpen }: { opened: boolean; onOpen: (name: string | null) => void }) {
  const { instance, name, replicaset, epoch, why, rows, sizeBytes, at, complete, note } = file;
  const input = { instance: instance.alias, name };
  return {
    key: fileKey(file),
    cells: {
      File: <><button type="button" className={styles.open} aria-expanded={opened} onClick={() => onOpen(opened ? null : name)}>{instance.alias}</button><div className={`${styles.quiet} mono`}>{name}</div></>,
      Why: <>{why}{complete ? null : <div><HealthMark health="warning" size={13}>{note ?? 'not all of them'}</HealthMark></div>}</>,
      Replicaset: <>{replicaset.alias}<div className={styles.quiet}>epoch {epoch}</div></>,
      Rows: <>{rows}<div className={styles.quiet}>{spacesText(file)}</div></>,
      Size: bytesText(sizeBytes),
      Saved: <Ago at={at} />,
      Actions: <ActionMenu label={`Actions on ${name} of ${instance.alias}`} actions={[{ operation: 'failover.replayLostRows', label: 'Write all of it again', input: { ...input, all: true } }, { operation: 'failover.discardLostRows', label: 'Discard', input, danger: true }]} />,
    },
    ...(opened ? { below: <LostFile key={fileKey(file)} file={file} /> } : {}),
  };
}
