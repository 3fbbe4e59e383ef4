'use client';
import { asCli, asCurl } from '~/contract/copy-as.ts';
import { CopyTextButton } from '~/app/ui/copy.tsx';

/** What is shown, for a shell. */
export function CopyRead({ version, from }: { version: number; from: number | null }) {
  const [name, input] = from === null ? (['config.get', { version }] as const) : (['config.diff', { from, to: version }] as const);
  return (
    <>
      <CopyTextButton label="Copy as CLI" value={asCli(name, input)} />
      <CopyTextButton label="Copy as curl" value={asCurl(name, input, window.location.origin)} />
    </>
  );
}
