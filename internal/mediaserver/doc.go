// Package mediaserver owns the embedded media server, for whoever has no SRS: streams go in from inside this process, and go out
// as RTMP (play) and as HTTP-FLV, by WebSocket at the same addresses too.
//
//	Publication -> stream (headers, GOP cache) -> viewer (bounded queue) -> RTMP or HTTP-FLV connection
//
// There is no port on which a stranger could publish: an RTMP publish is refused. Nothing that comes over the network may end or
// stall the service: all that a connection may hold, send or wait for has a ceiling, named in Config and beside the parsers.
//
// It carries whole FLV tag bodies and looks only at their first bytes. It imports nothing of this project.
package mediaserver
