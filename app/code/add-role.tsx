'use client';
import { Button, Modal, Switch, Text, TextInput } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useState, type FormEvent } from 'react';
import { roleFault } from '~/app/lib/code-files.ts';
import { filesOfTemplate, luaName, templateFaults } from '~/app/lib/code-template.ts';
import dialog from '~/app/operations/dialog.module.css';
import { useReturnFocus } from '~/app/ui/return-focus.tsx';
import styles from './code.module.css';

type Props = { readonly opened: boolean; readonly taken: readonly string[]; readonly onClose: () => void; readonly onAdd: (files: Readonly<Record<string, string>>) => void };

/** A role from a template: its files come into the draft, and nothing is applied yet. */
export function AddRole(props: Props) {
  const small = useMediaQuery('(max-width: 640px)') ?? false;
  const layer = useReturnFocus('role', props.opened);
  return (
    <Modal opened={props.opened} onClose={props.onClose} returnFocus={false} attributes={{ content: layer }} title="Add a role" size={560} yOffset="7vh" fullScreen={small} closeButtonProps={{ 'aria-label': 'Close' }} classNames={{ content: dialog.content!, header: dialog.header!, title: dialog.title! }}>
      <Form {...props} />
    </Modal>
  );
}

function Form({ taken, onClose, onAdd }: Props) {
  const [name, setName] = useState('');
  const [summary, setSummary] = useState('');
  const [storage, setStorage] = useState(true);
  const [space, setSpace] = useState('');
  const [chosenFunc, setFunc] = useState<string | null>(null);
  const nameFault = name === '' ? null : roleFault(name, taken);
  const func = chosenFunc ?? (name === '' || nameFault !== null ? '' : `${luaName(name)}.hello`);
  const template = { name, summary: summary.trim(), storage, space, func };
  const faults = templateFaults(template);
  const whole = name !== '' && nameFault === null && Object.keys(faults).length === 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!whole) return;
    onAdd(filesOfTemplate(template));
    onClose();
  };
  return (
    <form onSubmit={submit} noValidate className={styles.form}>
      <TextInput label="Name" placeholder="bank" description="Its modules are found by this name: require('bank')" data-autofocus spellCheck={false} autoComplete="off" value={name} error={nameFault} onChange={(event) => setName(event.currentTarget.value)} />
      <TextInput label="Summary" placeholder="Accounts and transfers between them" maxLength={500} value={summary} onChange={(event) => setSummary(event.currentTarget.value)} />
      <Switch label="Data is spread over the storages" description="Depends on role storage; its space gets a bucket_id" checked={storage} onChange={(event) => setStorage(event.currentTarget.checked)} />
      <TextInput label="First space" placeholder="None yet" spellCheck={false} autoComplete="off" value={space} error={faults.space} onChange={(event) => setSpace(event.currentTarget.value)} />
      <TextInput label="First function" placeholder="None yet" spellCheck={false} autoComplete="off" value={func} error={faults.func} onChange={(event) => setFunc(event.currentTarget.value)} />
      <Text size="sm" c="dimmed">{whole ? `Makes ${Object.keys(filesOfTemplate(template)).map((file) => file.slice('roles/'.length)).join(', ')} in the draft.` : 'Its files come into the draft; nothing is applied yet.'}</Text>
      <div className={styles.formFoot}>
        <Button variant="default" onClick={onClose}>Cancel</Button>
        <Button type="submit" disabled={!whole}>Add to the draft</Button>
      </div>
    </form>
  );
}
