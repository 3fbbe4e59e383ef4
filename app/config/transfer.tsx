'use client';
import { Button, FileButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useRef } from 'react';
import { useApi } from '~/app/api.tsx';
import { bundleBytesMax, sectionsOfFile } from '~/app/lib/config-upload.ts';
import { countText } from '~/app/lib/format.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { saveFile } from '~/app/lib/save-file.ts';
import { Download as DownloadIcon, Upload } from '~/app/ui/icons.tsx';

/** The sections of a version as one YAML file: what `coterie config download -o yaml` prints, and what upload takes. */
export function Download({ version }: { version: number }) {
  const api = useApi();
  const save = async () => {
    try {
      const [answer, { stringify }] = await Promise.all([api.config.download.query({ version }), import('yaml')]);
      saveFile(`sections-v${answer.version}.yml`, stringify({ version: answer.version, sections: answer.sections }));
    } catch (error) {
      notifications.show({ color: 'red', title: 'Not downloaded', message: problemFrom(error).detail });
    }
  };
  return <Button variant="default" leftSection={<DownloadIcon />} onClick={() => void save()}>Download</Button>;
}

/** Files become changes of the draft; nothing is applied yet. */
export function UploadButton({ onSections }: { onSections: (sections: Readonly<Record<string, string>>) => void }) {
  const reset = useRef<() => void>(null);
  const read = async (files: File[]) => {
    const { parse } = await import('yaml');
    let taken: Record<string, string> = {};
    for (const file of files) {
      const result = file.size > bundleBytesMax ? { ok: false as const, sentence: `${file.name} is larger than 48 MiB.` } : sectionsOfFile({ name: file.name, text: await file.text() }, parse);
      if (result.ok) taken = { ...taken, ...result.sections };
      else notifications.show({ color: 'red', title: `${file.name} is not taken`, message: result.sentence });
    }
    reset.current?.();
    if (Object.keys(taken).length === 0) return;
    onSections(taken);
    notifications.show({ title: `${countText(Object.keys(taken).length, 'section')} in the draft`, message: 'Nothing is applied yet. What is as it was is left out.' });
  };
  return (
    <FileButton multiple resetRef={reset} onChange={(files) => void read(files)} inputProps={{ 'aria-label': 'Section files' }}>
      {(props) => <Button {...props} variant="default" leftSection={<Upload />}>Upload</Button>}
    </FileButton>
  );
}
