import { visibleText } from '../visible-text.ts';

/** What an element can hold. Text is text, never markup. */
export type Content = string | Node;

/** Makes an element with a class (none when empty) and content. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className = '',
  content: readonly Content[] = [],
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.append(...content.map((part) => (typeof part === 'string' ? visibleText(part) : part)));
  return made;
}

/** A name or message of the project, kept from reordering what stands beside it. */
export const userText = (text: string): HTMLElement => element('bdi', '', [text]);
