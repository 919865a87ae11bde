import { describe, expect, test } from 'vitest';
import { html, prose, rawHtml, scriptJson, userText } from '../../src/report/html.ts';
import { visibleText } from '../../src/report/visible-text.ts';

describe('html', () => {
  test.each([
    ['an element', '<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['an end of the attribute', `" onclick='x' \``, '&quot; onclick=&#39;x&#39; &#96;'],
    ['an entity', '&lt;', '&amp;lt;'],
    ['a direction override', 'a\u202Eb', 'a⟨U+202E⟩b'],
    ['a null byte', 'a\u0000b', 'a⟨U+0000⟩b'],
    ['half a surrogate pair', 'a\uD800b', 'a\uFFFDb'],
  ])('escapes %s in text and in attributes', (_, text, escaped) => {
    expect(html`<p title="${text}">${text}</p>`.markup).toBe(`<p title="${escaped}">${escaped}</p>`);
  });

  test('takes markup, lists of it, numbers and nothing', () => {
    expect(html`${rawHtml('<b>')}${[html`1`, html`<i>`]}${2}${null}`.markup).toBe('<b>1<i>2');
  });

  test('keeps right-to-left names as they are, each in an isolate of its own', () => {
    expect(userText('مُلخِّص').markup).toBe('<bdi>مُلخِّص</bdi>');
    expect(visibleText('שלום 👋🏽\tx\n')).toBe('שלום 👋🏽\tx\n');
  });

  test.each([
    ['Run `fmrelease plan`.', '<bdi>Run <code>fmrelease plan</code>.</bdi>'],
    ['`a` and `b`', '<bdi><code>a</code> and <code>b</code></bdi>'],
    ['one ` alone', '<bdi>one &#96; alone</bdi>'],
    ['`<b>`', '<bdi><code>&lt;b&gt;</code></bdi>'],
  ])('sets what is typed in another face: %s', (text, markup) => {
    expect(prose(text).markup).toBe(markup);
  });
});

test('JSON in a script element cannot end it, and reads as it was', () => {
  const value = { name: '</script><!--<script>\u202E\u0085', lines: 'a\u2028b\u2029c', quote: `"'` };
  const { markup } = scriptJson(value);
  expect(markup).not.toMatch(/[<\u0085\u2028\u2029\u202E]/);
  expect(JSON.parse(markup)).toEqual(value);
});
