import type { Page } from 'playwright-core';
import { closeDialog, confirm } from '../../support/browser.ts';

/** What a person does on the Code page. */
export function editing(page: Page) {
  const item = (name: string | RegExp) => page.getByRole('treeitem', { name });
  const editor = page.getByTestId('file').locator('.cm-content');
  const write = async (text: string) => {
    await editor.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(text);
  };
  const checked = (health: 'ok' | 'critical') => page.locator(`[data-testid=problems][data-state=checked] [role=status] [data-health=${health}]`).waitFor();
  const applyButton = page.getByRole('button', { name: /^Apply/ });
  const apply = async (reason: string) => {
    await applyButton.click();
    await page.getByRole('dialog').getByLabel('Reason').fill(reason);
    await confirm(page, 'Apply');
    await closeDialog(page);
  };
  const marked = (file: string, mark: string) => page.locator(`[data-testid=file][data-file="${file}"][data-mark=${mark}]`).waitFor();
  return { item, editor, write, checked, applyButton, apply, marked };
}
