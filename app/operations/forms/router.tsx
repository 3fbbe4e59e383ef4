'use client';
import { NumberInput } from '@mantine/core';
import type { FormProps } from './form.ts';

const numbers = [
  ['workers', 'Workers', 'Processes that share the port; one fills one core'],
  ['connectionsPerInstance', 'Connections to each instance', 'Of each worker'],
  ['connectionsMax', 'Most clients', 'Of each worker; more are turned away'],
  ['inFlightMax', 'Most requests under way', 'Of each worker; more are refused with OVERLOADED'],
  ['callTimeoutMs', 'Time for a call, ms', 'Where the call names none'],
  ['readTryMs', 'Time for one try of a read, ms', 'Then another instance is asked as well'],
  ['holdMs', 'Longest wait for a master, ms', 'Or for a bucket that changes hands'],
  ['lagMaxMs', 'Largest lag of a replica, ms', 'One that is further behind serves reads only where nobody else can'],
  ['drainMs', 'Time to finish, ms', 'For calls under way when a router ends'],
] as const;

/** What is left empty stays as it is. */
export function ConfigureRouters({ draft, set, errors }: FormProps) {
  return numbers.map(([field, label, description]) => <NumberInput key={field} label={label} description={description} placeholder="as it is" min={0} value={typeof draft[field] === 'number' ? draft[field] : ''} error={errors[field]} onChange={(next) => set(field, typeof next === 'number' ? next : undefined)} />);
}
