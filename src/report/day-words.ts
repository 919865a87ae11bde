/** A day as people write it, from one as data has it: `1 December 2026`. Anything else comes back as it is. */
export function dayWords(day: string): string {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  const name = MONTHS[Number(month) - 1];
  return name === undefined ? day : `${Number(date)} ${name} ${year ?? ''}`;
}

/** A moment, in a few words and in UTC: `1 Dec 2026, 12:00`. */
export function momentWords(moment: string): string {
  const [date = '', month = '', year = ''] = dayWords(moment.slice(0, 10)).split(' ');
  return month === '' ? moment : `${date} ${month.slice(0, 3)} ${year}, ${moment.slice(11, 16)}`;
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
