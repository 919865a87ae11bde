/**
 * Characters that nobody sees and a terminal may act on: controls (C0, DEL, C1), zero-width characters, line separators,
 * and what turns the direction of writing.
 */
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for here.
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;
const EACH_HIDDEN = new RegExp(HIDDEN, 'g');

/** True for a text with a character that is not seen. */
export const hasHiddenCharacter = (text: string): boolean => HIDDEN.test(text);

/** A text from elsewhere for a terminal: hidden characters are written as `\u{1b}`. */
export const visible = (text: string): string =>
  text.replaceAll(EACH_HIDDEN, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
