// Package api owns the JSON HTTP API of the old programs and what was added to it: reading whatever old clients send, validating it,
// answering in their form, and turning errors into their codes (errors.go, the only place). It also owns the admin listener: the same calls
// under a token of its own, what only an operator may ask and do, and where the pages stand.
//
// It sees sessions through its own small interfaces, Tasks and Sessions, and knows neither a vendor nor how a stream is made.
package api
