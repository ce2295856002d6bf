// Package task owns the sessions: who may have one (the scheduler), how long (leases by play_handle, renewed by heartbeats), how they
// are shared, and what happens when one of their two legs, source and publish, fails.
//
// It speaks to devices through internal/device and to RTMP servers through pusher, and knows neither a vendor nor HTTP.
package task
