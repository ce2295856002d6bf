// Package shadow stands before an old server of the legacy API: it forwards clients' bytes to it and its bytes back unchanged, and beside
// that lets the new API answer the same requests and tells where the two answers differ.
//
// No recorder is touched for that. The new side is the real API (decoding, checks, codes, encoding) over a double of the sessions that
// does what the old server's answer says the recorders did: the same files, the same refusals. What the double judges by itself is
// whether a session lives (heartbeat, STOP) and whether a call fits its kind and range.
package shadow
