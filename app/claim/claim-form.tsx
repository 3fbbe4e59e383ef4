'use client';
import { Anchor, Button, Code, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { mutate, useApi } from '~/app/api.tsx';
import { checkDraft } from '~/app/lib/draft.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { Lock } from '~/app/ui/icons.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { useClaimPlan } from './use-claim-plan.ts';

/** Makes the first administrator, or gives somebody who is locked out a new password; and signs in. `user` is whom the link is for. */
export function ClaimForm({ code, user }: { code: string; user: string | null }) {
  const api = useApi();
  const [name, setName] = useState(user ?? 'admin');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const { errors, complete } = checkDraft('session.claim', { code, name, password });
  const summary = useClaimPlan(code, name);
  const differ = again !== password;
  const claim = useMutation({
    mutationFn: () => mutate(api, 'session.claim', { code, name, password }),
    onSuccess: () => window.location.assign('/'),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (complete && !differ) claim.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        {code === '' && <ProblemAlert problem={{ code: 'BAD_INPUT', title: 'The link is not whole', detail: 'The part behind “code=” is missing: copy the link again, all of it.', data: {} }} />}
        {claim.error && (
          <ProblemAlert problem={{ ...problemFrom(claim.error), title: 'Nothing was changed' }}>
            <Text size="sm" mt={6}>
              Can you sign in already? <Anchor href="/login" size="sm" underline="always" inherit c="inherit">Sign in</Anchor>.{user === null && <> If nobody can yet, the server writes a valid link into the file <Code>claim-link</Code> of its data directory, and prints one when it starts.</>} Otherwise <Code>coterie server claim-link</Code> on the server's machine makes a new link.
            </Text>
          </ProblemAlert>
        )}
        <TextInput label="Name" readOnly={user !== null} {...(user === null ? {} : { description: 'The link is for this name', rightSection: <Lock size={15} /> })} autoComplete="username" autoCapitalize="none" spellCheck={false} value={name} error={tried && errors.name} onChange={(event) => setName(event.currentTarget.value)} />
        <PasswordInput label="Password" description="At least 10 characters" autoComplete="new-password" autoFocus data-autofocus value={password} error={tried && errors.password} onChange={(event) => setPassword(event.currentTarget.value)} visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }} />
        <PasswordInput label="Password again" autoComplete="new-password" value={again} error={tried && differ && 'The two passwords differ'} onChange={(event) => setAgain(event.currentTarget.value)} visibilityToggleButtonProps={{ 'aria-label': 'Show the second password' }} />
        {summary !== null && <Text size="sm" c="dimmed" data-testid="claim-plan"><b>What happens:</b> {summary}</Text>}
        <Button type="submit" fullWidth size="md" mt={4} loading={claim.isPending || claim.isSuccess}>Set the password and sign in</Button>
      </Stack>
    </form>
  );
}
