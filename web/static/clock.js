// A clock in a worker: browsers slow the timers of a hidden page down to one a minute, too slow for heartbeats.
setInterval(() => postMessage(0), 1000);
