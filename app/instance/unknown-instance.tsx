'use client';
import { Text } from '@mantine/core';
import Link from 'next/link';
import { markOf } from '~/app/lib/health.ts';
import { instancePath, type Found } from '~/app/lib/instance-tabs.ts';
import { eventsOf } from '~/app/lib/object-ways.ts';
import page from '~/app/ui/page.module.css';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import type { InstanceView } from '~/contract/shapes/view.ts';
import styles from './instance.module.css';

type Props = { readonly name: string; readonly found: Exclude<Found, { kind: 'one' }>; /** It was here while the page was open. */ readonly seen: InstanceView | null };

/** No such instance, or no longer, or two of that name: where to go from here. */
export function UnknownInstance({ name, found, seen }: Props) {
  const rows = found.kind === 'several' ? found.instances : found.near;
  return (
    <div>
      <section className={`${page.frame} ${page.empty}`} data-testid="unknown-instance">
        <h1 className={styles.nothing}>{found.kind === 'several' ? `${found.instances.length} instances are called ${name}` : seen ? `${name} is gone` : `There is no instance “${name}”`}</h1>
        <p>
          {found.kind === 'several'
            ? 'Choose one by its UUID; then give one of them another alias.'
            : seen
              ? 'It was in the cluster until a moment ago and is no longer heard of: it was expelled, or its agent was stopped for good.'
              : 'It may have been expelled or been given another alias, or the link is old.'}
          {found.kind === 'none' && <> <Link href={eventsOf(seen?.uuid ?? name)}>Events of {name}</Link> tell what is still known of it.</>}
        </p>
        {found.kind === 'none' && found.of === 0 && <Text size="sm" mt={10}>No instance is known yet: <Link href="/">the Cluster page</Link> says how to start one.</Text>}
        {rows.length > 0 && (
          <>
            {found.kind === 'none' && <Text size="sm" mt={14} mb={4}>{found.of > rows.length ? `Of the ${found.of} that exist, the nearest by name:` : 'These exist:'}</Text>}
            <ul className={styles.near}>
              {rows.map(({ uuid, alias, uri, replicaset, ...rest }) => (
                <li key={uuid}>
                  <Link href={instancePath(found.kind === 'several' ? uuid : alias)}>{alias}</Link>
                  <HealthMark health={markOf(rest)} size={13}>{found.kind === 'several' ? uuid : (replicaset?.alias ?? 'unconfigured')}</HealthMark>
                  <span className="mono">{uri}</span>
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
    </div>
  );
}
