'use client';
import { Anchor, Button, Code, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { mutate, useApi } from '~/app/api.tsx';
import { checkDraft } from '~/app/lib/draft.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';

/** Makes the first administrator and signs in. */
export function ClaimForm({ code }: { code: string }) {
  const api = useApi();
  const [name, setName] = useState('admin');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const { errors, complete } = checkDraft('session.claim', { code, name, password });
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
          <ProblemAlert problem={{ ...problemFrom(claim.error), title: 'No administrator was made' }}>
            <Text size="sm" mt={6}>
              Is there an administrator already? <Anchor href="/login" size="sm" underline="always" inherit c="inherit">Sign in</Anchor>. If not, the server writes a valid link into the file <Code>claim-link</Code> of its data directory, and prints one when it starts.
            </Text>
          </ProblemAlert>
        )}
        <TextInput label="Name" autoComplete="username" autoCapitalize="none" spellCheck={false} value={name} error={tried && errors.name} onChange={(event) => setName(event.currentTarget.value)} />
        <PasswordInput label="Password" description="At least 10 characters" autoComplete="new-password" autoFocus data-autofocus value={password} error={tried && errors.password} onChange={(event) => setPassword(event.currentTarget.value)} visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }} />
        <PasswordInput label="Password again" autoComplete="new-password" value={again} error={tried && differ && 'The two passwords differ'} onChange={(event) => setAgain(event.currentTarget.value)} visibilityToggleButtonProps={{ 'aria-label': 'Show the second password' }} />
        <Button type="submit" fullWidth size="md" mt={4} loading={claim.isPending || claim.isSuccess}>Create the administrator</Button>
      </Stack>
    </form>
  );
}
