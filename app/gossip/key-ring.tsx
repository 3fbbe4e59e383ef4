'use client';
import { Button, Group, Skeleton, Table, Text } from '@mantine/core';
import { keySteps, rotationSentence } from '~/app/lib/gossip-keys.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Plus } from '~/app/ui/icons.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import styles from './gossip.module.css';
import type { GossipQueries } from './use-gossip.ts';

/** The keys that seal gossip, and the safe order to change them. Only admins see it. */
export function KeyRing({ gossip: { keys, mayKeys } }: { gossip: GossipQueries }) {
  const { open } = useOperations();
  if (!mayKeys) return null;
  return (
    <section aria-labelledby="keys-title" className={styles.section}>
      <div className={styles.sectionHead}>
        <h2 id="keys-title">Key ring</h2>
        {keys.data && <Text size="sm" c="dimmed">{rotationSentence(keys.data)}</Text>}
        <Button ml="auto" size="xs" variant="default" leftSection={<Plus />} onClick={() => open('gossip.installKey')}>Install a new key</Button>
      </div>
      <Text size="sm" c="dimmed">Every datagram is sealed. To change the key without losing anybody: <b>install</b> the new one on all members, then <b>use</b> it, so that they seal with it, then <b>remove</b> the old one. Each step is refused until all members have done the one before. Only ids are shown; a key never leaves the servers and agents.</Text>
      {keys.error && <ProblemAlert problem={problemFrom(keys.error)}><Text size="sm" mt={6}>The ring is known only when all members tell theirs.</Text></ProblemAlert>}
      <CutOff />
      {keys.isPending ? <Skeleton height={80} radius="lg" /> : keys.data && (
        <div className={styles.frame}>
          <Table className={styles.members}>
            <caption className={styles.hidden}>Gossip keys</caption>
            <thead><tr><th scope="col">Key id</th><th scope="col">Use</th><th scope="col">Members that have it</th><th scope="col">Members that lack it</th><th scope="col"><span className={styles.hidden}>Actions</span></th></tr></thead>
            <tbody>
              {keySteps(keys.data).map(({ row: { id, primary, members, of, missing }, useRefusal, removeRefusal }) => (
                <tr key={id} data-key={id} data-primary={primary}>
                  <th scope="row" className={styles.who}><span className="mono">{id}</span></th>
                  <td data-label="Use">{primary ? 'seals' : 'opens only'}</td>
                  <td data-label="Members that have it"><HealthMark health={missing.length === 0 ? 'ok' : 'warning'}>{`${members} of ${of}`}</HealthMark></td>
                  <td data-label="Members that lack it">{missing.length === 0 ? '—' : missing.join(', ')}</td>
                  <td className={`${styles.right} ${styles.acts}`}>
                    <Group gap={6} justify="flex-end" wrap="nowrap">
                      <Act label={`Use key ${id}`} why={useRefusal} onClick={() => open('gossip.useKey', { id })}>Use</Act>
                      <Act label={`Remove key ${id}`} why={removeRefusal} onClick={() => open('gossip.removeKey', { id })}>Remove</Act>
                    </Group>
                  </td>
                </tr>
              ))}
            </tbody>
          </Table>
        </div>
      )}
    </section>
  );
}

/** Who was away while the keys were changed is no member any more, so that no row has it. */
function CutOff() {
  const { overview } = useLive();
  const { open } = useOperations();
  return overview?.issues.filter(({ code }) => code === 'gossip-key-missing').map(({ id, object, repair }) => (
    <Group key={id} gap="sm" wrap="nowrap" role="status">
      <HealthMark health="critical">{`${object.name} was away while the keys were changed, and hears nobody.`}</HealthMark>
      {repair && <Button ml="auto" size="compact-sm" variant="default" aria-label={`Give ${object.name} the keys`} onClick={() => open('gossip.giveKeys', repair.input)}>Give it the keys</Button>}
    </Group>
  ));
}

function Act({ label, why, onClick, children }: { label: string; why: string | null; onClick: () => void; children: string }) {
  return <WhyDisabled why={why}><Button size="compact-sm" variant="default" aria-label={label} disabled={why !== null} onClick={onClick}>{children}</Button></WhyDisabled>;
}
