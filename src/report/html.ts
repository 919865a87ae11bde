import { visibleText } from './visible-text.ts';

/** Markup that is safe to put into a page. Only {@link html} and {@link rawHtml} make it. */
export interface Html {
  readonly markup: string;
}

/** What a template takes: text, which is escaped; markup, which is not; several of it; null for nothing. */
export type HtmlValue = string | number | Html | readonly Html[] | null;

/** Builds markup from a template: every text in it is escaped, in element content and in quoted attributes alike. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let markup = parts[0] ?? '';
  values.forEach((value, index) => {
    markup += toMarkup(value) + (parts[index + 1] ?? '');
  });
  return { markup };
}

/** Markup of our own making, such as a style sheet. Never for anything that came from a project. */
export const rawHtml = (markup: string): Html => ({ markup });

/** Names and messages of a project: escaped, and kept from reordering what stands beside them. */
export const userText = (text: string): Html => html`<bdi>${text}</bdi>`;

/** A sentence in which `backticks` mark what is typed. */
export const prose = (text: string): Html =>
  html`<bdi>${text
    .split('`')
    .map((part, index, parts) =>
      index % 2 === 1 && index < parts.length - 1
        ? html`<code>${part}</code>`
        : html`${index % 2 === 1 ? '`' : ''}${part}`,
    )}</bdi>`;

/** The JSON of a value as the content of a script element: nothing in it can end that element or hide from a reader. */
export const scriptJson = (value: unknown): Html =>
  rawHtml(
    JSON.stringify(value).replaceAll(
      /[<\u007F-\u009F\u2028-\u202E\u2066-\u2069\uFEFF]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );

function toMarkup(value: HtmlValue): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escapeText(value);
  if ('markup' in value) return value.markup;
  return value.map(({ markup }) => markup).join('');
}

const escapeText = (text: string): string =>
  visibleText(text).replaceAll(/[&<>"'`]/g, (character) => ENTITIES[character] ?? character);

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};
