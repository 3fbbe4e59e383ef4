import { Badge, Tooltip } from '@mantine/core';
import type { ClusterOverview } from '~/contract/shapes/view.ts';

export function Roles({ names, infos }: { names: readonly string[]; infos: ClusterOverview['roles'] }) {
  return (
    <span style={{ display: 'inline-flex', flexWrap: 'wrap', gap: 4 }}>
      {names.map((name) => (
        <Tooltip key={name} label={infos.find((info) => info.name === name)?.summary ?? 'A role of its own'}>
          <Badge color="gray" variant="default" size="sm" fw={500} style={{ background: 'transparent' }}>{name}</Badge>
        </Tooltip>
      ))}
    </span>
  );
}
