/** How text must be escaped to stand where a placeholder stands. */
export type Escaping = 'xml' | 'swift' | 'script' | 'yaml';

/** What a template is filled with: text for `{{name}}`, and whether `{{#name}}` to `{{/name}}` stays. */
export interface Filling {
  readonly values: Readonly<Record<string, string>>;
  readonly sections: Readonly<Record<string, boolean>>;
}

/**
 * Fills a template. Every value is escaped for the place it goes to, so that no input changes the structure of the
 * file; markers without spaces are ours, `${{ these }}` are left alone.
 *
 * @throws Error for a marker that nothing fills: a fault of the template
 */
export function fillTemplate(text: string, escaping: Escaping, { values, sections }: Filling): string {
  const kept = decideSections(text, sections);
  return kept.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`Nothing fills ${name}.`);
    return ESCAPES[escaping](value);
  });
}

/** Keeps or drops sections, the outer ones first; sections of another name may stand inside. */
function decideSections(text: string, sections: Filling['sections']): string {
  const decided = text.replace(
    /^\{\{#(\w+)\}\}\n([\s\S]*?)^\{\{\/\1\}\}\n/gm,
    (_, name: string, inner: string) => {
      const stays = sections[name];
      if (stays === undefined) throw new Error(`Nothing decides on the section ${name}.`);
      return stays ? inner : '';
    },
  );
  return decided === text ? text : decideSections(decided, sections);
}

/** Text as it stands in an XML document, in a comment too. */
export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('--', '&#45;&#45;');
}

const ESCAPES: Readonly<Record<Escaping, (text: string) => string>> = {
  xml: escapeXml,
  swift: (text) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"'),
  script: (text) => text.replaceAll('\\', '\\\\').replaceAll("'", "\\'"),
  yaml: (text) => {
    if (/^[A-Za-z][\w.-]*$/.test(text)) return text;
    throw new Error(`"${text}" cannot stand in a workflow as it is.`);
  },
};
