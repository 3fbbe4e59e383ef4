'use client';
import { Button, Group, Text } from '@mantine/core';
import { editsOf } from '~/app/lib/batch.ts';
import type { MutationName } from '~/app/lib/operation-types.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { titleOf } from '~/app/lib/wording.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { Wrench } from '~/app/ui/icons.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import type { ClusterOverview } from '~/contract/shapes/view.ts';
import { ActionMenu } from './action-menu.tsx';
import styles from './problems.module.css';

/** What mends several issues at once, and the button of a single one. */
export function Suggestions({ suggestions }: { suggestions: ClusterOverview['suggestions'] }) {
  return suggestions.filter(({ issues }) => issues.length > 1).map((suggestion) => (
    <Group key={suggestion.id} className={styles.suggestion!} gap="sm" wrap="nowrap" align="center">
      <Wrench size={15} />
      <Text size="sm" flex={1}><b>{suggestion.title}</b> {suggestion.sentence}</Text>
      <Repairs {...suggestion} />
    </Group>
  ));
}

/** One button: for the only one, or for all as one change. A menu where the contract does no more than one at a time. */
function Repairs({ operation, inputs, title }: ClusterOverview['suggestions'][number]) {
  const [only, ...more] = inputs;
  if (only === undefined) return null;
  if (more.length === 0) return <Repair operation={operation} label="Repair" input={only} />;
  const name = operation as MutationName;
  const edits = editsOf(name, inputs);
  if (edits !== null) return <Repair operation="topology.apply" label={`Repair all ${inputs.length}`} input={{ edits }} />;
  return <ActionMenu label={title} button={`Repair ${inputs.length}`} actions={inputs.map((input) => ({ operation: name, label: titleOf(name, input), input }))} />;
}

export function Repair({ operation, label, input }: { operation: string; label: string; input: Record<string, unknown> }) {
  const { open } = useOperations();
  const { role } = useSession();
  // The catalogue of issues only names mutations of the contract; `refusalFor` throws on any other name.
  const name = operation as MutationName;
  const why = refusalFor(name, role);
  return (
    <WhyDisabled why={why}>
      <Button size="compact-sm" variant="default" disabled={why !== null} onClick={() => open(name, input)} style={{ flex: 'none' }}>{label}</Button>
    </WhyDisabled>
  );
}
