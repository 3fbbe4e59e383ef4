'use client';
import { Text } from '@mantine/core';
import { differences, jsonText, type AuditRow } from '~/app/lib/audit.ts';
import styles from './audit.module.css';
import { useNamed } from './use-named.ts';

/** One entry opened: from where, why, what it was given, and what was different afterwards. */
export function AuditDetail({ entry }: { entry: AuditRow }) {
  const { id, address, surface, reason, error, input } = entry;
  const named = useNamed();
  const changes = differences(entry);
  return (
    <div className={styles.detail} data-testid="audit-detail">
      <Text size="sm" c="dimmed">Entry {id} · by {surface} · from {address ?? 'the machine of the server'}</Text>
      {reason !== null && <Text size="sm"><b>Reason:</b> {reason}</Text>}
      {error !== null && <Text size="sm"><b>Error:</b> {error}</Text>}
      {changes.length > 0 && (
        <section aria-label="Before and after" className={styles.changes}>
          {changes.map(({ path, before, after }) => (
            <div key={path} className={styles.change}>
              {path !== '' && <h3 className="mono" title={path}>{named(path)}</h3>}
              <div className={styles.sides}>
                <Side label="Before" value={before} />
                <Side label="After" value={after} />
              </div>
            </div>
          ))}
        </section>
      )}
      <section aria-label="Input" className={styles.side}><h4>Input</h4><pre tabIndex={0} className={styles.text}>{jsonText(input)}</pre></section>
    </div>
  );
}

function Side({ label, value }: { label: string; value: string | null }) {
  return <div className={styles.side}><h4>{label}</h4>{value === null ? <Text size="sm" c="dimmed">nothing</Text> : <pre tabIndex={0} className={styles.text}>{value}</pre>}</div>;
}
