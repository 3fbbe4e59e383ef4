'use client';
import { ActionIcon, Button, Input, MultiSelect, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { linesOf, privilegesChanged, type PrivilegeLine, type Privileges } from '~/app/lib/database-users.ts';
import { Cross, Plus } from '~/app/ui/icons.tsx';
import { objectKinds, rightsOn, type ObjectKind } from '~/contract/shapes/database-user.ts';
import styles from './privileges-field.module.css';

type Line = PrivilegeLine & { readonly key: number };

/** What one may do where, a line each; tells what is otherwise than it is. */
export function PrivilegesField({ current, error, onChange }: { current: Privileges; error: string | undefined; onChange: (changed: Record<string, string | null> | undefined) => void }) {
  const [lines, setLines] = useState<readonly Line[]>(() => linesOf(current).map((line, key) => ({ ...line, key })));
  const change = (changed: readonly Line[]) => {
    setLines(changed);
    onChange(privilegesChanged(current, changed));
  };
  const edit = (key: number, fields: Partial<PrivilegeLine>) => change(lines.map((line) => (line.key === key ? { ...line, ...fields } : line)));
  return (
    <Input.Wrapper label="Privileges" description="Beside the functions whose access names it; * as the name is all of them" error={error}>
      <div className={styles.lines}>
        {lines.map(({ key, kind, name, may }, index) => (
          <div key={key} className={styles.line}>
            <Select aria-label={`Privilege ${index + 1}: on`} allowDeselect={false} data={objectKinds} value={kind} onChange={(wanted) => edit(key, { kind: (wanted ?? 'space') as ObjectKind, may: may.filter((right) => (rightsOn[(wanted ?? 'space') as ObjectKind] as readonly string[]).includes(right)) })} />
            <TextInput aria-label={`Privilege ${index + 1}: name`} placeholder={kind === 'universe' ? 'everything' : `${kind} name`} disabled={kind === 'universe'} spellCheck={false} autoComplete="off" value={kind === 'universe' ? '' : name} onChange={(event) => edit(key, { name: event.currentTarget.value })} />
            <MultiSelect aria-label={`Privilege ${index + 1}: rights`} placeholder={may.length === 0 ? 'rights' : ''} data={[...rightsOn[kind]]} value={[...may]} onChange={(wanted) => edit(key, { may: wanted })} />
            <ActionIcon variant="subtle" color="gray" aria-label={`Remove privilege ${index + 1}`} onClick={() => change(lines.filter((line) => line.key !== key))}><Cross /></ActionIcon>
          </div>
        ))}
        <Button variant="default" size="compact-sm" leftSection={<Plus />} onClick={() => change([...lines, { key: 1 + Math.max(-1, ...lines.map(({ key }) => key)), kind: 'space', name: '', may: [] }])}>Add a privilege</Button>
      </div>
    </Input.Wrapper>
  );
}
