import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';

/** Says why the control inside is disabled: by tooltip, reachable by keyboard too. */
export function WhyDisabled({ why, children }: { why: string | null; children: ReactNode }) {
  if (why === null) return <>{children}</>;
  return (
    <Tooltip label={why}>
      <span tabIndex={0} role="note" aria-label={why} style={{ display: 'inline-flex', flex: 'none' }}>{children}</span>
    </Tooltip>
  );
}
