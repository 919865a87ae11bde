/**
 * Text as a page may show it: control characters and those that turn the direction of writing become visible
 * (`⟨U+202E⟩`), so that a name cannot look like another one; half a surrogate pair becomes U+FFFD. Tabs and line
 * breaks stay.
 *
 * @see https://www.unicode.org/reports/tr9/ the explicit directional formatting characters
 */
export const visibleText = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(
      HIDDEN,
      (character) => `⟨U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
    );

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const HIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\uFEFF]/g;
