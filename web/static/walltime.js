// Times on a recorder's clock: milliseconds whose digits in UTC are those on the clock, as the zone of the recorder is not known.

import * as api from './api.js';

const day = 24 * 3600e3;
const usual = 10 * 60e3; // how much is played where no range is given

export function read(text) { return Date.parse(`${text.replace(' ', 'T')}Z`); }
export function write(time) { return new Date(time).toISOString().slice(0, 19).replace('T', ' '); }

// latest finds the last ten minutes that are recorded: startTime and endTime, or the API's refusal. The API names files in the answer to a
// start alone, so one is made that looks a day back, and a day ahead for a recorder whose clock is in another zone.
export async function latest(request) {
  const now = Date.now() - new Date().getTimezoneOffset() * 60e3;
  const answer = await api.back({ ...request, startTime: write(now - day), endTime: write(now + day) });
  if (answer.status_code !== 200) return answer;
  await api.stop(answer.play_handle);
  const end = answer.stop_time;
  let start = read(answer.start_time);
  let left = usual;
  for (const file of answer.record_files.toReversed()) {
    start = Math.max(read(file.start_time), read(file.stop_time) - left);
    left -= read(file.stop_time) - start;
    if (left <= 0) break;
  }
  return { startTime: write(start), endTime: end };
}
