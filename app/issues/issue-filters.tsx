'use client';
import { SegmentedControl, Select } from '@mantine/core';
import { severityCounts, severityWords, type IssueFilter } from '~/app/lib/issues.ts';
import { ObjectSelect } from '~/app/ui/object-select.tsx';
import page from '~/app/ui/page.module.css';
import { severities, type ClusterOverview, type Severity } from '~/contract/shapes/view.ts';

type Props = { readonly overview: ClusterOverview; readonly filter: IssueFilter; readonly onFilter: (filter: IssueFilter) => void };

export function IssueFilters({ overview, filter, onFilter }: Props) {
  const counts = severityCounts(overview.issues.filter(({ muted }) => muted === undefined), filter);
  const codes = [...new Set([...overview.issues.map(({ code }) => code), ...(filter.code === null ? [] : [filter.code])])].toSorted();
  return (
    <div className={page.filters}>
      <SegmentedControl
        aria-label="Severity"
        size="sm"
        value={filter.severity ?? 'all'}
        onChange={(value) => onFilter({ ...filter, severity: value === 'all' ? null : (value as Severity) })}
        data={[{ value: 'all', label: 'All' }, ...severities.toReversed().map((severity) => ({ value: severity, label: `${severityWords[severity]}${counts[severity] > 0 ? ` ${counts[severity]}` : ''}` }))]}
      />
      <Select aria-label="Code" placeholder="Any code" clearable searchable clearButtonProps={{ 'aria-label': 'Any code' }} data={codes} value={filter.code} onChange={(code) => onFilter({ ...filter, code })} />
      <ObjectSelect overview={overview} value={filter.object} onChange={(object) => onFilter({ ...filter, object })} />
    </div>
  );
}
