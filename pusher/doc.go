// Package pusher owns the right edge of the media road: the remuxer, which turns access units into RTMP messages, and the
// publisher, which takes them from a media.Queue to an RTMP server.
//
// RTMP milliseconds, AVC and HEVC decoder configuration records, FLV tag headers and enhanced RTMP exist only here. It knows no
// device and imports only internal/media of this project.
package pusher
