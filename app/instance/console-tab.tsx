'use client';
import { Alert, Button, Group, Menu, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Code } from '~/app/editor/code.tsx';
import type { ConsoleLanguage } from '~/app/lib/console.ts';
import { entryOf } from '~/contract/index.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { CopyAs } from '~/app/operations/copy-as.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { ChevronDown, HealthShapes, Terminal } from '~/app/ui/icons.tsx';
import type { InstanceView } from '~/contract/shapes/view.ts';
import { ConsoleEntry } from './console-entry.tsx';
import type { TabProps } from './instance-page.tsx';
import styles from './instance.module.css';
import { Nothing } from './nothing.tsx';
import { useConsole } from './use-console.ts';

const languages = [{ value: 'lua', label: 'Lua' }, { value: 'sql', label: 'SQL' }];
const timeouts = [{ value: '5000', label: 'at most 5 s' }, { value: '30000', label: 'at most 30 s' }, { value: '60000', label: 'at most 60 s' }];
const codeMax = 262_144;

/** Lua and SQL on this instance, for admins who have agreed to what that means. */
export function ConsoleTab({ instance }: TabProps) {
  const { role } = useSession();
  const key = `coterie console agreed ${instance.uuid}`;
  const [agreed, setAgreed] = useState(() => sessionStorage.getItem(key) !== null);
  const why = refusalFor('instance.eval', role);
  if (why !== null) return <Nothing title="The console is for admins">{`${why}: what is run here has all rights in the database. What viewers need is on the other tabs: Storage & memory has the spaces, box.cfg the settings.`}</Nothing>;
  if (agreed) return <Open instance={instance} />;
  const agree = () => {
    sessionStorage.setItem(key, 'yes');
    setAgreed(true);
  };
  return (
    <Alert color="yellow" icon={<HealthShapes.warning size={18} />} title="This is a live database" maw={760}>
      <Text size="sm">{dangerOf(instance.alias)} Nothing is undone, {instance.leadership === 'master' ? 'what is written here goes to all replicas,' : 'a replica takes no writes,'} and each command is kept in the audit log with your name. Code that does not end is stopped by its deadline.</Text>
      <Button mt="sm" size="xs" variant="default" leftSection={<Terminal size={14} />} onClick={agree}>I understand: open the console</Button>
    </Alert>
  );
}

/** The contract's own words for what has to be agreed to. */
const dangerOf = (instance: string): string => entryOf('instance.eval').operation.danger?.({ instance, language: 'Lua or SQL' }) ?? '';

function Open({ instance }: { instance: InstanceView }) {
  const [deadline, setDeadline] = useState('5000');
  const { command, history, entries, store } = useConsole(instance.uuid, Number(deadline));
  const { running } = store;
  const empty = command.code.trim() === '';
  const tooLong = command.code.length > codeMax;
  const input = { instance: instance.alias, language: command.language, code: command.code, timeoutMs: Number(deadline) };
  return (
    <Stack gap="md">
      <section aria-label="Console" className={styles.console}>
        <Group gap="sm" className={styles.consoleHead!}>
          <SegmentedControl aria-label="Language" size="xs" data={languages} value={command.language} onChange={(value) => store.change({ language: value as ConsoleLanguage })} />
          <Text size="sm" className={styles.live}><HealthShapes.warning size={14} /> live, {instance.leadership === 'master' ? 'the master: writes count' : 'read-only'}; audited</Text>
          <span className={styles.menu}>
            <Menu width={420} position="bottom-end">
              <Menu.Target><Button size="compact-sm" variant="default" disabled={history.length === 0} rightSection={<ChevronDown size={13} />}>History</Button></Menu.Target>
              <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
                {history.map((one) => <Menu.Item key={`${one.language} ${one.code}`} onClick={() => store.change(one)}><span className={styles.past}><span className={styles.quiet}>{one.language.toUpperCase()}</span> <span className="mono">{one.code}</span></span></Menu.Item>)}
              </Menu.Dropdown>
            </Menu>
          </span>
        </Group>
        <Code label={`${command.language.toUpperCase()} to run on ${instance.alias}`} language={command.language} value={command.code} short onChange={(code) => store.change({ code })} keys={{ run: () => void store.run(), earlier: store.earlier, later: store.later }} />
        <Group gap="sm" className={styles.consoleFoot!}>
          <Text size="xs" c={tooLong ? 'var(--critical)' : 'dimmed'} flex="1 1 220px">{tooLong ? `Too long: at most ${codeMax / 1024} KiB.` : <>Ctrl Enter runs it. Arrow up on the first line and down on the last go through the history; Tab leaves the editor.</>}</Text>
          <CopyAs operation="instance.eval" input={input} disabled={empty} />
          <Select aria-label="Deadline" size="xs" w={130} allowDeselect={false} data={timeouts} value={deadline} onChange={(value) => value !== null && setDeadline(value)} />
          <Button size="xs" disabled={empty || tooLong || running} loading={running} onClick={() => void store.run()}>Run</Button>
        </Group>
      </section>
      {entries.length === 0 ? (
        <Text size="sm" c="dimmed">Nothing has been run yet in this tab. Try <code className="mono">{command.language === 'sql' ? 'SELECT "name", "engine" FROM "_vspace"' : 'return box.info.vclock'}</code>.</Text>
      ) : (
        <>
          {entries.map((entry) => <ConsoleEntry key={entry.number} entry={entry} onAgain={() => store.change({ language: entry.language, code: entry.code })} />)}
          <div><Button size="compact-sm" variant="subtle" color="gray" onClick={store.clear}>Clear the answers</Button></div>
        </>
      )}
    </Stack>
  );
}
