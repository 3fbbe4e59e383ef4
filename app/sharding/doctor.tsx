'use client';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import { problemFrom } from '~/app/lib/problem.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import { Ago } from '~/app/ui/time.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import styles from './sharding.module.css';

/** Reads every table when somebody asks for it, and not before. */
export function Doctor({ group }: { group: string }) {
  const api = useApi();
  const { open } = useOperations();
  const { role } = useSession();
  const { data, error, isFetching, refetch, dataUpdatedAt } = useQuery({ queryKey: ['sharding', 'doctor', group], queryFn: () => api.sharding.doctor.query({ group }), enabled: false });
  const why = refusalFor('sharding.doctor', role);
  const whyNoRepair = refusalFor('sharding.repair', role);
  return (
    <section className={styles.part} aria-label={`Doctor of group ${group}`} data-testid="doctor">
      <div className={styles.partHead}>
        <h3>Doctor</h3>
        <span className={styles.quiet} style={{ fontSize: 13 }}>{data === undefined ? 'Looks for buckets that are lost, doubled or left over.' : <>Looked <Ago at={dataUpdatedAt} />.</>}</span>
        <WhyDisabled why={why}><Button variant="default" size="compact-sm" loading={isFetching} disabled={why !== null} onClick={() => void refetch()}>{data === undefined ? 'Look now' : 'Look again'}</Button></WhyDisabled>
      </div>
      {(error !== null || data !== undefined) && (
        <div className={styles.findings} role="status">
          {error && <ProblemAlert problem={problemFrom(error)} />}
          {data?.length === 0 && <HealthMark health="ok" size={14}>Every bucket has one owner.</HealthMark>}
          {data?.map(({ code, severity, sentence, wayOut, repairs, bucketCount }) => (
            <div key={`${code} ${sentence}`} data-finding={code}>
              <HealthMark health={severity === 'info' ? 'unknown' : severity} size={14}>{sentence}</HealthMark>
              <p><Prose text={wayOut} /></p>
              {repairs.length > 0 && <ul>{repairs.map((line) => <li key={line}>{line}</li>)}</ul>}
              {repairs.length > 0 && <WhyDisabled why={whyNoRepair}><Button size="compact-sm" variant="default" disabled={whyNoRepair !== null} onClick={() => open('sharding.repair', { group, finding: code })}>{bucketCount === 1 ? 'Repair' : `Repair ${bucketCount} buckets`}</Button></WhyDisabled>}
            </div>
          ))}
        </div>
      )}
    </section>
  );
}
