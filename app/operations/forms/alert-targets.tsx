'use client';
import { NumberInput, PasswordInput, Select, TagsInput, TextInput } from '@mantine/core';
import styles from '~/app/alerts/alerts.module.css';
import type { ChannelRow } from '~/app/lib/alerts.ts';
import { listOf, textOf, type FormProps } from './form.ts';

type Props = FormProps & { readonly current: ChannelRow | null };

/** What is secret is never shown again: an empty field keeps it. */
export function WebhookFields({ draft, set, errors, current }: Props) {
  return (
    <>
      <TextInput
        label="URL"
        description={current === null ? 'Messages are POSTed there as JSON. It is kept sealed and not shown again.' : `Empty: it stays ${current.address}`}
        placeholder="https://hooks.example.com/..."
        type="url"
        spellCheck={false}
        autoComplete="off"
        value={textOf(draft.url)}
        error={errors.url}
        onChange={(event) => set('url', event.currentTarget.value || undefined)}
      />
      <PasswordInput
        label="Signing secret"
        description={current?.signed ? 'Empty: the old one stays' : 'Optional; the receiver checks with it who sent the message'}
        autoComplete="new-password"
        value={textOf(draft.secret)}
        error={errors.secret}
        onChange={(event) => set('secret', event.currentTarget.value || undefined)}
      />
    </>
  );
}

const modes = [
  { value: 'starttls', label: 'STARTTLS (port 587)' },
  { value: 'tls', label: 'TLS from the start (port 465)' },
  { value: 'none', label: 'none (port 25)' },
];

export function MailFields({ draft, set, errors, current }: Props) {
  const mail = current?.mail ?? null;
  const text = (field: 'host' | 'user' | 'from', was: string | null | undefined) => ({
    value: field in draft ? textOf(draft[field]) : (was ?? ''),
    error: errors[field],
    spellCheck: false,
    // An empty user takes the sign-in away; anything else that is empty is not given.
    onChange: (event: { currentTarget: { value: string } }) => set(field, event.currentTarget.value === '' && !(field === 'user' && was != null) ? undefined : event.currentTarget.value, was ?? undefined),
  });
  return (
    <>
      <div className={styles.pair}>
        <TextInput label="SMTP server" placeholder="mail.example.com" {...text('host', mail?.host)} />
        <NumberInput label="Port" min={1} max={65_535} hideControls placeholder="by TLS" value={typeof draft.port === 'number' ? draft.port : (mail?.port ?? '')} error={errors.port} onChange={(next) => set('port', typeof next === 'number' ? next : undefined, mail?.port)} />
      </div>
      <Select label="Sealed by" allowDeselect={false} data={modes} value={textOf(draft.tls) || (mail?.tls ?? 'starttls')} error={errors.tls} onChange={(next) => set('tls', next ?? undefined, mail?.tls)} />
      <div className={styles.half}>
        <TextInput label="User" description="Optional" autoComplete="off" {...text('user', mail?.user)} />
        <PasswordInput label="Password" description={mail?.password ? 'Empty: the old one stays' : 'Of that user'} autoComplete="new-password" value={textOf(draft.password)} error={errors.password} onChange={(event) => set('password', event.currentTarget.value || undefined)} />
      </div>
      <TextInput label="From" placeholder="coterie@example.com" {...text('from', mail?.from)} />
      <TagsInput label="To" placeholder="ops@example.com" description="Press Enter after each" value={'to' in draft ? listOf(draft.to) : [...(mail?.to ?? [])]} error={errors.to} acceptValueOnBlur onChange={(next) => set('to', next, mail?.to)} />
    </>
  );
}
