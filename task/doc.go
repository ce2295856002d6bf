// Package task owns the sessions: who may have one (the scheduler), how long (leases by play_handle, renewed by heartbeats), how they
// are shared, and what happens when one of their two legs, source and publish, fails. A session's feed says what it shows: live pictures,
// which callers share, or recordings, which each caller steers for himself while a search lists them.
//
// It speaks to devices through internal/device and to RTMP servers through pusher, and knows neither a vendor nor HTTP.
package task
