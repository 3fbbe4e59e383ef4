import { Alert, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Shown } from '~/app/lib/problem.ts';
import { HealthShapes } from './icons.tsx';
import { Prose } from './prose.tsx';

/** A failed call: what went wrong, and below it what can be done. */
export function ProblemAlert({ problem, children }: { problem: Shown; children?: ReactNode }) {
  return (
    <Alert variant="light" color="red" title={problem.title} icon={<HealthShapes.critical size={18} />} role="alert">
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}><Prose text={problem.detail} /></Text>
      {children}
    </Alert>
  );
}
