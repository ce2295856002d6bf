// Asking again and again, while the page can be seen.

// poll calls ask at once and then so many seconds after each of its ends, and returns a function that ends that. While the page is
// hidden it waits; when it is seen again it asks at once.
export function poll(seconds, ask) {
  let timer = 0;
  let ended = false;
  let asking = false;

  async function round() {
    clearTimeout(timer);
    if (asking) return;
    asking = true;
    try {
      await ask();
    } finally {
      asking = false;
      if (!ended && !document.hidden) timer = setTimeout(round, seconds * 1000);
    }
  }
  const seen = () => { if (!document.hidden) round(); };
  document.addEventListener('visibilitychange', seen);
  round();
  return () => {
    ended = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', seen);
  };
}
