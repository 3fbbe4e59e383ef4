'use client';
import { Skeleton, Table, Text } from '@mantine/core';
import { bytesText, countText, percentText } from '~/app/lib/format.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { errorsText, rateText, tookText } from '~/app/lib/routers.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { Ago } from '~/app/ui/time.tsx';
import type { RouterDetail } from '~/contract/shapes/router-view.ts';
import styles from './routers.module.css';
import { useRouter } from './use-routers.ts';

/** One router opened: its process, what it was asked, and the storages as it sees them. */
export function RouterDetails({ instance }: { instance: string }) {
  const { data, error } = useRouter(instance);
  if (!data) return error ? <ProblemAlert problem={problemFrom(error)} /> : <Skeleton height={120} />;
  return (
    <div className={styles.detail} data-router={instance}>
      <Facts router={data} />
      <Calls router={data} />
      <Storages router={data} />
    </div>
  );
}

function Facts({ router: { pid, startedAt, restarts, memoryBytes, cpuRatio, held, requests, errors, retries, users, usersThatDiffer } }: { router: RouterDetail }) {
  const failed = errorsText(errors);
  const again = errorsText(retries);
  return (
    <dl className={styles.facts}>
      <div><dt>Process</dt><dd>{pid === null ? 'none' : <>pid {pid}, {bytesText(memoryBytes ?? 0)}, {percentText(cpuRatio ?? 0)} of a core</>}</dd></div>
      <div><dt>Started</dt><dd>{startedAt === null ? '–' : <Ago at={startedAt} />}</dd></div>
      <div><dt>Ended by itself</dt><dd>{restarts === null || restarts.count === 0 ? 'never since its agent started' : `${countText(restarts.count, 'time')}, last: ${restarts.lastExit ?? 'nobody knows why'}`}</dd></div>
      <div><dt>Requests</dt><dd>{requests === null ? '–' : `${requests.toLocaleString('en')} since its start, ${held ?? 0} held now`}</dd></div>
      <div><dt>Errors</dt><dd>{failed ?? 'none'}</dd></div>
      <div><dt>Tried again</dt><dd>{again ?? 'nothing'}</dd></div>
      <div><dt>Users</dt><dd>{users === null ? '–' : usersThatDiffer.length === 0 ? `${users} may log in` : <HealthMark health="warning" size={13}>{`not alike at all storages: ${usersThatDiffer.join(', ')}`}</HealthMark>}</dd></div>
    </dl>
  );
}

function Calls({ router: { calls } }: { router: RouterDetail }) {
  if (calls.length === 0) return <Text size="sm" c="dimmed">Nothing has been asked of it yet.</Text>;
  return (
    <div className={styles.scroll}>
      <Table aria-label="Calls" className={styles.inner!}>
        <Table.Thead><Table.Tr><Table.Th>Call</Table.Th><Table.Th>Requests</Table.Th><Table.Th>Errors</Table.Th><Table.Th>Requests/s</Table.Th><Table.Th>p50</Table.Th><Table.Th>p95</Table.Th><Table.Th>p99</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {calls.map(({ name, requests, errors, requestsPerSecond, p50Ms, p95Ms, p99Ms }) => (
            <Table.Tr key={name}><Table.Td className="mono">{name}</Table.Td><Table.Td>{requests.toLocaleString('en')}</Table.Td><Table.Td>{errors.toLocaleString('en')}</Table.Td><Table.Td>{rateText(requestsPerSecond)}</Table.Td><Table.Td>{tookText(p50Ms)}</Table.Td><Table.Td>{tookText(p95Ms)}</Table.Td><Table.Td>{tookText(p99Ms)}</Table.Td></Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Storages({ router: { storages } }: { router: RouterDetail }) {
  if (storages.length === 0) return null;
  return (
    <div className={styles.scroll}>
      <Table aria-label="Storages as it sees them" className={styles.inner!}>
        <Table.Thead><Table.Tr><Table.Th>Storage</Table.Th><Table.Th>Epoch</Table.Th><Table.Th>Instance</Table.Th><Table.Th>Is</Table.Th><Table.Th>Connections</Table.Th><Table.Th>Under way</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {storages.flatMap(({ replicaset, master, epoch, pools }) => pools.map(({ instance, alias, up, connections, inFlight, slow }) => (
            <Table.Tr key={instance}>
              <Table.Td>{replicaset.alias}</Table.Td><Table.Td>{epoch}</Table.Td><Table.Td>{alias}</Table.Td>
              <Table.Td>{instance === master?.uuid ? 'master' : 'replica'}{slow ? ', slow' : ''}</Table.Td>
              <Table.Td><HealthMark health={up === 0 ? 'critical' : up < connections ? 'warning' : 'ok'} size={13}>{`${up} of ${connections}`}</HealthMark></Table.Td><Table.Td>{inFlight}</Table.Td>
            </Table.Tr>
          )))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
