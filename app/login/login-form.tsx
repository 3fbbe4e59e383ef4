'use client';
import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { mutate, useApi } from '~/app/api.tsx';
import { lockText, problemFrom } from '~/app/lib/problem.ts';
import type { ErrorCode } from '~/contract/errors.ts';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';

const titles: Partial<Record<ErrorCode, string>> = { UNAUTHENTICATED: 'Not signed in', LIMITED: 'Too many failed attempts' };

export function LoginForm({ next }: { next: string }) {
  const api = useApi();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const login = useMutation({
    mutationFn: () => mutate(api, 'session.login', { name, password }),
    // A whole load, so that the cookie is seen by everything, the proxy included.
    onSuccess: () => window.location.assign(next),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    login.mutate();
  };
  const problem = login.error ? problemFrom(login.error) : null;
  const lock = problem ? lockText(problem, login.submittedAt) : null;
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {problem && (
          <ProblemAlert problem={{ ...problem, title: titles[problem.code] ?? problem.title, detail: lock ?? problem.detail }} />
        )}
        <TextInput label="Name" autoComplete="username" autoCapitalize="none" spellCheck={false} data-autofocus autoFocus required withAsterisk={false} value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <PasswordInput label="Password" autoComplete="current-password" required withAsterisk={false} value={password} onChange={(event) => setPassword(event.currentTarget.value)} visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }} />
        <Button type="submit" fullWidth size="md" mt={4} loading={login.isPending || login.isSuccess}>Sign in</Button>
      </Stack>
    </form>
  );
}
