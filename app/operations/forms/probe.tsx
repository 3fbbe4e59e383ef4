'use client';
import { TextInput } from '@mantine/core';
import { textOf, type FormProps } from './form.ts';

export function Probe({ draft, set, errors }: FormProps) {
  return <TextInput label="Gossip address" description="host:port, as given to the agent by --gossip or --advertise" placeholder="10.0.0.7:7301" spellCheck={false} data-autofocus value={textOf(draft.address)} error={errors.address} onChange={(event) => set('address', event.currentTarget.value)} />;
}
