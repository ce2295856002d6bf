// Reads the clock that the simulated recorders put into their pictures: a row of 16 cells, black or white, in the lowest twelfth
// (internal/nvrsim/picture.go).

// second returns the place in the minute that video number i shows, in seconds, or null where no clock can be read.
export const second = (page, i) => page.locator('.player:visible video').nth(i).evaluate((video) => {
  const width = 320;
  const height = 180;
  const canvas = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (video.videoWidth === 0) return null;
  canvas.drawImage(video, 0, 0, width, height);
  const cells = Array.from({ length: 16 }, (_, cell) => {
    const { data } = canvas.getImageData(cell * 20 + 5, height - 12, 10, 8);
    let sum = 0;
    for (let at = 0; at < data.length; at += 4) sum += data[at + 1];
    return sum / (data.length / 4) > 128 ? 1 : 0;
  });
  const sum = cells.slice(2, 14).reduce((all, bit) => all + bit, 0);
  if (cells[0] !== 1 || cells[1] !== 0 || cells[14] !== 0 || cells[15] !== 1 || sum % 2 !== 0) return null;
  return cells.slice(2, 13).reduce((all, bit) => all * 2 + bit, 0) * 0.04;
});
