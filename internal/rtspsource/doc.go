// Package rtspsource owns the road from a recorder's RTSP server (RFC 2326, RTP interleaved in the TCP connection) to access
// units.
//
// gortsplib keeps the conversation: OPTIONS, DESCRIBE, SETUP, PLAY, keep-alive and TEARDOWN. It never sees the socket. One reader of
// ours cuts the connection into interleaved frames and text messages; frames are depacketised straight from its read buffer into
// the buffer of an access unit, and messages reach gortsplib complete, bounded and cleaned of what recorders get wrong.
//
//	socket -> framer -> frame -> track -> depacketiser -> media.Sink
//	                 -> message -> answers -> gortsplib -> socket
//
// A recording is the same road with another end: see Recording.
//
// It knows no vendor beyond the oddities that stand beside the code, and imports only internal/media of this project.
package rtspsource
