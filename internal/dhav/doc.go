// Package dhav turns the frames of Dahua's private stream format (DHAV), as its SDK hands them over in pieces and as its .dav files hold
// them, into access units. It owns a push parser that takes pieces cut anywhere and finds its way back into a damaged stream.
//
// The format is published nowhere. What is written here was read off streams and files of Dahua's recorders and cameras, and agrees with
// what libavformat's demuxer (dhav.c) takes it to be; numbers are little endian. A frame is
//
//	0  "DHAV"      8  sequence number   16  date, 1 s      23  sum of bytes 0-22
//	4  type       12  total length      20  counter, 1 ms  24  tags, payload, "dhav", total length
//	6  channel                          22  length of tags
//
// # Timestamps
//
// The counter runs freely, modulo 65536, and does not tell the place within the second. A track's clock is the running sum of the
// counter's steps; the date tells how often it went round in between. Where date and counter disagree by more than two seconds, the
// recording has a gap, or the device was restarted or its clock was set: then the clock steps as far as the date, or one frame where
// the date fell back. A second track is placed by the counter too, so that both keep their distance; by the date, to the second, where
// the counters of both have nothing in common.
//
// The counter jitters: firmware that puts a key frame 230 ms behind the picture before and three pictures at one count is common. A
// track's PTS goes on in steps of a frame (of the frame rate in the tags, slowly adapted; of the number of samples) that are drawn to the
// clock by an eighth of the distance. It keeps within 250 ms of the clock, so it cannot drift, and rises by a millisecond or more. Behind a
// gap it begins at the clock. Pictures are taken to be in the order of display.
package dhav
