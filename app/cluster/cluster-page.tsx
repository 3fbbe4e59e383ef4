'use client';
import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { noFilter } from '~/app/lib/filter.ts';
import { unconfiguredOf } from '~/app/lib/rows.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { Waiting } from '~/app/ui/waiting.tsx';
import { EmptyCluster } from './empty-cluster.tsx';
import { Instances } from './instances.tsx';
import { Load } from './load.tsx';
import { Problems } from './problems.tsx';
import { StaleBanner } from './stale-banner.tsx';
import { Tiles } from './tiles.tsx';
import { Toolbar } from './toolbar.tsx';
import toolbar from './toolbar.module.css';
import { Unconfigured } from './unconfigured.tsx';
import { useFilter } from './use-filter.ts';

/** What is wrong first, then the figures, then everything there is. */
export function ClusterPage() {
  const { overview } = useLive();
  const [filter, setFilter] = useFilter();
  const [choosing, { toggle }] = useDisclosure(false);
  if (overview === null) return <Loading />;
  const empty = overview.replicasets.length === 0;
  const free = unconfiguredOf(overview);
  return (
    <div>
      <VisuallyHidden component="h1">Cluster {overview.name}</VisuallyHidden>
      <Stack gap="md">
        <StaleBanner />
        <Problems overview={overview} />
        {!empty && <Tiles overview={overview} onHealth={(health) => setFilter({ ...filter, health })} />}
        {!empty && <Load />}
        {empty && <EmptyCluster overview={overview} />}
        {free.length > 0 && <Unconfigured overview={overview} instances={free} />}
        {!empty && (
          <Stack gap="md" className={toolbar.area!} data-choosing={choosing || undefined}>
            <Toolbar overview={overview} filter={filter} onFilter={setFilter} choosing={choosing} onChoosing={toggle} />
            <Instances overview={overview} filter={filter} onClear={() => setFilter(noFilter)} />
          </Stack>
        )}
      </Stack>
    </div>
  );
}

function Loading() {
  return (
    <Waiting label="Loading the cluster">
      <Skeleton height={76} radius="lg" />
      <Skeleton height={36} radius="md" width="60%" />
      <Skeleton height={300} radius="lg" />
    </Waiting>
  );
}
