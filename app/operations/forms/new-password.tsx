import { PasswordInput } from '@mantine/core';

/** A password that is given, not asked for: no password manager fills it in. */
export function NewPassword({ label, description = 'At least 10 characters', value, error, onChange }: { label: string; description?: string; value: string; error?: string | undefined; onChange: (password: string) => void }) {
  return <PasswordInput label={label} description={description} autoComplete="new-password" value={value} error={error} aria-invalid={error !== undefined} onChange={(event) => onChange(event.currentTarget.value)} visibilityToggleButtonProps={{ 'aria-label': `Show the ${label.toLowerCase()}` }} />;
}
