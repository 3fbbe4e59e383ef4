'use client';
import { ActionIcon, Button, CopyButton, Tooltip } from '@mantine/core';
import { Check, Copy } from './icons.tsx';
import styles from './ui.module.css';

/** `what` completes "Copy …". */
export function CopyIcon({ value, what }: { value: string; what: string }) {
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : `Copy ${what}`}>
          <ActionIcon variant="subtle" color="gray" size="sm" onClick={copy} aria-label={`Copy ${what}`}>
            {copied ? <Check size={14} /> : <Copy size={14} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** Of a command in its tooltip: one may hold whole files. */
const shownCharsMax = 600;

export function CopyTextButton({ value, label }: { value: string; label: string }) {
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Tooltip label={<span style={{ fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 11.5, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{value.length > shownCharsMax ? `${value.slice(0, shownCharsMax)}…` : value}</span>} maw={460}>
          <Button variant="subtle" color="gray" size="compact-sm" onClick={copy} leftSection={copied ? <Check size={13} /> : <Copy size={13} />}>
            {copied ? 'Copied' : label}
          </Button>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** Words to be copied whole: a command, a token. */
export function Command({ text, what = 'the command' }: { text: string; what?: string }) {
  return (
    <div className={styles.command}>
      <code>{text}</code>
      <CopyIcon value={text} what={what} />
    </div>
  );
}
