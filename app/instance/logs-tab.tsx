'use client';
import { Button, CloseButton, Select, Stack, Text, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import { countText, timeText } from '~/app/lib/format.ts';
import { logFilterFrom, logLevels, logText, matchingLines, withLogFilter, type LogFilter } from '~/app/lib/log-filter.ts';
import type { NumberedLine } from '~/app/lib/log.ts';
import { saveFile } from '~/app/lib/save-file.ts';
import { useLog } from '~/app/live/use-log.ts';
import { LogLines, LogState } from '~/app/logs/log-lines.tsx';
import { CopyIcon } from '~/app/ui/copy.tsx';
import { ArrowDown, Download, Search } from '~/app/ui/icons.tsx';
import page from '~/app/ui/page.module.css';
import { Prose } from '~/app/ui/prose.tsx';
import { useAddressValue } from '~/app/ui/use-address.ts';
import { Waiting } from '~/app/ui/waiting.tsx';
import type { TabProps } from './instance-page.tsx';
import styles from './instance.module.css';
import { Nothing } from './nothing.tsx';

const kept = { oldLines: 1000, linesMax: 3000 } as const;
/** A few points of scrolling are no wish to read. */
const slackPx = 24;
const levelWords = { debug: 'All levels', info: 'Information and worse', warn: 'Warnings and worse', error: 'Errors only' } as const;

/** The logs as they are written. Scrolling back holds what is read; new lines wait below. */
export function LogsTab({ instance }: TabProps) {
  const { lines, state, problem } = useLog(instance.uuid, kept);
  const [filter, setFilter] = useAddressValue(logFilterFrom, withLogFilter);
  const [held, setHeld] = useState<readonly NumberedLine[] | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const shown = matchingLines(held ?? lines, filter);
  const waiting = held === null ? 0 : lines.filter(({ number }) => number > (held.at(-1)?.number ?? 0)).length;
  const onScroll = () => {
    // The box is drawn reversed: its end is at 0.
    if (Math.abs(box.current?.scrollTop ?? 0) > slackPx) setHeld((before) => before ?? lines);
  };
  const follow = () => {
    setHeld(null);
    if (box.current) box.current.scrollTop = 0;
  };
  return (
    <Stack gap="sm">
      <div className={page.filters}>
        <TextInput aria-label="Search the log" placeholder="Only lines with this text…" leftSection={<Search size={15} />} rightSection={filter.search ? <CloseButton size="sm" aria-label="Clear the search" onClick={() => setFilter({ ...filter, search: '' })} /> : null} value={filter.search} onChange={({ currentTarget }) => setFilter({ ...filter, search: currentTarget.value })} />
        <Select aria-label="Level" allowDeselect={false} w={190} data={logLevels.map((value) => ({ value, label: levelWords[value] }))} value={filter.level ?? 'debug'} onChange={(level) => setFilter({ ...filter, level: level === 'debug' ? null : (level as LogFilter['level']) })} />
        <Select aria-label="Whose log" allowDeselect={false} w={150} data={[{ value: 'all', label: 'All logs' }, { value: 'tarantool', label: 'Tarantool' }, { value: 'agent', label: 'Agent' }, { value: 'router', label: 'Router' }]} value={filter.source ?? 'all'} onChange={(source) => setFilter({ ...filter, source: source === 'all' ? null : (source as LogFilter['source']) })} />
        <Button variant="default" onClick={() => (held === null ? setHeld(lines) : follow())} aria-pressed={held !== null}>{held === null ? 'Pause' : 'Go on'}</Button>
        <Button variant="default" leftSection={<Download size={14} />} disabled={shown.length === 0} onClick={() => saveFile(`${instance.alias}.log`, `${logText(shown)}\n`, 'text/plain')}>Download</Button>
        <CopyIcon value={logText(shown)} what="the lines shown" />
        {held === null ? <LogState state={state} /> : <span className={styles.paused} role="status">Paused{waiting > 0 ? `, ${countText(waiting, 'new line')}` : ''}</span>}
      </div>
      {problem !== null && <Text size="sm" c="dimmed"><Prose text={problem} /></Text>}
      {lines.length === 0 && state === 'connecting' && <Waiting label="Loading the log" height={320} />}
      {lines.length === 0 && state !== 'connecting' && <Nothing title="Nothing has been logged yet">The log of the agent and that of its Tarantool appear here, line by line, as they are written.</Nothing>}
      {lines.length > 0 && shown.length === 0 && <Nothing title="No such line">None of the last {countText(lines.length, 'line')} fits the filter. New ones that do appear by themselves; for older ones, <code className="mono">coterie instance logs {instance.alias} --lines 5000 --filter …</code> looks further back.</Nothing>}
      {shown.length > 0 && (
        <div className={styles.log}>
          <LogLines ref={box} tall label={`Log of ${instance.alias}`} lines={shown} onScroll={onScroll} />
          {held !== null && <Button className={styles.jump!} size="compact-md" radius="xl" leftSection={<ArrowDown size={14} />} onClick={follow}>{waiting > 0 ? `${waiting} new: to the end` : 'To the end'}</Button>}
        </div>
      )}
      <Text size="xs" c="dimmed">{shown.length === lines.length ? countText(lines.length, 'line') : `${shown.length} of ${countText(lines.length, 'line')}`}; at most {kept.linesMax} are kept here. Times are {timeText(lines.at(-1)?.at ?? 0).split(' ').at(-1)}.</Text>
    </Stack>
  );
}
