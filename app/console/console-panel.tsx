'use client';
import { Alert, Button, Group, Menu, SegmentedControl, Select, Stack, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { Code } from '~/app/editor/code.tsx';
import type { ConsoleLanguage } from '~/app/lib/console.ts';
import { CopyAs } from '~/app/operations/copy-as.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { ChevronDown, HealthShapes, Terminal } from '~/app/ui/icons.tsx';
import { entryOf } from '~/contract/index.ts';
import { ConsoleEntry } from './console-entry.tsx';
import styles from './console.module.css';
import { useConsole } from './use-console.ts';

const languages = [{ value: 'lua', label: 'Lua' }, { value: 'sql', label: 'SQL' }];
const timeouts = [{ value: '5000', label: 'at most 5 s' }, { value: '30000', label: 'at most 30 s' }, { value: '60000', label: 'at most 60 s' }];
const codeMax = 262_144;

/** The contract's own words for what has to be agreed to. */
const dangerOf = (on: string): string => entryOf('console.eval').operation.danger?.({ on, language: 'Lua or SQL', write: true }) ?? '';

/** Lua and SQL on those named by `on`. It reads, until an admin has agreed to what writing means. `name`: of its history. */
export function ConsolePanel({ name, on }: { name: string; on: string }) {
  const { role } = useSession();
  const [deadline, setDeadline] = useState('5000');
  const [asking, setAsking] = useState(false);
  const [writing, setWriting] = useState(false);
  const { command, history, entries, store } = useConsole(name, { on, write: writing }, Number(deadline));
  const { running } = store;
  const empty = command.code.trim() === '';
  const tooLong = command.code.length > codeMax;
  const input = { on, language: command.language, code: command.code, timeoutMs: Number(deadline), ...(writing ? { write: true } : {}) };
  return (
    <Stack gap="md">
      {asking && (
        <Alert color="yellow" icon={<HealthShapes.warning size={18} />} title="This is a live database" maw={760}>
          <Text size="sm">{dangerOf(on)} What is written on a master goes to all its replicas, and each command is kept in the audit log with your name. Code that does not end is stopped by its deadline.</Text>
          <Group gap="xs" mt="sm">
            <Button size="xs" variant="default" leftSection={<Terminal size={14} />} onClick={() => { setWriting(true); setAsking(false); }}>I understand: let me write</Button>
            <Button size="xs" variant="subtle" color="gray" onClick={() => setAsking(false)}>Only read</Button>
          </Group>
        </Alert>
      )}
      <section aria-label="Console" className={styles.console} data-writing={writing || undefined}>
        <Group gap="sm" className={styles.consoleHead!}>
          <SegmentedControl aria-label="Language" size="xs" data={languages} value={command.language} onChange={(value) => store.change({ language: value as ConsoleLanguage })} />
          {role === 'admin' && <Switch size="sm" label="Write" checked={writing} onChange={({ currentTarget }) => (currentTarget.checked ? setAsking(true) : setWriting(false))} />}
          <Text size="sm" className={writing ? styles.live : styles.reading}>{writing && <HealthShapes.warning size={14} />} {writing ? 'live: writes count; audited' : 'read-only; audited'}</Text>
          <span className={styles.menu}>
            <Menu width={420} position="bottom-end">
              <Menu.Target><Button size="compact-sm" variant="default" disabled={history.length === 0} rightSection={<ChevronDown size={13} />}>History</Button></Menu.Target>
              <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
                {history.map((one) => <Menu.Item key={`${one.language} ${one.code}`} onClick={() => store.change(one)}><span className={styles.past}><span className={styles.quiet}>{one.language.toUpperCase()}</span> <span className="mono">{one.code}</span></span></Menu.Item>)}
              </Menu.Dropdown>
            </Menu>
          </span>
        </Group>
        <Code label={`${command.language.toUpperCase()} to run on ${on}`} language={command.language} value={command.code} short onChange={(code) => store.change({ code })} keys={{ run: () => void store.run(), earlier: store.earlier, later: store.later }} />
        <Group gap="sm" className={styles.consoleFoot!}>
          <Text size="xs" c={tooLong ? 'var(--critical)' : 'dimmed'} flex="1 1 220px">{tooLong ? `Too long: at most ${codeMax / 1024} KiB.` : <>Ctrl Enter runs it. Arrow up on the first line and down on the last go through the history; Tab leaves the editor.</>}</Text>
          <CopyAs operation="console.eval" input={input} disabled={empty} />
          <Select aria-label="Deadline" size="xs" w={130} allowDeselect={false} data={timeouts} value={deadline} onChange={(value) => value !== null && setDeadline(value)} />
          <Button size="xs" disabled={empty || tooLong || running} loading={running} onClick={() => void store.run()}>Run</Button>
        </Group>
      </section>
      {entries.length === 0 ? (
        <Text size="sm" c="dimmed">Nothing has been run yet in this tab. Try <code className="mono">{command.language === 'sql' ? 'SELECT "name", "engine" FROM "_vspace"' : 'return box.info.vclock'}</code>.{!writing && ' Read-only Lua has box.space to read, box.info, box.cfg and box.stat; no functions of your own.'}</Text>
      ) : (
        <>
          {entries.map((entry) => <ConsoleEntry key={entry.number} entry={entry} onAgain={() => store.change({ language: entry.language, code: entry.code })} />)}
          <div><Button size="compact-sm" variant="subtle" color="gray" onClick={store.clear}>Clear the answers</Button></div>
        </>
      )}
    </Stack>
  );
}
