// Package wire owns the protocol between the service and a worker process that has a maker's library loaded: frames on the worker's
// standard input (from the service) and on what was its standard output (to the service). It knows the bytes, not what they cause.
//
// A frame is a head of nine bytes and a payload, numbers are little-endian:
//
//	offset  size  meaning
//	0       4     length of the payload in bytes
//	4       1     type
//	5       4     id
//	9       n     payload
//
// Head and payload together are at most MaxFrame bytes, those of Media at most MaxMediaFrame. The types:
//
//	type          from     id       payload
//	1 Hello       worker   0        JSON of Hello; the first frame, and the only one if it carries a failure
//	2 Request     service  request  JSON of Request; ids rise from 1 and are never used again
//	3 Answer      worker   request  JSON of Answer; exactly one for each request
//	4 Page        worker   request  JSON list of sdk.File, a part of what a search finds; the next waits for Continue
//	5 Continue    service  request  1 byte: 1 give me the next page, 0 end the search; the search answers in both cases
//	6 Media       worker   stream   1 byte sdk.Kind, 1 byte flags (bit 0: lost), 4 bytes vendor's error number (signed), data
//	7 Credit      service  stream   4 bytes: how many bytes more of this stream the worker may send
//	8 Ping        service  any      none
//	9 Pong        worker   as Ping  none
//
// A stream has the id of the request that has begun it; its media may come before that request's answer, and none comes after the answer to
// its Stop. Credit counts the bytes of whole Media frames, heads included; the request that begins a stream carries the first credit.
// A packet that is too large for one frame comes in several; only the first one bears its lost mark.
//
// There is no request that ends the worker: it ends when its input ends. It stops what plays, logs out and frees the library then.
package wire
