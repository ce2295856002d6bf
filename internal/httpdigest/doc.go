// Package httpdigest owns the HTTP client for recorders: digest authentication (RFC 7616) with exactly one answer to a challenge, so
// that a wrong password costs one attempt, bodies with a ceiling, and TLS as old firmware speaks it.
//
// It knows no vendor and imports nothing of this project. The hashes are those of github.com/icholy/digest.
package httpdigest
