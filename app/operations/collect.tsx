'use client';
import { Button } from '@mantine/core';
import { collectedFrom, isCollectable } from '~/app/lib/change-set.ts';
import type { MutationName } from '~/app/lib/operation-types.ts';
import { collectReady } from '~/app/lib/ready.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useSession } from '~/app/session/session-provider.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import { useChangeSet } from './change-set-provider.tsx';
import type { OperationState } from './use-operation.ts';

/** Keeps the change for later, to be made together with others. What it would be refused for alone, another one may mend. */
export function Collect({ operation, state, onClose }: { operation: MutationName; state: OperationState; onClose: () => void }) {
  const { collect } = useChangeSet();
  const { role } = useSession();
  if (!isCollectable(operation)) return null;
  const ready = collectReady(state);
  const edits = ready.ready ? collectedFrom(operation, state.draft) : null;
  const why = refusalFor(operation, role) ?? (ready.ready ? null : ready.why);
  const keep = () => {
    if (edits === null) return;
    collect(edits, state.reason);
    onClose();
  };
  return (
    <WhyDisabled why={why}>
      <Button variant="default" disabled={edits === null || why !== null || state.run.isPending} title="Keep it, and apply it together with others" onClick={keep}>Collect</Button>
    </WhyDisabled>
  );
}
