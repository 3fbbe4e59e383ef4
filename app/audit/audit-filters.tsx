'use client';
import { Autocomplete, Select } from '@mantine/core';
import { useUsers } from '~/app/access/use-access.ts';
import { auditOutcomes } from '~/contract/access.ts';
import { auditedOperations, periods, type AuditFilter } from '~/app/lib/audit.ts';
import { dateTimeText } from '~/app/lib/format.ts';
import styles from './audit.module.css';

export function AuditFilters({ filter: { actor, operation, outcome, since }, onFilter }: { filter: AuditFilter; onFilter: (changes: Partial<AuditFilter>) => void }) {
  const users = useUsers();
  // A link may name a moment, or an operation of an older version.
  const moment = since !== null && periods.every(({ value }) => value !== since) ? [{ value: since, label: /^\d{1,15}$/.test(since) ? `Since ${dateTimeText(Number(since))}` : since }] : [];
  const operations = operation === null || auditedOperations.includes(operation) ? auditedOperations : [operation, ...auditedOperations];
  return (
    <div className={styles.filters}>
      <Autocomplete label="Actor" placeholder="Anybody" clearable clearButtonProps={{ 'aria-label': 'Anybody' }} data={(users.data ?? []).map(({ name }) => name)} value={actor ?? ''} onChange={(next) => onFilter({ actor: next.trim() })} />
      <Select label="Operation" placeholder="Any" searchable clearable clearButtonProps={{ 'aria-label': 'Any operation' }} nothingFoundMessage="No such operation" data={operations} value={operation} onChange={(next) => onFilter({ operation: next })} />
      <Select label="Outcome" placeholder="Any" clearable clearButtonProps={{ 'aria-label': 'Any outcome' }} data={auditOutcomes} value={outcome} onChange={(next) => onFilter({ outcome: next })} />
      <Select label="Since" placeholder="The beginning" clearable clearButtonProps={{ 'aria-label': 'Since the beginning' }} data={[...periods.map(({ value, label }) => ({ value, label })), ...moment]} value={since} onChange={(next) => onFilter({ since: next })} />
    </div>
  );
}
