import { element } from './elements.ts';

/** Puts a button behind each command of a fix that copies it; where the browser refuses, it selects the command. */
export function offerCopies(): void {
  for (const code of document.querySelectorAll<HTMLElement>('.fix code')) {
    const command = code.textContent;
    if (!command.startsWith('fmrelease ')) continue;
    const button = element('button', 'copy', ['Copy']);
    button.type = 'button';
    button.setAttribute('aria-label', `Copy ${command}`);
    button.addEventListener('click', () => void copy(code, button));
    code.after(' ', button);
  }
}

async function copy(code: HTMLElement, button: HTMLButtonElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = 'Copied';
  } catch {
    getSelection()?.selectAllChildren(code);
    button.textContent = 'Selected';
  }
}
