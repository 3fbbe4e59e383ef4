'use client';
import { Switch, Textarea } from '@mantine/core';
import { textOf, type FormProps } from './form.ts';
import { SeveralEdits } from './several-edits.tsx';

/** `topology.apply` takes a list of changes, or the whole cluster as a file. */
export const TopologyChange = (props: FormProps) => (typeof props.draft.document === 'string' ? <ClusterFile {...props} /> : <SeveralEdits {...props} />);

function ClusterFile({ draft, set, errors }: FormProps) {
  return (
    <>
      <Textarea
        label="cluster.yml"
        rows={14}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12.5 } }}
        value={textOf(draft.document)}
        error={errors.document}
        onChange={(event) => set('document', event.currentTarget.value)}
      />
      <Switch label="Expel instances that the file does not name" checked={draft.prune === true} onChange={(event) => set('prune', event.currentTarget.checked, false)} />
    </>
  );
}
